#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every limit of linux.resources, row by row: through config.json, through update, and as crun has it.

load ../lib/hako
load box
load strain
load whole

setup() {
    hako_setup
    needs crun python3
    needs_controllers cpu cpuset io memory hugetlb pids rdma misc
}

rows() { timeout 550 "$HAKO_TOP/tests/vm/resources" rows; }

# covers: /linux/resources/memory/limit /linux/resources/memory/swap /linux/resources/memory/reservation
@test "memory: limit, swap, reservation" {
    rows <<'END'
{"memory": {"limit": 67108864}} | memory.max=67108864; memory.swap.max=max
{"memory": {"limit": -1}} | memory.max=max; memory.swap.max=max
{"memory": {"limit": 0, "swap": 0}} | memory.max=max; memory.swap.max=max | crun=no
{"memory": {"limit": 67108864, "swap": 100663296}} | memory.max=67108864; memory.swap.max=33554432
{"memory": {"limit": 67108864, "swap": 67108864}} | memory.swap.max=0
{"memory": {"limit": 67108864, "swap": -1}} | memory.swap.max=max
{"memory": {"swap": -1}} | memory.swap.max=max
{"memory": {"reservation": 33554432}} | memory.low=33554432
{"memory": {"reservation": 0}} | memory.low=0
{"memory": {"reservation": -1}} | memory.low=max
{"memory": {"limit": -5}} | !memory.limit: -5 is negative
{"memory": {"swap": 100000000}} | !/linux/resources/memory/swap
{"memory": {"limit": 100000000, "swap": 50000000}} | !/linux/resources/memory/swap
{"memory": {"limit": -1, "swap": 100000000}} | !/linux/resources/memory/swap | crun=no
{"memory": {"reservation": -2}} | !memory.reservation: -2 is negative | crun=no
END
}

# covers: /linux/resources/memory/kernel /linux/resources/memory/kernelTCP
# covers: /linux/resources/memory/swappiness /linux/resources/memory/disableOOMKiller
# covers: /linux/resources/memory/useHierarchy /linux/resources/blockIO/leafWeight
# covers: /linux/resources/blockIO/weightDevice/*/leafWeight
@test "what cgroup v2 does not have changes nothing" {
    rows <<'END'
{"memory": {"kernel": 33554432, "kernelTCP": 33554432}} | memory.max=max | crun=no
{"memory": {"swappiness": 60, "disableOOMKiller": true, "useHierarchy": true}} | memory.max=max | crun=no
{"blockIO": {"leafWeight": 500}} | io.weight=default 100 | crun=no
{"blockIO": {"weightDevice": [{"major": 1, "minor": 1, "leafWeight": 50}]}} | io.weight=default 100 | crun=no
END
}

# covers: /linux/resources/cpu/shares /linux/resources/cpu/quota /linux/resources/cpu/period
# covers: /linux/resources/cpu/burst /linux/resources/cpu/idle
# covers: /linux/resources/cpu/realtimeRuntime /linux/resources/cpu/realtimePeriod
@test "cpu: shares, quota, period, burst, idle, no real time" {
    rows <<'END'
{"cpu": {"shares": 2}} | cpu.weight=1
{"cpu": {"shares": 1024}} | cpu.weight=39
{"cpu": {"shares": 262144}} | cpu.weight=10000
{"cpu": {"shares": 0}} | cpu.weight=100
{"cpu": {"quota": 50000}} | cpu.max=50000 100000
{"cpu": {"quota": 50000, "period": 200000}} | cpu.max=50000 200000
{"cpu": {"quota": 40000, "period": 0}} | cpu.max=40000 100000
{"cpu": {"quota": 0}} | cpu.max=max 100000
{"cpu": {"quota": -1, "period": 200000}} | cpu.max=max 200000
{"cpu": {"period": 200000}} | cpu.max=max 200000
{"cpu": {"quota": 50000, "burst": 20000}} | cpu.max.burst=20000 | lacks=cpu.max.burst
{"cpu": {"idle": 1}} | cpu.idle=1; cpu.weight=0
{"cpu": {"idle": 1, "shares": 512}} | cpu.idle=1; cpu.weight=0
{"cpu": {"idle": 0, "shares": 512}} | cpu.idle=0; cpu.weight=20
{"cpu": {"realtimeRuntime": 0}} | cpu.weight=100
{"cpu": {"shares": 1}} | !cpu.shares: 1 is not between 2 and 262144
{"cpu": {"shares": 1000000}} | !is not between
{"cpu": {"quota": 500}} | !cpu.quota: write "500 100000" to @GROUP@/cpu.max: Invalid argument
{"cpu": {"period": 5}} | !at least 1000
{"cpu": {"quota": 50000, "burst": 200000}} | !the burst must not be larger than the quota | crun=no
{"cpu": {"idle": 2}} | !write "2" to @GROUP@/cpu.idle
{"cpu": {"realtimeRuntime": 950000}} | !no limits of real-time scheduling
{"cpu": {"realtimePeriod": 1000000}} | !no limits of real-time scheduling
END
}

