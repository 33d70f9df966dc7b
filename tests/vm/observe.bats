#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What limits do, row by row of the table in cgroup/cgroup_limit.c: those of a config.json first, then
# those that an update gives.
#
# A line "observes:" above a test, here or elsewhere in tests/vm, names rows, each with the way that the limit
# comes; "unobserved:" names one that nothing can be seen of, and why. tests/style/limits knows both.

# unobserved: cpu.mems: the guest has one memory node; tests/vm/resources.bats has the writes
# unobserved: rdma: the guest has no such device; tests/vm/resources.bats has the refused write
# unobserved: network: always refused, as tests/vm/resources.bats sees
# unobserved: cpu.realtimeRuntime: always refused, as tests/vm/resources.bats sees

load ../lib/hako
load box
load strain
load whole

# The file is one story of four containers: what it may leave behind is looked for at its end.
setup_file() {
    hako_setup_file
    needs_controllers cpu cpuset io memory hugetlb pids
    hako_setup
    strain_begin
    disk=$(lsblk -dno MAJ:MIN | grep -v '^7:' | head -n 1 | tr -d ' ')
    export disk
    up heavy '{"cpu": {"shares": 8192, "cpus": "1"}, "memory": {"reservation": 16777216}}'
    up light '{"cpu": {"shares": 1536, "cpus": "1"}, "memory": {"limit": 16777216, "swap": 16777216}}'
    up idle '{"cpu": {"idle": 1, "cpus": "1"}, "unified": {"memory.high": "2097152"}}'
    up narrow '{"cpu": {"quota": 20000, "period": 100000, "burst": 20000, "cpus": "0"},
        "pids": {"limit": 10}, "hugepageLimits": [{"pageSize": "2MB", "limit": 2097152}], '"$(throttles 4194304 80)}"
}
setup() { :; }
teardown() { :; }
teardown_file() {
    strain_end
    hako_teardown
    hako_teardown_file
}

# throttles BYTES OPERATIONS: a second, read and written.
throttles() {
    local at='"major": '${disk%:*}', "minor": '${disk#*:}
    echo '"blockIO": {"throttleReadBpsDevice": [{'"$at"', "rate": '"$1"'}],
        "throttleWriteBpsDevice": [{'"$at"', "rate": '"$1"'}],
        "throttleReadIOPSDevice": [{'"$at"', "rate": '"$2"'}],
        "throttleWriteIOPSDevice": [{'"$at"', "rate": '"$2"'}]}'
}

# 8192 shares are a weight of 313, 1536 one of 59: the kernel's own 100 would be too little against that.
# observes: config:cpu.shares config:cpu.idle update:cpu.shares update:cpu.idle
@test "cpu.shares: five times as much, more than twice the cpu; cpu.idle: what nobody else wants" {
    wait_for 100 race 'compete BEGIN END' heavy light idle
    update heavy '{"cpu": {"idle": 1}}'
    update idle '{"cpu": {"idle": 0, "shares": 8192}}'
    wait_for 100 race 'compete BEGIN END' idle light heavy
}

# observes: config:cpu.quota config:cpu.burst config:cpu.cpus update:cpu.quota update:cpu.burst update:cpu.cpus
@test "cpu.quota: throttled; cpu.burst: what was saved may be used; cpu.cpus: where it runs" {
    counts() { echo $(number narrow/cpu.stat nr_bursts) $(number narrow/cpu.stat nr_throttled); }
    cpus() { awk '/^Cpus_allowed_list/ { print $2 }' "/proc/$(head -n 1 "$TREE/narrow/cgroup.procs")/status"; }
    is "$(cpus)" 0
    # Others run there, too: it may take a while until it gets more than its share of a period.
    burst() {
        ask narrow spin 120 3
        read -r bursts throttled < <(counts)
        between "$bursts" 1 100000 && between "$throttled" 1 100000
    }
    wait_for 100 burst
    update narrow '{"cpu": {"burst": 0, "cpus": "1"}}'
    is "$(cpus)" 1
    read -r bursts throttled < <(counts)
    throttled_more() {
        ask narrow spin 120
        read -r bursts_now throttled_now < <(counts)
        [ "$throttled_now" -gt "$throttled" ]
    }
    wait_for 100 throttled_more
    is "$bursts_now" "$bursts"
    update narrow '{"cpu": {"quota": -1}}'
    throttled=$(number narrow/cpu.stat nr_throttled)
    ask narrow spin 150
    is "$(number narrow/cpu.stat nr_throttled)" "$throttled"
}

