#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# kill -9 of hako-oci and its child at chosen system calls: delete --force leaves nothing of it.
# HAKO_TEST_STEP=1 takes every single system call.
# bats file_tags=host-only

load ../lib/hako
load bundle
load remains

step=${HAKO_TEST_STEP:-5}
kill_at() { timeout 60 "$HAKO_BUILD/tests/cli/kill_at" -e "$@"; }

# Kills at one system call after the other, until one comes to its end: each WHO COMMAND...
each() {
    local who=$1 n code
    shift
    for ((n = 1; ; n += step)); do
        prepare
        code=0
        kill_at "$who" $n $H "$@" </dev/null >/dev/null 2>"$T/said" || code=$?
        [ $code = 0 ] && cleans_up_itself || $H delete --force box
        rm -f "$T/pids/pid"
        nothing_left "$* $who at $n ($(tail -1 "$T/said"))"
        [ $code = 0 ] || break
    done
    is $code 3
    [ $n -gt 50 ] || [ "$1" = start ]
}
prepare() { :; }
cleans_up_itself() { false; }
create() { $H create -b "$B" box </dev/null >/dev/null; }

@test "create, killed at its system calls" {
    each 0 create -b "$B" --pid-file "$T/pids/pid" box
}

@test "create without a cgroup, killed at its system calls" {
    H="$H --cgroup-manager disabled"
    each 0 create -b "$B" --pid-file "$T/pids/pid" box
}

@test "create without a mount namespace, killed at its system calls" {
    config '.linux.namespaces |= map(select(.type != "mount")) | .linux.maskedPaths = []
        | .linux.readonlyPaths = []'
    each 0 create -b "$B" --pid-file "$T/pids/pid" box
    each 01 create -b "$B" --pid-file "$T/pids/pid" box
}

@test "create, its child killed at the child's system calls: it cleans up itself" {
    cleans_up_itself() { [ ! -e "$T/oci/box/state.json" ]; } # else it was on record already
    each 1 create -b "$B" --pid-file "$T/pids/pid" box
}

@test "create, both killed at the child's system calls" {
    each 01 create -b "$B" --pid-file "$T/pids/pid" box
}

@test "run, or its child, killed at its system calls" {
    each 0 run -d -b "$B" --pid-file "$T/pids/pid" box
    cleans_up_itself() { [ ! -e "$T/oci/box/state.json" ]; } # else it had been executed
    each 1 run -d -b "$B" --pid-file "$T/pids/pid" box
}

@test "start and delete, killed at their system calls" {
    prepare() { create; }
    each 0 start box
    prepare() { create && $H start box; }
    each 0 delete --force box
}

@test "a create that found its group taken does not take the other's processes with it" {
    create
    pid=$($H state box | jq .pid)
    # What is there of one that dies before it can say that.
    mkdir -m 700 "$T/oci/other"
    cp "$T/oci/box/config.json" "$T/oci/other"
    $H delete --force other
    [ ! -e "$T/oci/other" ]
    kill -0 "$pid"
    is "$($H state box | jq -r .status)" created
    fails 1 $H create -b "$B" other
    has "$output" "has processes in it already"
    kill -0 "$pid"
}
