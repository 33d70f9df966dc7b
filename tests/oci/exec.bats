# SPDX-License-Identifier: MIT
# One more process in a container that runs.

load ../lib/hako
load bundle

setup() {
    hako_setup
    bundle
    command_is init pause
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

# hunted CAP...: what an attacker with these capabilities more gets of 150 processes that join.
hunted() {
    config '.process.capabilities |= map_values(. + $ARGS.positional)' --args "$@"
    command_is init hunt 3
    HAKO_EXECS=150 HAKO_WAIT=1 launch "$B" init true | sort | uniq -c
}

# bats test_tags=host-only
@test "the executable of what joins cannot be opened from inside" {
    run hunted
    has "$output" hunting
    lacks "$output" "opened $HAKO_BUILD"
    has "$output" " wrote 0"
    # It did look while they came.
    [ "$(sed -n 's/.*looked \([0-9]*\) .*/\1/p' <<<"$output")" -gt 100 ]
}

# The hunter tries to write when nobody executes the file any more.
# bats test_tags=host-only
@test "the executable of what joined cannot be written by those who may trace" {
    config '.process.capabilities |= map_values(. + $ARGS.positional)' --args CAP_SYS_PTRACE CAP_DAC_OVERRIDE
    cp "$HAKO_BUILD/tests/oci/lifecycle-test" "$T/victim"
    command_is init hunt 3
    create box
    lifecycle start box
    wait_for 5 grep -q hunting "$T/out"
    for _ in {1..60}; do
        "$T/victim" "$T/oci" exec box init true >"$T/exec" 2>&1 || break
    done
    wait_for 10 grep -q looked "$T/out"
    lifecycle delete box force
    # It was there when they came, and saw them on a mount of their own, which has no better name.
    grep -q "^opened /$" "$T/out" || { cat "$T/out" "$T/exec"; return 1; }
    is "$(grep -c 'and wrote' "$T/out")" 0
    has "$(cat "$T/out")" " wrote 0"
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

# A container that joins another's pid namespace is born in the sight of who lives there.
# bats test_tags=host-only
@test "the executable of what joins a pid namespace by its path cannot be written from inside" {
    local first i
    config '.process.capabilities |= map_values(. + $ARGS.positional)' --args CAP_SYS_PTRACE CAP_DAC_OVERRIDE
    cp "$HAKO_BUILD/tests/oci/lifecycle-test" "$T/victim"
    command_is init hunt 5
    create box "$T/pid"
    first=$(cat "$T/pid")
    lifecycle start box
    wait_for 5 grep -q hunting "$T/out"
    command_is init true
    config '.linux.namespaces |= map(if .type == "pid" then .path = $p else . end)' --arg p "/proc/$first/ns/pid"
    for i in {1..30}; do
        config '.linux.cgroupsPath = $path' --arg path "/hako/${T##*/}-guest$i"
        "$T/victim" "$T/oci" create "guest$i" "$B" </dev/null >"$T/guest" 2>&1 || break
        "$T/victim" "$T/oci" start "guest$i"
        "$T/victim" "$T/oci" delete "guest$i" force
    done
    wait_for 10 grep -q looked "$T/out"
    lifecycle delete "guest$i" force
    lifecycle delete box force
    [ "$i" -gt 1 ] || { cat "$T/guest"; return 1; }
    grep -q "^opened /$" "$T/out" || { cat "$T/out" "$T/guest"; return 1; }
    lacks "$(cat "$T/out")" "opened $T/victim"
    has "$(cat "$T/out")" " wrote 0"
}