# observes: config:pids.limit config:hugepageLimits update:pids.limit update:hugepageLimits
@test "pids.limit: no more processes; hugepageLimits: no more huge pages" {
    change hugepages
    before=$(</proc/sys/vm/nr_hugepages)
    echo 3 >/proc/sys/vm/nr_hugepages
    is "$(</proc/sys/vm/nr_hugepages)" 3
    said=$(ask narrow children 50; ask narrow hugepages 3)
    update narrow '{"pids": {"limit": 20}, "hugepageLimits": [{"pageSize": "2MB", "limit": 4194304}]}'
    said+=" "$(ask narrow children 50; ask narrow hugepages 3)
    echo "$before" >/proc/sys/vm/nr_hugepages
    is "$(echo $said)" "children 8, code 137 hugepages 1, code 0 children 18, code 137 hugepages 2, code 0"
}

# Many bytes in few operations, and few bytes in many: each is held up by one limit alone.
# observes: config:blockIO.throttleReadBpsDevice config:blockIO.throttleWriteBpsDevice
# observes: config:blockIO.throttleReadIOPSDevice config:blockIO.throttleWriteIOPSDevice
# observes: update:blockIO.throttleReadBpsDevice update:blockIO.throttleWriteBpsDevice
# observes: update:blockIO.throttleReadIOPSDevice update:blockIO.throttleWriteIOPSDevice
@test "io.max: bytes and operations a second, read and written" {
    head -c 1M /dev/zero >"$R/file"
    sync "$R/file"
    # all_take LOW: milliseconds.
    all_take() {
        local words
        for words in 'w 1048576 1' 'r 1048576 1' 'w 4096 24' 'r 4096 24'; do
            [[ $(ask narrow io /file $words) =~ ^ms\ ([0-9]+),\ code\ 0$ ]]
            echo "$words: ${BASH_REMATCH[1]} ms"
            between "${BASH_REMATCH[1]}" "$1" 200000
        done
    }
    all_take 120
    update narrow "{$(throttles 2097152 40)}"
    all_take 350
}

# observes: config:memory.limit config:memory.reservation config:unified update:memory.reservation update:unified
@test "memory.limit: killed; memory.reservation: kept when memory is short; unified's memory.high: given back" {
    is "$(ask light memory 24)" "code 137"
    is "$(ask light memory 8)" "filled 8, code 0"
    # keeps LOW HIGH: so many KiB of its 4 MiB, when another has as much and 3 MiB are taken from both.
    keeps() {
        ask heavy cache /mine 4
        ask light cache /theirs 4
        echo 3M >"$TREE/memory.reclaim" || : # less could be had
        between $(($(number heavy/memory.stat file) >> 10)) "$1" "$2"
    }
    # has_in_use LOW HIGH: so many KiB, when it has written 4 MiB. What is on its way to the disk cannot be given back.
    has_in_use() {
        ask idle cache /other 4
        between $(($(<"$TREE/idle/memory.current") >> 10)) "$1" "$2"
    }
    wait_for 100 keeps 3800 4500
    update heavy '{"memory": {"reservation": 0}}'
    wait_for 100 keeps 0 3500
    wait_for 100 has_in_use 0 2500
    between "$(number idle/memory.events high)" 1 1000000
    update idle '{"unified": {"memory.high": "max"}}'
    wait_for 100 has_in_use 4000 6000
}