# covers: /linux/resources/cpu/cpus /linux/resources/cpu/mems /linux/resources/pids/limit
@test "cpuset and pids" {
    rows <<'END'
{"cpu": {"cpus": "0"}} | cpuset.cpus.effective=0
{"cpu": {"cpus": "0-1", "mems": "0"}} | cpuset.cpus.effective=0-1; cpuset.mems.effective=0
{"cpu": {"cpus": "", "mems": ""}} | cpuset.cpus.effective=0-1
{"cpu": {"cpus": "99"}} | !cpu.cpus: write "99" to @GROUP@/cpuset.cpus
{"cpu": {"cpus": "x"}} | !within the parent group's cpuset.cpus.effective
{"cpu": {"cpus": "0", "mems": "9"}} | !cpu.mems: write "9" to @GROUP@/cpuset.mems
{"pids": {"limit": 20}} | pids.max=20
{"pids": {"limit": -1}} | pids.max=max
{"pids": {"limit": 0}} | pids.max=max
{"pids": {"limit": -3}} | !pids.limit: -3 is negative
{"pids": {"limit": 99999999999}} | !write "99999999999" to @GROUP@/pids.max
END
}

# covers: /linux/resources/blockIO/weight /linux/resources/blockIO/throttle*
@test "io: weight and throttles" {
    rows <<'END'
{"blockIO": {"weight": 10}} | io.weight=default 1
{"blockIO": {"weight": 500}} | io.weight=default 4950
{"blockIO": {"weight": 1000}} | io.weight=default 10000
{"blockIO": {"weight": 0}} | io.weight=default 100
{"blockIO": {"throttleReadBpsDevice": [{@AT@, "rate": 4096}, {@AT@, "rate": 1048576}], "throttleWriteBpsDevice": [{@AT@, "rate": 1048577}], "throttleReadIOPSDevice": [{@AT@, "rate": 10}], "throttleWriteIOPSDevice": [{@AT@, "rate": 11}]}} | io.max=@DISK@ rbps=1048576 wbps=1048577 riops=10 wiops=11
{"blockIO": {"throttleReadBpsDevice": [{@AT@, "rate": 0}]}} | pids.max=max | crun=no
{"blockIO": {"throttleReadBpsDevice": [{@AT@, "rate": 1}, {@AT@, "rate": 8192}]}} | !rbps=1" to @GROUP@/io.max: Invalid argument
{"blockIO": {"weight": 5}} | !blockIO.weight: 5 is not between 10 and 1000
{"blockIO": {"weight": 1001}} | !is not between
{"blockIO": {"throttleReadBpsDevice": [{"major": 99, "minor": 0, "rate": 7}]}} | !write "99:0 rbps=7" to @GROUP@/io.max: No such device
END
}

# covers: /linux/resources/blockIO/weightDevice/*
@test "io: the weight of one device, by the kernel's cost model and by BFQ" {
    local disk
    disk=$(lsblk -dno MAJ:MIN | grep -v '^7:' | head -n 1 | tr -d ' ')
    rows <<<'{"blockIO": {"weightDevice": [{@AT@, "weight": 300}]}} | !io.cost.qos | crun=no'
    echo "$disk enable=1" >/sys/fs/cgroup/io.cost.qos
    rows <<<'{"blockIO": {"weightDevice": [{@AT@, "weight": 300}]}} | io.weight=@DISK@ 2930 | crun=no'
    echo "$disk enable=0" >/sys/fs/cgroup/io.cost.qos
    change bfq
    modprobe bfq || skip "no BFQ in this kernel"
    rows <<<'{"blockIO": {"weight": 300}} | io.bfq.weight=default 300 | config'
    modprobe -r bfq
}

