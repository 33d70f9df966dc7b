#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# systemd's scopes when the bus breaks, is not there, or hako-oci is killed.

load ../lib/hako
load ../oci/bundle
load scope

setup() { systemd_setup; }
teardown() {
    [ -z "${BUS:-}" ] || kill "$BUS" 2>/dev/null || true
    hako_teardown
}

# cut_at WORD before|after COMMAND...: with a bus that breaks at that word.
cut_at() {
    if [ -z "${BUS:-}" ]; then
        rm -f "$T/bus"
        python3 "$HAKO_TOP/tests/systemd/bus-cut" "$T/bus" "$T/cut" 3>&- &
        BUS=$!
        wait_for 20 test -S "$T/bus"
    fi
    echo "$1 $2" >"$T/cut.new" # who reads it is to read all of it
    mv "$T/cut.new" "$T/cut"
    local code=0
    output=$(DBUS_SYSTEM_BUS_ADDRESS=unix:path=$T/bus "${@:3}" 2>&1) || code=$?
    [ ! -e "$T/cut" ] || { echo "nobody said $1: $output"; exit 1; }
    return $code
}

@test "the bus breaks while a scope is made: no scope, process or state stays" {
    for moment in before after; do
        ! cut_at StartTransientUnit $moment up one || { echo "created: $moment"; false; }
        has "$output" "box-$F-one.scope"
        wait_for 20 scope_gone one
        [ ! -e "$T/oci/one" ]
        is "$(leak_orphans)" ""
    done
    up one
    down one
}

@test "the bus breaks while limits change: files and properties are as before" {
    config '.linux.resources = {memory: {limit: 67108864}}'
    up two
    for moment in before after; do
        ! cut_at SetUnitProperties $moment on update --memory 32m --pids-limit 9 two
        is "$(file two memory.max) $(file two pids.max)" "67108864 max"
        has_properties two MemoryMax=67108864 TasksMax=infinity
        is "$(on state two | jq -r .status)" running
    done
    ! cut_at StopUnit after on delete --force two || true
    wait_for 20 scope_gone two
    [ ! -e "$T/oci/two" ]
}

@test "no bus at all: what is missing and what to do instead" {
    scope_config three
    fails 1 env DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nowhere "$HAKO_BUILD/hako-oci" --root "$T/oci" \
        --systemd-cgroup create --bundle "$B" three </dev/null
    has "$output" "connect the system's D-Bus: No such file or directory"
    has "$output" "hint: is systemd running, and dbus installed? Otherwise call with --cgroup-manager=cgroupfs"
    [ ! -e "$T/oci/three" ]
}

@test "killed at any moment, hako-oci leaves nothing that delete --force does not remove" {
    local i start pid whole
    start=${EPOCHREALTIME/./}
    up whole
    whole=$((${EPOCHREALTIME/./} - start))
    down whole
    scope_config four
    for i in $(seq 20); do
        "$HAKO_BUILD/hako-oci" --root "$T/oci" --systemd-cgroup create --bundle "$B" four \
            </dev/null >/dev/null 2>&1 &
        pid=$!
        sleep "$(printf '%d.%06d' 0 $((whole * i / 20 % 1000000)))"
        kill -9 $pid 2>/dev/null || true
        wait $pid 2>/dev/null || true
        on delete --force four
        wait_for 20 scope_gone four
        [ ! -e "$T/oci/four" ]
    done
    wait_for 20 eval '[ -z "$(leak_orphans)" ]'
}
