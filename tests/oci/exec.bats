# SPDX-License-Identifier: MIT
# One more process in a container that runs.

load ../lib/hako
load bundle
load hunter

setup() {
    hako_setup
    bundle
    command_is init pause
}

teardown() {
    lifecycle delete box force
    hako_teardown
}

# inside WORD...: init's command in a container that pauses.
inside() { launch "$B" init "$@" | grep -v '^ready'; }

# bats test_tags=host-only
@test "it joins every namespace of the container" {
    is "$(inside hostname)" "box (none)"
    is "$(inside pid)" "pid=2 ppid=0 sid=2"
    is "$(inside cat /proc/1/comm)" init
    has "$(inside ls /)" bin
    lacks "$(inside ls /)" home
}

# bats test_tags=host-only
@test "its exit code comes through, and its errors" {
    run launch "$B" init exit 9
    is "$status" 9
    fails 127 launch "$B" nosuch
    has "$output" 'exec: "nosuch": executable file not found in $PATH'
}

# bats test_tags=host-only
@test "a container that has ended is said to have" {
    command_is init true
    HAKO_EXECS=200 run launch "$B" init true
    has "$output" "container not running"
}

# bats test_tags=host-only
@test "user, capabilities and filter are the process's" {
    config '.process.user = {uid: 1000, gid: 1000}
        | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
            syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 77}]}'
    is "$(inside id)" "uid=1000 gid=1000 groups= umask=0022"
    run inside mkdir /dev/shm/x
    has "$output" "File descriptor in bad state"
}

# bats test_tags=host-only
@test "a terminal of the container's own devpts" {
    config '.process.terminal = true'
    has "$(inside tty | tr -d '\r')" "tty=1 ctty=1"
}

# bats test_tags=host-only
@test "nothing is open but stdio" {
    is "$(inside fds)" "0 1 2 "
}

# hunter CAP...: a container whose process hunts, with these capabilities more.
hunter() {
    config '.process.capabilities |= map_values(. + $ARGS.positional)' --args "$@"
    cp "$HAKO_BUILD/tests/oci/lifecycle-test" "$T/victim"
    command_is init hunt 100
    create box "$T/pid"
    lifecycle start box
    wait_for 60 grep -q hunting "$T/out"
}
victim() { "$T/victim" "$T/oci" "$@" </dev/null >"$T/said" 2>&1 || { cat "$T/said"; return 1; }; }

# bats test_tags=host-only
@test "the executable of what joins cannot be opened from inside" {
    hunter
    # It did look while they came.
    until_seen enough 150 victim exec box init true
    prey lifecycle kill box TERM
    lacks "$output" "opened $T/victim"
    has "$output" " wrote 0"
}

# The hunter tries to write when nobody executes the file any more.
# bats test_tags=host-only
@test "the executable of what joined cannot be written by those who may trace" {
    hunter CAP_SYS_PTRACE CAP_DAC_OVERRIDE
    # It was there when they came, and saw them on a mount of their own, which has no better name.
    until_seen '^opened /$' 60 victim exec box init true
    prey lifecycle kill box TERM
    lacks "$output" "and wrote"
    has "$output" " wrote 0"
}

@test "into user, time and all other namespaces" {
    config '.linux.namespaces += [{type: "user"}, {type: "time"}]
        | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
        | .linux.gidMappings = [{containerID: 0, hostID: 100000, size: 65536}]'
    chown -R 100000:100000 "$R"
    is "$(inside userns | tr -s ' ')" " 0 100000 65536
 0 100000 65536"
    is "$(inside id)" "uid=0 gid=0 groups= umask=0022"
    is "$(inside pid)" "pid=2 ppid=0 sid=2"
}

# guest: a container with the pid namespace of the hunter's, which comes and goes.
guest() {
    guests=$((guests + 1))
    config '.linux.cgroupsPath = $path' --arg path "/hako/${T##*/}-guest$guests"
    victim create "guest$guests" "$B" && victim start "guest$guests" && victim delete "guest$guests" force
}

# A container that joins another's pid namespace is born in the sight of who lives there.
# bats test_tags=host-only
@test "the executable of what joins a pid namespace by its path cannot be written from inside" {
    local guests=0
    hunter CAP_SYS_PTRACE CAP_DAC_OVERRIDE
    command_is init true
    config '.linux.namespaces |= map(if .type == "pid" then .path = $p else . end)' --arg p "/proc/$(cat "$T/pid")/ns/pid"
    until_seen '^opened /$' 30 guest
    prey lifecycle kill box TERM
    lacks "$output" "opened $T/victim"
    has "$output" " wrote 0"
}
