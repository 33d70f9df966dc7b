#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# hako-oci events: runc's document, the kernel's numbers, and out-of-memory kills as they happen.

load ../lib/hako
load box

setup_file() {
    hako_setup_file
    box_bundle
    box_config '.linux.resources += {pids: {limit: 40}, memory: {limit: 33554432, swap: 33554432}}'
}

teardown() {
    oci delete -f "$BOX"
    hako_teardown
}

# Both sides of every number, a line each: what events says, and the kernel's files after it.
said() {
    oci events --stats "$BOX" | jq -r '.data | .cpu.usage.total, .cpu.usage.user, .cpu.usage.kernel,
        .memory.usage.usage, .memory.usage.max, .memory.cache, .memory.raw.inactive_file,
        (.memory.raw | length), .pids.current, .cpu.psi.some.total, .memory.psi.full.total,
        .blkio.psi.full.total'
}
kernels() {
    awk '/^(usage|user|system)_usec/ { print $2 * 1000 }' OFMT=%d "$G/cpu.stat"
    cat "$G"/memory.{current,peak}
    awk '/^file / { print $2 }' "$G/memory.stat"
    awk '/^inactive_file / { print $2 }' "$G/memory.stat"
    wc -l <"$G/memory.stat"
    cat "$G/pids.current"
    sed -n 's/^some.*total=//p' "$G/cpu.pressure"
    sed -n 's/^full.*total=//p' "$G/memory.pressure"
    sed -n 's/^full.*total=//p' "$G/io.pressure"
}
agreed() { [ "$(said)" = "$(kernels)" ]; }

# covers: events events:--stats
@test "statistics are the kernel's, in one object" {
    box
    oci exec "$BOX" dd if=/dev/zero of=/tmp/x bs=1M count=4
    oci pause "$BOX"
    wait_for 20 agreed || { diff <(said) <(kernels); false; }
    output=$(oci events --stats "$BOX")
    is "$(wc -l <<<"$output")" 1
    is "$(jq -r '.type, .id' <<<"$output" | xargs)" "stats $BOX"
    is "$(jq -c '.data | [.memory.usage.limit, .memory.swap.limit, .pids.limit]' <<<"$output")" \
        '[33554432,33554432,40]'
    is "$(jq -c '.data.cpu.psi.some | keys' <<<"$output")" '["avg10","avg300","avg60","total"]'
    is "$(jq -c '.data | [.intel_rdt, .network_interfaces]' <<<"$output")" '[{},null]'
}

@test "runc finds what it writes itself: every key of its document is in ours" {
    needs runc
    box
    oci events --stats "$BOX" >"$T/ours"
    jq '.ociVersion = "1.0.2" | .linux.cgroupsPath = "/hako/'"$BOX"'-runc" | .process.args = ["sleep", "1000"]' \
        "$B/config.json" >"$B/c" && cp "$B/config.json" "$B/ours" && mv "$B/c" "$B/config.json"
    runc --root "$T/runc" run -d -b "$B" runc </dev/null >/dev/null 2>&1
    runc --root "$T/runc" events --stats runc >"$T/runcs"
    runc --root "$T/runc" delete -f runc
    mv "$B/ours" "$B/config.json"
    # A list stands for its first element; values and what is only at times not 0 do not matter.
    keys() { jq -r 'def k: paths | map(if type == "number" then "#" else . end) | join("."); k' "$1" | sort -u; }
    missing=$(comm -13 <(keys "$T/ours") <(keys "$T/runcs") | grep -vE 'memory\.cache|blkio\.|percpu|hugetlb\.|throttl|\.raw\.' || :)
    is "$missing" ""
    is "$(jq -c '.data | keys' "$T/ours")" "$(jq -c '.data | keys' "$T/runcs")"
}

# covers: events:--interval events:--pressure
@test "statistics at intervals, pressure, an event for each kill, and an end with the container's" {
    box sh -c 'while [ ! -e /tmp/go ]; do sleep 0.2; done; dd if=/dev/zero of=/dev/null bs=48M; touch /tmp/done
        while [ ! -e /tmp/end ]; do sleep 0.2; done'
    oci events --interval 300ms --pressure memory:some:1ms/500ms "$BOX" >"$T/events" &
    events=$!
    wait_for 20 eval '[ "$(grep -c stats "$T/events")" -ge 2 ]'
    touch "$B/rootfs/tmp/go"
    wait_for 20 grep -q '"type":"oom"' "$T/events"
    wait_for 20 test -e "$B/rootfs/tmp/done"
    touch "$B/rootfs/tmp/end"
    wait $events
    is "$(jq -rc 'select(.type == "oom") | [.id, .data.cause, .data.cgroup, .data.limit, .data.victim, .data.kills]' \
        "$T/events")" "[\"$BOX\",\"memory.max\",\"/hako/$BOX\",33554432,\"dd\",1]"
    is "$(jq -r .type "$T/events" | sort -u | xargs)" "oom pressure stats"
    is "$(jq -rc 'select(.type == "pressure") | [.id, .data.resource, .data.kind, .data.stall, .data.window, (.data.psi | keys | length)]' \
        "$T/events" | sort -u)" "[\"$BOX\",\"memory\",\"some\",1000,500000,4]"
    rm -f "$B"/rootfs/tmp/*
}

@test "what is not there to be watched" {
    fails 1 oci events nosuch
    has "$output" "does not exist"
    box true
    wait_for 20 eval '[ "$(oci state "$BOX" | jq -r .status)" = stopped ]'
    fails 1 oci events "$BOX"
    has "$output" "is not running"
    fails 1 oci events --pressure memory:often "$BOX"
    has "$output" '--pressure: "memory:often": expected some, full or STALL/WINDOW'
    fails 1 oci events --interval 0 "$BOX"
    has "$output" "interval must be greater than 0"
}
