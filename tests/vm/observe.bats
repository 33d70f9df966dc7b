#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What limits do, row by row of the table in cgroup/cgroup_limit.c, seen from inside the container and
# in what the kernel counts; from a config.json first and then by update. A line "observes:" names the
# rows, "unobserved:" those that nothing can be seen of, and why; tests/style/limits knows both.

# unobserved: rdma: no RDMA device can be had in the guest; tests/vm/resources.bats has the write
# unobserved: network: always refused, as tests/vm/resources.bats sees
# unobserved: cpu.realtimeRuntime: always refused, as tests/vm/resources.bats sees

load ../lib/hako
load ../oci/bundle

setup_file() {
    hako_setup_file
    needs_controllers cpu cpuset io memory hugetlb pids
    bundle
    cp "$HAKO_BUILD/tests/vm/strain" "$R/bin/"
    command_is strain idle
    config '.process.terminal = false'
    disk=$(lsblk -dno MAJ:MIN | grep -v '^7:' | head -n 1 | tr -d ' ')
    TREE=/sys/fs/cgroup/observe-${T##*/}
    export B R TREE disk
}

setup() {
    hako_setup
    mkdir "$TREE"
    for name in $(cat "$TREE/cgroup.controllers"); do echo "+$name" >"$TREE/cgroup.subtree_control"; done
}

teardown() {
    oci delete --force --regex .
    find "$TREE" -depth -type d -exec rmdir {} +
    hako_teardown
}

oci() { timeout 60 "$HAKO_BUILD/hako-oci" --root "$T/oci" "$@"; }

# up ID RESOURCES: a container with these limits, in the group $TREE/ID.
up() {
    config '.linux.resources = $r | .linux.cgroupsPath = $g' --argjson r "$2" --arg g "/${TREE##*/}/$1"
    oci run -d -b "$B" "$1" </dev/null >"$T/out" 2>&1 || { cat "$T/out"; return 1; }
}

# update ID RESOURCES
update() { oci update -r - "$1" <<<"$2"; }

# strain ID WORD...: what the process in the container says.
strain() { oci exec "$1" strain "${@:2}"; }

# number FILE KEY: of a file with a line for each key.
number() { awk -v key="$2" '$1 == key { print $2 }' "$TREE/$1"; }

# between NUMBER LOW HIGH
between() {
    [ "$1" -ge "$2" ] && [ "$1" -le "$3" ] || { echo "$1 is not between $2 and $3"; return 1; }
}

# observes: memory.limit unified
@test "memory: killed above the limit, slowed above unified's memory.high, killed together by oom.group" {
    up box '{"memory": {"limit": 16777216, "swap": 16777216}}'
    fails 137 strain box memory 24
    is "$(number box/memory.events oom_kill)" 1
    update box '{"memory": {"limit": 67108864, "swap": 67108864}, "unified": {"memory.high": "8388608"}}'
    is "$(strain box memory 9)" "filled 9"
    between "$(number box/memory.events high)" 1 1000000
    update box '{"memory": {"limit": 16777216, "swap": 16777216}, "unified": {"memory.high": "max", "memory.oom.group": "1"}}'
    strain box memory 24 || :
    wait_for 10 eval '[ "$(oci state box | jq -r .status)" = stopped ]'
}

# observes: memory.swap
@test "memory.swap: as much swap as the limit leaves, and none" {
    dd if=/dev/zero of="$T/swap" bs=1M count=32 status=none
    chmod 600 "$T/swap"
    mkswap "$T/swap" >/dev/null
    swapon "$T/swap"
    up box '{"memory": {"limit": 8388608, "swap": 33554432}}'
    said=$(strain box memory 16) || :
    update box '{"memory": {"limit": 8388608, "swap": 8388608}}'
    code=0
    strain box memory 16 || code=$?
    swapoff "$T/swap"
    rm "$T/swap"
    is "$said, $code" "filled 16, 137"
}

# observes: memory.reservation
@test "memory.reservation: what is protected stays when a neighbour wants memory" {
    echo 48M >"$TREE/memory.max"
    head -c 16M /dev/zero >"$R/mine"
    head -c 64M /dev/zero >"$R/theirs"
    sync "$R/mine" "$R/theirs"
    kept() {
        echo 1 >/proc/sys/vm/drop_caches
        strain box cache mine >/dev/null
        strain other cache theirs >/dev/null
        echo $(($(number box/memory.stat file) >> 20))
    }
    up box '{"memory": {"reservation": 33554432}}'
    up other '{}'
    between "$(kept)" 15 17
    update box '{"memory": {"reservation": 0}}'
    between "$(kept)" 0 14
    update box '{"unified": {"memory.min": "33554432"}}'
    between "$(kept)" 15 17
    rm "$R/mine" "$R/theirs"
}

# observes: cpu.shares cpu.idle
@test "cpu.shares: four times the weight, four times the cpu; cpu.idle: only what nobody wants" {
    compete() {
        local a b
        a=$(number a/cpu.stat usage_usec) b=$(number b/cpu.stat usage_usec)
        strain a spin 1500 >/dev/null &
        strain b spin 1500 >/dev/null
        wait
        a=$(($(number a/cpu.stat usage_usec) - a)) b=$(($(number b/cpu.stat usage_usec) - b))
        echo "$a $b $((a * 10 / b))"
    }
    up a '{"cpu": {"shares": 4096, "cpus": "1"}}'
    up b '{"cpu": {"shares": 1024, "cpus": "1"}}'
    between "$(compete | cut -d' ' -f3)" 20 80
    update a '{"cpu": {"idle": 1}}'
    between "$(compete | cut -d' ' -f3)" 0 5
}

# observes: cpu.quota cpu.burst
@test "cpu.quota: throttled, and not beyond it; cpu.burst: what was saved may be used" {
    up box '{"cpu": {"quota": 20000, "period": 100000}}'
    strain box spin 500 >/dev/null
    between "$(number box/cpu.stat nr_throttled)" 2 1000
    periods=$(number box/cpu.stat nr_periods)
    between "$(number box/cpu.stat usage_usec)" 0 $(((periods + 2) * 30000))
    update box '{"cpu": {"quota": -1}}'
    throttled=$(number box/cpu.stat nr_throttled)
    strain box spin 200 >/dev/null
    is "$(number box/cpu.stat nr_throttled)" "$throttled"
    update box '{"cpu": {"quota": 20000, "period": 100000, "burst": 20000}}'
    strain box spin 120 6 >/dev/null
    between "$(number box/cpu.stat nr_bursts)" 1 1000
}

# observes: cpu.cpus cpu.mems
@test "cpuset: the processes' affinity" {
    up box '{"cpu": {"cpus": "1", "mems": "0"}}'
    pid=$(oci state box | jq .pid)
    allowed() { awk '/^(Cpus|Mems)_allowed_list/ { printf "%s ", $2 }' "/proc/$pid/status"; }
    is "$(allowed)" "1 0 "
    update box '{"cpu": {"cpus": "0-1"}}'
    is "$(allowed)" "0-1 0 "
    update box '{"cpu": {"cpus": "0"}}'
    is "$(allowed)" "0 0 "
}

# observes: pids.limit
@test "pids: no more processes than the limit" {
    up box '{"pids": {"limit": 10}}'
    fails 137 strain box children 50
    has "$output" "children 8"
    update box '{"pids": {"limit": 20}}'
    fails 137 strain box children 50
    has "$output" "children 18"
    between "$(number box/pids.events max)" 2 1000
}

# observes: blockIO.throttleReadBpsDevice blockIO.throttleWriteBpsDevice
# observes: blockIO.throttleReadIOPSDevice blockIO.throttleWriteIOPSDevice
@test "io.max: bytes and operations a second, read and written, each alone" {
    head -c 1M /dev/zero >"$R/file"
    sync "$R/file"
    one() { echo "{\"blockIO\": {\"$1\": [{\"major\": ${disk%:*}, \"minor\": ${disk#*:}, \"rate\": $2}]}}"; }
    none=
    for field in ReadBps WriteBps ReadIOPS WriteIOPS; do none+=",$(one "throttle${field}Device" 0 | jq -c .blockIO)"; done
    none=$(jq -c '{blockIO: add}' <<<"[${none#,}]")
    up box '{}'
    while read -r field rate way size count; do
        update box "$none"
        update box "$(one "$field" "$rate")"
        slow=$(strain box io file $way $size $count | cut -d' ' -f2)
        echo "$field: $slow ms"
        between "$slow" 500 60000
    done <<'END'
throttleReadBpsDevice   262144 r 65536 4
throttleWriteBpsDevice  262144 w 65536 4
throttleReadIOPSDevice  8      r 4096  8
throttleWriteIOPSDevice 8      w 4096  8
END
    up other "$(one throttleReadBpsDevice 262144)"
    between "$(strain other io file r 65536 4 | cut -d' ' -f2)" 500 60000
    rm "$R/file"
}

# observes: blockIO.weight blockIO.weightDevice
@test "io.weight: with BFQ the heavier container reads more at the same time" {
    modprobe bfq || skip "no BFQ in this kernel"
    local queue
    queue=/sys/dev/block/$disk/queue/scheduler
    before=$(sed 's/.*\[\(.*\)\].*/\1/' "$queue")
    head -c 64M /dev/zero >"$R/file"
    sync "$R/file"
    echo bfq >"$queue"
    up heavy '{"blockIO": {"weight": 1000}}'
    up light '{"blockIO": {"weight": 50}}'
    read_bytes() { awk -v d="$disk" '$1 == d { sub(/rbytes=/, "", $2); n = $2 } END { print n + 0 }' "$TREE/$1/io.stat"; }
    timeout 3 "$HAKO_BUILD/hako-oci" --root "$T/oci" exec heavy strain io file r 65536 1000 &
    timeout 3 "$HAKO_BUILD/hako-oci" --root "$T/oci" exec light strain io file r 65536 1000 || :
    wait
    a=$(read_bytes heavy) b=$(read_bytes light)
    oci delete --force heavy
    oci delete --force light
    echo "$before" >"$queue"
    modprobe -r bfq || :
    rm "$R/file"
    echo "heavy $a light $b"
    [ "$a" -gt $((b * 2)) ]
}

# observes: hugepageLimits
@test "hugepageLimits: no more huge pages than the limit, refused before they are touched" {
    before=$(cat /proc/sys/vm/nr_hugepages)
    echo 6 >/proc/sys/vm/nr_hugepages
    pages=$(cat /proc/sys/vm/nr_hugepages)
    up box '{"hugepageLimits": [{"pageSize": "2MB", "limit": 4194304}]}'
    first=$(strain box hugepages 5)
    update box '{"hugepageLimits": [{"pageSize": "2MB", "limit": 6291456}]}'
    second=$(strain box hugepages 5)
    echo "$before" >/proc/sys/vm/nr_hugepages
    [ "$pages" = 6 ] || skip "the guest has no 6 huge pages to spare"
    is "$first, $second" "hugepages 2, hugepages 3"
}
