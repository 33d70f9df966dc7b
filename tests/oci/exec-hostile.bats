# SPDX-License-Identifier: MIT
# What joins a container, against a process in it that looks at everything that appears.

load ../lib/hako
load bundle
load hunter

oci() { timeout 60 "$T/hako-oci" --root "$T/oci" "$@"; }

setup() {
    box_setup
    cp "$HAKO_BUILD/hako-oci" "$T/hako-oci"
}

teardown() { box_teardown; }

# hunter LOOKS LINKS CAP...: a container whose process hunts, with these capabilities more.
hunter() {
    config '.process.capabilities |= map_values(. + $ARGS.positional)' --args "${@:3}"
    command_is init hunt "$1" "$2"
    oci run -d -b "$B" box </dev/null >"$T/out" 2>&1
    wait_for 60 grep -q hunting "$T/out"
}

# join: with standard streams that are nobody's.
join() {
    oci exec box init true </dev/null 2>&1 >/dev/null | cat >"$T/exec.err"
    [ "${PIPESTATUS[0]}" = 0 ] || { cat "$T/exec.err"; return 1; }
}

# bats test_tags=host-only
@test "nothing of 200 processes that join can be opened" {
    hunter 1000 0
    until_seen enough 200 join
    prey oci kill box TERM
    # Of what they execute last nobody can change anything: it is sealed.
    is "$(grep opened <<<"$output" | grep -v ' /memfd:hako-exec (deleted)$')" ""
    lacks "$output" reached
    has "$output" " wrote 0"
}

# They see our executable on a mount of its own, and descriptors of pipes, sockets and the container.
# bats test_tags=host-only
@test "those who may trace see nothing of the host's, and write nothing" {
    hunter 0 100 CAP_SYS_PTRACE CAP_DAC_OVERRIDE
    until_seen enough 200 join
    prey oci kill box TERM
    lacks "$output" "and wrote"
    lacks "$output" reached
    has "$output" " wrote 0"
}

# bats test_tags=host-only
@test "nor those who have been executed with more than the container has" {
    command_is init pause
    oci run -d -b "$B" box </dev/null >/dev/null 2>&1
    oci exec -d --cap CAP_SYS_PTRACE --pid-file "$T/pid" box init hunt 0 100 </dev/null >"$T/out" 2>&1
    wait_for 60 grep -q hunting "$T/out"
    until_seen enough 100 join
    prey kill "$(cat "$T/pid")"
    lacks "$output" "and wrote"
    lacks "$output" reached
    has "$output" " wrote 0"
}

# A process that joins has no capability that the set-up and the process do without.
# bats test_tags=host-only
@test "a joining process has shed what it does not need" {
    config '.process.noNewPrivileges = true | .process.oomScoreAdj = 200'
    config '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE"])'
    command_is init pause
    oci run -d -b "$B" box </dev/null >"$T/out" 2>&1
    is "$(oci exec box init status CapEff)" "CapEff:	00000000a80c25fb"
    is "$(oci exec box init cat /proc/self/oom_score_adj)" 200
    is "$(oci exec --preserve-fds 2 box init fds 3</dev/null 4</dev/null 5</dev/null 6<&-)" "0 1 2 3 4 "
    is "$(oci exec -u 7 box init id)" "uid=7 gid=0 groups= umask=0022"
    has "$(oci exec -t box init tty </dev/null)" "tty=1 ctty=1"
    is "$(oci exec box init hostname)" "box (none)"
}
