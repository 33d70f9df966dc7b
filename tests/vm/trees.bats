#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Trees in which no container can live, or whose limits cannot be written, are explained; and nothing is
# left behind in them.

load ../lib/hako
load box

setup_file() {
    hako_setup_file
    box_bundle
    # A tree of this file's own, where strange things can be done.
    TREE=/sys/fs/cgroup/trees-$BOX
    export TREE
    box_config '.linux.cgroupsPath = $path' --arg path "/${TREE##*/}/a/b"
}

setup() {
    hako_setup
    mkdir "$TREE"
}

teardown() {
    oci delete -f "$BOX"
    find "$TREE" -depth -type d -exec rmdir {} +
    hako_teardown
}

# Other files' groups may go while they are being looked at.
groups_of_box() { find /sys/fs/cgroup -type d -path "*$BOX*" 2>/dev/null || :; }

# refused: create fails, and leaves neither state nor groups; what it says is in $output.
refused() {
    local before
    before=$(groups_of_box)
    fails 1 oci create -b "$B" "$BOX" </dev/null
    is "$(groups_of_box)" "$before"
    [ ! -e "$HAKO_RUNROOT/oci/$BOX" ]
}

# covers: /linux/cgroupsPath
@test "a full tree names the limit and the group that has it" {
    echo 1 >"$TREE/cgroup.max.descendants"
    refused
    has "$output" "mkdir $TREE/a/b: Resource temporarily unavailable"
    has "$output" "hint: $TREE/cgroup.max.descendants is 1: it is full"
    echo 2 >"$TREE/cgroup.max.descendants"
    oci create -b "$B" "$BOX" </dev/null >"$T/out" 2>&1
    echo max >"$TREE/cgroup.max.descendants"
    echo 1 >"$TREE/cgroup.max.depth"
    oci delete -f "$BOX"
    refused
    has "$output" "$TREE/cgroup.max.depth is 1: it is full"
    echo max >"$TREE/cgroup.max.depth"
}

@test "a threaded group above is recognised" {
    mkdir "$TREE/a"
    echo threaded >"$TREE/a/cgroup.type"
    refused
    has "$output" "Operation not supported"
    has "$output" 'the container'"'"'s group is of the type "domain invalid": a group above it is threaded'
    box_config '.linux.resources.memory.limit = 67108864'
    refused
    has "$output" "threaded"
    box_config 'del(.linux.resources.memory)'
}

@test "a group with processes of its own cannot have limited ones below" {
    sleep 1000 3>&- &
    local sleeper=$!
    wait_for 60 grep -qx sleep "/proc/$sleeper/comm"
    echo $sleeper >"$TREE/cgroup.procs"
    box_config '.linux.resources.memory.limit = 67108864'
    refused
    has "$output" "$TREE has processes of its own and so cannot have controllers for its children: pid $sleeper (sleep)"
    has "$output" "hint: move them into a child group first, or name another parent group"
    box_config 'del(.linux.resources.memory)'
    kill $sleeper
    wait $sleeper || true
}

@test "cpus that the parent does not have, or that are offline, are not taken for all of them" {
    echo +cpuset >/sys/fs/cgroup/cgroup.subtree_control
    echo 0 >"$TREE/cpuset.cpus"
    box_config '.linux.resources.cpu = {cpus: "1"}'
    refused
    has "$output" "cpu.cpus: write \"1\" to $TREE/a/b/cpuset.cpus: none of them is online and the parent's"
    has "$output" "hint: the kernel would give the group all that its parent has: 0"
    box_config '.linux.resources.cpu = {cpus: "0-1"}'
    oci create -b "$B" "$BOX" </dev/null >"$T/out" 2>&1
    is "$(cat "$TREE/a/b/cpuset.cpus")" 0-1
    fails 1 oci update --pids-limit 7 --cpuset-cpus 1 "$BOX"
    has "$output" "write \"1\" to $TREE/a/b/cpuset.cpus"
    is "$(cat "$TREE/a/b/cpuset.cpus" "$TREE/a/b/pids.max" | xargs)" "0-1 max"
    is "$(jq -c '.linux.resources | [.cpu.cpus, .pids]' "$HAKO_RUNROOT/oci/$BOX/config.json")" '["0-1",null]'
    box_config 'del(.linux.resources.cpu)'
}

@test "below a frozen group nothing is begun; one that a paused container left is thawed" {
    echo 1 >"$TREE/cgroup.freeze"
    refused
    has "$output" "cgroup $TREE/a/b is frozen: nothing starts in it"
    has "$output" "hint: $TREE/cgroup.freeze is 1"
    echo 0 >"$TREE/cgroup.freeze"
    mkdir -p "$TREE/a/b"
    echo 1 >"$TREE/a/b/cgroup.freeze"
    oci create -b "$B" "$BOX" </dev/null >"$T/out" 2>&1
    is "$(cat "$TREE/a/b/cgroup.freeze")" 0
}

@test "a tree that is mounted read-only: create and update say so and change nothing" {
    mount -o remount,bind,ro /sys/fs/cgroup
    refused
    has "$output" "mkdir $TREE/a/b: Read-only file system"
    has "$output" "is it delegated, and mounted rw?"
    mount -o remount,bind,rw /sys/fs/cgroup
    oci create -b "$B" "$BOX" </dev/null >"$T/out" 2>&1
    oci update --pids-limit 9 "$BOX"
    cp "$HAKO_RUNROOT/oci/$BOX/config.json" "$T/before"
    mount -o remount,bind,ro /sys/fs/cgroup
    fails 1 oci update --pids-limit 7 "$BOX"
    mount -o remount,bind,rw /sys/fs/cgroup
    has "$output" "pids.limit: write \"7\" to $TREE/a/b/pids.max: Read-only file system"
    has "$output" "mounted read-only"
    is "$(cat "$TREE/a/b/pids.max")" 9
    cmp "$T/before" "$HAKO_RUNROOT/oci/$BOX/config.json"
}

@test "paths that lead out of the tree, and the root, are refused" {
    for path in /a/../../b ../x / /..; do
        box_config '.linux.cgroupsPath = $path' --arg path "$path"
        refused
        has "$output" "cgroupsPath $path: "
    done
    box_config '.linux.cgroupsPath = $path' --arg path "/${TREE##*/}/a/b"
}

@test "limits stay when the container is stopped and paused, and go with it" {
    box
    oci update --memory 64m "$BOX"
    oci pause "$BOX"
    is "$(cat "$TREE/a/b/memory.max")" 67108864
    # What is frozen dies all the same, whoever waits for it: nothing stays frozen.
    fails 1 oci delete "$BOX"
    has "$output" "paused"
    fails 255 oci exec "$BOX" true
    is "$(cat "$TREE/a/b/cgroup.freeze")" 1
    oci kill "$BOX" KILL
    wait_for 10 eval '[ "$(oci state "$BOX" | jq -r .status)" = stopped ]'
    oci delete "$BOX"
    [ ! -d "$TREE/a/b" ]
}
