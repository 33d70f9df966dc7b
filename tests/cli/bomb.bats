#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A fork bomb dies to its last process within a second, by every command that kills, with a pid
# namespace of its own or the host's. HAKO_TEST_ROUNDS is how often it is tried, HAKO_TEST_SECOND how many
# milliseconds that second has. On a machine that others keep busy it may be longer, as long as no more
# than a quarter of it was the killer's and the bomb's to use.

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
    TREE=/sys/fs/cgroup user=0 limit="--pids-limit 64"
    [ -e $TREE/cgroup.controllers ] || TREE=$TREE/unified
    grep -qw pids "$TREE/cgroup.controllers" || user=$((100000 + RANDOM)) limit="--ulimit nproc=64"
    # Without the cpu controller a bomb's processes get as much time as those who want to kill it.
    grep -qw cpu "$TREE/cgroup.controllers" || prefer="nice -n -20"
    OURS=/hako-${T##*/} # not below /hako, which goes with its last container
    export TREE OURS user limit prefer BATS_TEST_TIMEOUT=600 # of a busy machine
    bundle
    install -m 755 "$HAKO_BUILD/tests/vm/strain" "$R/bin/strain"
    config '.process.user.uid = $user | .linux.resources = $r
        | .process.rlimits = [{type: "RLIMIT_NPROC", soft: 64, hard: 64}]
        | .linux.cgroupsPath = $g | .process.terminal = false' --arg g "$OURS/bomb" --argjson user $user \
        --argjson r "$([ $user != 0 ] && echo null || echo '{"pids": {"limit": 64}}')"
    jq '.linux.namespaces |= map(select(.type != "pid"))' "$B/config.json" >"$T/shared.json"
    cp "$B/config.json" "$T/own.json"
    export B
}

setup() {
    hako_setup
    mkdir -p "$TREE$OURS/killer"
}
teardown() {
    hako_oci --root "$T/oci" delete --force bomb
    hako_remove_all
    rmdir "$TREE$OURS/killer" "$TREE$OURS"
    hako_teardown
}

# populated: lives there anybody in the group $G? Without a process of ours that would cost time.
populated() {
    local is
    { read -r _ is <"$G/cgroup.events"; } 2>/dev/null && [ "$is" = 1 ]
}

crowded() { [ "$(wc -l <"$G/cgroup.procs")" -ge "$1" ]; }

# had: in $us, the microseconds of all processors so far that the killer and the bomb used, or nobody.
# On a quiet machine they are the clock's, whether a killer works or sleeps; a starved one has few.
had() {
    local used idle
    read -r _ used <"$TREE$OURS/cpu.stat"
    read -r _ _ _ _ idle _ </proc/stat
    us=$((used + idle * 1000000 / $(getconf CLK_TCK)))
}

# killed_by COMMAND...: until nobody is left.
killed_by() {
    echo "$BASHPID" >"$TREE$OURS/killer/cgroup.procs"
    "$@" >/dev/null || return 1
    while populated; do :; done
}

# in_time COMMAND...: kills a bomb in a second.
in_time() {
    local before start ms clock us
    # The one before counts until it is reaped.
    [ $user = 0 ] || wait_for 60 eval '! pgrep -u $user' || return 1
    up && wait_for 60 crowded 30 || return 1
    had
    before=$us start=${EPOCHREALTIME/./}
    (killed_by $prefer "$@") || { echo "round $i: $* failed"; return 1; }
    had
    ms=$(((us - before) / 1000 / $(grep -c '^cpu[0-9]' /proc/stat)))
    clock=$(((${EPOCHREALTIME/./} - start) / 1000))
    down || return 1
    [ $clock -le $second ] || [ $ms -le $((second / 4)) ] ||
        { echo "round $i, $*: $clock ms, of which $ms were to be had"; return 1; }
}

each_round() {
    for ((i = 0; i < rounds; i++)); do in_time "$@" || return 1; done
}

# ---- hako ----

up_hako() {
    local id share=
    ((i % 2)) && share="--pid host"
    # shellcheck disable=SC2086 # words
    id=$(hako run -d --name bomb --network none $limit $share -u $user --cgroup-parent "$OURS" \
        -v "$HAKO_BUILD/tests/vm/strain:/strain:ro" box /strain bomb)
    G=$TREE$OURS/$id
}
down_hako() { hako rm -f bomb >/dev/null; }

@test "hako kill" {
    up() { up_hako; }
    down() { down_hako; }
    each_round "$HAKO_BUILD/hako" kill bomb
}

@test "hako rm -f" {
    up() { up_hako; }
    down() { [ ! -d "$G" ] || { echo "the group is there"; return 1; }; }
    each_round "$HAKO_BUILD/hako" rm -f bomb
}

# The first process's end would end the others, too, once it gets to it: beside a bomb that takes long.
# bats test_tags=host-only
@test "hako kill and hako rm -f kill the whole group themselves" {
    for command in kill "rm -f"; do
        up_hako
        # shellcheck disable=SC2086 # words
        strace -o "$T/calls" -e trace=openat "$HAKO_BUILD/hako" $command bomb >/dev/null
        grep -q '"cgroup.kill"' "$T/calls" || { cat "$T/calls"; return 1; }
        hako rm -f bomb >/dev/null 2>&1
    done
}

# ---- hako-oci ----

up_oci() {
    cp "$T/$pids.json" "$B/config.json"
    command_is strain bomb
    hako_oci --root "$T/oci" run -d -b "$B" bomb </dev/null >"$T/out" 2>&1 || { cat "$T/out"; return 1; }
    G=$TREE$OURS/bomb
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
    up() { up_oci; }
    down() { hako_oci --root "$T/oci" delete --force bomb; }
    each_way kill --all bomb KILL
}

# bats test_tags=host-only
# covers: delete:--force
@test "hako-oci delete --force, with cgroup.kill and without" {
    up() { up_oci; }
    down() { [ ! -d "$G" ] || { echo "the group is there"; return 1; }; }
    each_way delete --force bomb
}