# A disk of our own that does 100 operations a second, as the cost model has it. The container in the middle
# has the kernel's weight, 100; 60 is 505 of the kernel's, 10 is 1.
# observes: config:blockIO.weight config:blockIO.weightDevice update:blockIO.weight update:blockIO.weightDevice
@test "io.weight: the heavier container reads more at the same time" {
    local loop number
    truncate -s 1M "$T/image"
    loop=$(losetup --find --show "$T/image")
    number=$(<"/sys/block/${loop#/dev/}/dev")
    echo "$number enable=1 ctrl=user min=100 max=100" >/sys/fs/cgroup/io.cost.qos
    echo "$number ctrl=user rbps=1000000000 rseqiops=100 rrandiops=100" >/sys/fs/cgroup/io.cost.model
    device() { echo '{"blockIO": {"weightDevice": [{"major": '"${number%:*}"', "minor": '"${number#*:}"', "weight": '"$1"'}]}}'; }
    strain_begin
    mknod "$R/disk" b ${number/:/ }
    up all '{"blockIO": {"weight": 60}}'
    up none '{}'
    up one "$(device 10)"
    wait_for 100 race 'reads BEGIN END /disk' all none one
    update all '{"blockIO": {"weight": 10}}'
    update one "$(device 60)"
    wait_for 100 race 'reads BEGIN END /disk' one none all
    strain_end
    echo "$number enable=0" >/sys/fs/cgroup/io.cost.qos
    losetup -d "$loop"
}

# covers: /linux/resources/hugepageLimits/* /linux/resources/rdma/* /linux/resources/network/*
@test "hugetlb with reservations; rdma and network where they cannot be" {
    rows <<'END'
{"hugepageLimits": [{"pageSize": "2MB", "limit": 4194304}]} | hugetlb.2MB.max=4194304; hugetlb.2MB.rsvd.max=4194304 | lacks=hugetlb.2MB.rsvd.max
{"hugepageLimits": [{"pageSize": "2MB", "limit": 0}]} | hugetlb.2MB.max=0 | lacks=hugetlb.2MB.rsvd.max
{"hugepageLimits": [{"pageSize": "3MB", "limit": 4194304}]} | !hugetlb.3MB.max
{"rdma": {"mlx5_1": {"hcaHandles": 3, "hcaObjects": 10000}}} | !write "mlx5_1 hca_handle=3 hca_object=10000" to @GROUP@/rdma.max | crun=no
{"network": {"classID": 1}} | !exist in cgroup v1 only
{"network": {"priorities": [{"name": "eth0", "priority": 5}]}} | !exist in cgroup v1 only
{"network": {"classID": 0}} | pids.max=max | crun=no
END
}

# covers: /linux/resources/unified
@test "unified: files as they stand, also those of other fields, of several lines and of no controller" {
    rows <<'END'
{"unified": {"memory.high": "50331648"}} | memory.high=50331648
{"unified": {"memory.min": "1048576", "memory.oom.group": "1"}} | memory.min=1048576; memory.oom.group=1
{"unified": {"cpu.weight": "77"}, "cpu": {"shares": 512}} | cpu.weight=77
{"unified": {"cgroup.max.depth": "5", "cgroup.max.descendants": "3"}} | cgroup.max.depth=5; cgroup.max.descendants=3
{"unified": {"io.max": "@DISK@ rbps=2097152\n@DISK@ wiops=120\n"}} | io.max=@DISK@ rbps=2097152 wbps=max riops=max wiops=120 | crun=no
{"unified": {"misc.max": "res 5"}} | !misc.max: Invalid argument
{"unified": {"foo.bar": "5"}} | !there is no controller foo
{"unified": {"nodot": "5"}} | !not of the form CONTROLLER.FILE
{"unified": {"memory/max": "5"}} | !/linux/resources/unified
{"unified": {"memory.max": "garbage"}} | !write "garbage" to @GROUP@/memory.max: Invalid argument
END
}

@test "the same config.json gives the same files under crun" {
    rows <<'END'
{"memory": {"limit": 67108864, "swap": 100663296, "reservation": 33554432}, "cpu": {"shares": 1024, "quota": 50000, "period": 200000, "cpus": "0", "mems": "0"}, "pids": {"limit": 20}, "hugepageLimits": [{"pageSize": "2MB", "limit": 4194304}], "blockIO": {"weight": 500, "throttleReadBpsDevice": [{@AT@, "rate": 1048576}], "throttleWriteIOPSDevice": [{@AT@, "rate": 7}]}, "unified": {"memory.high": "50331648", "memory.oom.group": "1"}} | cpu.weight=39; pids.max=20 | config lacks=hugetlb.2MB.rsvd.max
{"memory": {"limit": -1, "swap": -1, "reservation": 0}, "cpu": {"shares": 0, "quota": -1, "period": 50000, "idle": 1}, "pids": {"limit": -1}, "blockIO": {"weight": 10}, "unified": {"memory.min": "4096", "cgroup.max.depth": "5"}} | cpu.idle=1; io.weight=default 1 | config
END
}

# covers: update:--resources
@test "random resources: hako-oci and crun leave equal files, or both refuse" {
    timeout 550 "$HAKO_TOP/tests/vm/resources" random 200 1 60
}
