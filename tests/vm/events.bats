#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# hako-oci events: runc's document, the kernel's numbers, and out-of-memory kills as they happen.

load ../lib/hako
load box
load whole

setup_file() {
    hako_setup_file
    box_bundle
    box_config '.linux.resources += {pids: {limit: 40}, memory: {limit: 33554432, swap: 33554432}}'
}

teardown() {
    oci delete -f "$BOX"
    if [ -d "$T/runc" ]; then
        echo 1 >"/sys/fs/cgroup/hako/$BOX-runc/cgroup.kill"
        wait_for 20 grep -q 'populated 0' "/sys/fs/cgroup/hako/$BOX-runc/cgroup.events"
        runc --root "$T/runc" delete -f runc
        rm -rf "$T/runc"
    fi
    hako_teardown
}

# Both sides of every number, a line each: what events says, and the kernel's files after it.
said() {
    oci events --stats "$BOX" | jq -r '.data | .cpu.usage.total, .cpu.usage.user, .cpu.usage.kernel,
        .memory.usage.usage, .memory.usage.max, .memory.cache, .memory.raw.inactive_file,
        (.memory.raw | length), .pids.current, .cpu.psi.some.total, .memory.psi.full.total,
        .blkio.psi.full.total,
        ([.blkio.ioServicedRecursive[]? | select(.op == "Write") | .value] | add // 0)'
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
    tr ' ' '\n' <"$G/io.stat" | awk -F= '/^wios/ { n += $2 } END { print n + 0 }'
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

# A second container, by runc, that has used some of everything, and then stands still.
runc_box() {
    G=/sys/fs/cgroup/hako/$BOX-runc
    cp "$B/config.json" "$B/ours"
    box_config '.ociVersion = "1.0.2" | .linux.cgroupsPath = "/hako/'"$BOX"'-runc" | .linux.resources.cpu =
        {quota: 50000, period: 100000} | .process.args = ["sh", "-c", "dd if=/dev/zero of=/tmp/x bs=1M count=4;
        sync; dd if=/tmp/x of=/dev/null bs=1M iflag=direct;
        while ! grep -q nr_throttled.[1-9] /sys/fs/cgroup/cpu.stat; do :; done; touch /tmp/ready; sleep 1000"]'
    runc --root "$T/runc" run -d -b "$B" runc </dev/null >"$T/runc.out" 2>&1 || { cat "$T/runc.out"; return 1; }
    mv "$B/ours" "$B/config.json"
    sysctl -qw vm.nr_hugepages=4
    bash -c 'echo $$ >"$1"/cgroup.procs && exec python3 -c "
import mmap, time
m = mmap.mmap(-1, 2 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)
m[0] = 1
open(\"$2\", \"w\")
time.sleep(1000)"' - "$G" "$T/huge" 3>&- &
    wait_for 60 test -e "$B/rootfs/tmp/ready"
    wait_for 60 test -e "$T/huge"
    runc --root "$T/runc" pause runc
}

# Every value of a document, a line each; devices in one order. Not file_mapped: a library's pages
# are the group's that read them first, and whoever runs meanwhile maps them.
leaves() {
    jq -c '.data | .blkio |= map_values(if type == "array" then sort_by(.major, .minor, .op) else . end) |
        del(.memory.raw.file_mapped) | paths(scalars) as $p | [$p, getpath($p)]' "$1" | sort
}

@test "runc says the same of the same group, value for value" {
    needs runc
    change hugepages
    box
    runc_box
    cp "$HAKO_RUNROOT/oci/$BOX/state.json" "$T/state"
    jq --arg group "/hako/$BOX-runc" '.cgroup = $group' "$T/state" >"$HAKO_RUNROOT/oci/$BOX/state.json"
    same() {
        oci events --stats "$BOX" >"$T/ours"
        runc --root "$T/runc" events --stats runc >"$T/runcs"
        [ -z "$(comm -13 <(leaves "$T/ours") <(leaves "$T/runcs"))" ]
    }
    differs=
    wait_for 20 same || differs=$(diff <(leaves "$T/ours") <(leaves "$T/runcs") || :)
    cp "$T/state" "$HAKO_RUNROOT/oci/$BOX/state.json"
    is "$differs" ""
    # What Debian 12's runc does not know yet, newer ones do.
    extra=$(comm -23 <(leaves "$T/ours") <(leaves "$T/runcs") | grep -vE '"psi"|"usage","max"' || :)
    is "$extra" ""
    is "$(jq -c '.data | keys' "$T/ours")" "$(jq -c '.data | keys' "$T/runcs")"
    # The comparison was of something.
    jq -e '.data | .hugetlb["2MB"].usage == 2097152 and .cpu.throttling.throttledTime > 0 and
        .memory.swap.limit == 33554432 and .memory.usage.limit == 33554432 and
        ([.blkio.ioServiceBytesRecursive[] | .op] | unique) == ["Read", "Write"] and
        ([.blkio.ioServiceBytesRecursive[] | select(.op == "Read") | .value] | add) > 0 and
        (.cpu.psi.some | keys) == ["avg10", "avg300", "avg60", "total"]' "$T/ours" ||
        { cat "$T/ours"; false; }
}

# covers: events:--interval events:--pressure
@test "statistics at intervals, pressure, an event for each kill, and an end with the container's" {
    box sh -c 'while [ ! -e /tmp/go ]; do sleep 0.2; done; dd if=/dev/zero of=/dev/null bs=48M; touch /tmp/done
        while [ ! -e /tmp/end ]; do dd if=/dev/zero of=/dev/null bs=16M count=1; sleep 0.2; done'
    oci events --interval 300ms --pressure memory:some:1ms/500ms "$BOX" >"$T/events" &
    events=$!
    wait_for 20 eval '[ "$(grep -c stats "$T/events")" -ge 2 ]'
    touch "$B/rootfs/tmp/go"
    wait_for 20 grep -q '"type":"oom"' "$T/events"
    wait_for 20 test -e "$B/rootfs/tmp/done"
    echo 4M >"$G/memory.high" # a kill may come without a stall; what is above this sleeps
    wait_for 60 grep -q '"type":"pressure"' "$T/events"
    echo max >"$G/memory.high"
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
