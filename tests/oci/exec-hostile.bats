# SPDX-License-Identifier: MIT
# What joins a container, against a process in it that looks at everything that appears.

load ../lib/hako
load bundle

oci() { timeout 60 "$T/hako-oci" --root "$T/oci" "$@"; }

setup() {
    box_setup
    cp "$HAKO_BUILD/hako-oci" "$T/hako-oci"
}

teardown() { box_teardown; }

# hunted CAP... : a container whose process hunts, with these capabilities more.
hunter() {
    config '.process.capabilities |= map_values(. + $ARGS.positional)' --args "$@"
    command_is init hunt 100
    oci run -d -b "$B" box </dev/null >"$T/out" 2>&1
    wait_for 5 grep -q hunting "$T/out"
}

# execs COUNT OPTION...: joins that often, with standard streams that are nobody's.
execs() {
    local i
    for ((i = 0; i < $1; i++)); do
        oci exec "${@:2}" box init true </dev/null 2>&1 >/dev/null | cat >"$T/exec.err"
        [ "${PIPESTATUS[0]}" = 0 ] || { cat "$T/exec.err"; return 1; }
    done
}

# prey: what the hunter got.
prey() {
    oci kill box TERM
    wait_for 20 grep -q looked "$T/out"
    sort -u "$T/out"
}

# bats test_tags=host-only
@test "nothing of 200 processes that join can be opened" {
    hunter
    execs 200
    run prey
    # Of what they execute last nobody can change anything: it is sealed.
    is "$(grep opened <<<"$output" | grep -v ' /memfd:hako-exec (deleted)$')" ""
    lacks "$output" reached
    has "$output" " wrote 0"
    [ "$(sed -n 's/.*looked \([0-9]*\) .*/\1/p' <<<"$output")" -gt 1000 ]
}

# They see our executable on a mount of its own, and descriptors of pipes, sockets and the container.
# bats test_tags=host-only
@test "those who may trace see nothing of the host's, and write nothing" {
    hunter CAP_SYS_PTRACE CAP_DAC_OVERRIDE
    execs 200
    run prey
    lacks "$output" "and wrote"
    lacks "$output" reached
    has "$output" " wrote 0"
    [ "$(sed -n 's/.*links \([0-9]*\) .*/\1/p' <<<"$output")" -gt 100 ]
}

# bats test_tags=host-only
@test "nor those who have been executed with more than the container has" {
    command_is init pause
    oci run -d -b "$B" box </dev/null >/dev/null 2>&1
    oci exec -d --cap CAP_SYS_PTRACE --pid-file "$T/pid" box init hunt 100 </dev/null >"$T/out" 2>&1
    wait_for 5 grep -q hunting "$T/out"
    execs 100
    kill "$(cat "$T/pid")"
    wait_for 20 grep -q looked "$T/out"
    run sort -u "$T/out"
    lacks "$output" "and wrote"
    lacks "$output" reached
    has "$output" " wrote 0"
    [ "$(sed -n 's/.*links \([0-9]*\) .*/\1/p' <<<"$output")" -gt 100 ]
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
