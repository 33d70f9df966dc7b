#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A fork bomb dies to its last process within a second, by every command that kills, with a pid
# namespace of its own or the host's. HAKO_TEST_ROUNDS is how often it is tried, HAKO_TEST_SECOND how many
# milliseconds that second has.

load ../lib/hako
load ../oci/bundle

rounds=${HAKO_TEST_ROUNDS:-$(in_guest && echo 4 || echo 16)}
second=${HAKO_TEST_SECOND:-$(in_guest && echo 10000 || echo 1000)} # emulation is ten times slower

# What keeps it from taking all of the machine: a limit of the group where that can be had, else one of
# a user whom nobody else is.
setup_file() {
    hako_setup_file
    hako load -q -i "$(fixture small)/docker.tar"
    hako tag hako.test/small box
    TREE=/sys/fs/cgroup limit="--pids-limit 64"
    [ -e $TREE/cgroup.controllers ] || TREE=$TREE/unified
    grep -qw pids "$TREE/cgroup.controllers" || limit="-u 54321 --ulimit nproc=64"
    # Without the cpu controller a bomb's processes get as much time as those who want to kill it.
    grep -qw cpu "$TREE/cgroup.controllers" || prefer="nice -n -20"
    export TREE limit prefer
    bundle
    install -m 755 "$HAKO_BUILD/tests/vm/strain" "$R/bin/strain"
    config '.process.user.uid = $user | .linux.resources = $r
        | .process.rlimits = [{type: "RLIMIT_NPROC", soft: 64, hard: 64}]
        | .linux.cgroupsPath = $g | .process.terminal = false' --arg g "/hako/${T##*/}-bomb" \
        --argjson user "$([[ $limit == -u* ]] && echo 54321 || echo 0)" \
        --argjson r "$([[ $limit == -u* ]] && echo null || echo '{"pids": {"limit": 64}}')"
    jq '.linux.namespaces |= map(select(.type != "pid"))' "$B/config.json" >"$T/shared.json"
    cp "$B/config.json" "$T/own.json"
    export B
}

teardown() {
    hako_oci --root "$T/oci" delete --force bomb
    hako_teardown
}

# populated: lives there anybody in the group $G? Without a process of ours that would cost time.
populated() {
    local is
    { read -r _ is <"$G/cgroup.events"; } 2>/dev/null && [ "$is" = 1 ]
}

crowded() { [ "$(wc -l <"$G/cgroup.procs")" -ge "$1" ]; }

# took COMMAND...: in $ms, the milliseconds from before the command until nobody is left.
took() {
    local start=${EPOCHREALTIME/./}
    "$@" >/dev/null
    while populated; do :; done
    ms=$(((${EPOCHREALTIME/./} - start) / 1000))
}

# in_time COMMAND...: in a second, and what the same takes on this machine now where nobody forks.
in_time() {
    local usual
    up idle
    took $prefer "$@"
    usual=$ms
    down
    up bomb
    wait_for 20 crowded 30
    took $prefer "$@"
    down
    [ $ms -le $((usual + second)) ] || { echo "round $i, $*: $ms ms; without a bomb: $usual"; return 1; }
}

each_round() {
    for ((i = 0; i < rounds; i++)); do in_time "$@" || return 1; done
}

# ---- hako ----

up_hako() {
    local id share=
    ((i % 2)) && share="--pid host"
    # shellcheck disable=SC2086 # words
    id=$(hako run -d --name bomb --network none $limit $share -v "$HAKO_BUILD/tests/vm/strain:/strain:ro" box \
        /strain "$@")
    G=$TREE/hako/$id
}
down_hako() { hako rm -f bomb >/dev/null; }

@test "hako kill" {
    up() { up_hako "$@"; }
    down() { down_hako; }
    each_round "$HAKO_BUILD/hako" kill bomb
}

@test "hako rm -f" {
    up() { up_hako "$@"; }
    down() { [ ! -d "$G" ] || { echo "the group is there"; return 1; }; }
    each_round "$HAKO_BUILD/hako" rm -f bomb
}

# ---- hako-oci ----

up_oci() {
    cp "$T/$pids.json" "$B/config.json"
    command_is strain "$@"
    hako_oci --root "$T/oci" run -d -b "$B" bomb </dev/null >"$T/out" 2>&1 || { cat "$T/out"; return 1; }
    G=$TREE/hako/${T##*/}-bomb
}

# each_way COMMAND...: with the pid namespace its own and the host's, on this kernel and on one
# without cgroup.kill.
each_way() {
    rounds=$(((rounds + 3) / 4))
    for pids in own shared; do
        each_round "$HAKO_BUILD/hako-oci" --root "$T/oci" "$@"
        each_round "$HAKO_BUILD/tests/oci/enosys" file:cgroup.kill -- "$HAKO_BUILD/hako-oci" --root "$T/oci" "$@"
    done
}

# bats test_tags=host-only
# covers: kill:--all
@test "hako-oci kill --all, with cgroup.kill and without" {
    up() { up_oci "$@"; }
    down() { hako_oci --root "$T/oci" delete --force bomb; }
    each_way kill --all bomb KILL
}

# bats test_tags=host-only
# covers: delete:--force
@test "hako-oci delete --force, with cgroup.kill and without" {
    up() { up_oci "$@"; }
    down() { [ ! -d "$G" ] || { echo "the group is there"; return 1; }; }
    each_way delete --force bomb
}
