#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# hako's options that limit a container, by run and by update: the kernel's files, what inspect
# tells, and what is left of a refused update.

load ../lib/hako
load whole

I=hako.test/small:latest

setup_file() {
    hako_setup_file
    hako load -qi "$(fixture small)/docker.tar" >/dev/null
    DISK=/dev/$(lsblk -dno NAME,TYPE | awk '$2 == "disk" && $1 !~ /^loop/ { print $1; exit }')
    NUMBER=$(lsblk -dno MAJ:MIN "$DISK" | tr -d ' ')
    export DISK NUMBER
}

setup() {
    needs_controllers cpu cpuset hugetlb io memory pids
    hako_setup
}

# box [OPTION...]: a detached container; G is its group.
box() {
    ID=$(hako run -d --network none --name box "$@" $I sleep 1000)
    G=/sys/fs/cgroup$(hako inspect -f '{{.State.CgroupPath}}' box)
}

files_hold() {
    local want
    for want; do
        is "${want%%=*}=$(head -n 1 "$G/${want%%=*}")" "$want"
    done
}

# Everything that an update may change.
everything() {
    local file
    for file in memory.{max,swap.max,low,high,min,oom.group} cpu.{max,max.burst,weight,idle} \
        cpuset.{cpus,mems}.effective pids.max io.{max,weight}; do
        echo "$file $(cat "$G/$file")"
    done
    cat "$HAKO_ROOT/containers/$ID"/{config,record}.json
}

all=(--memory 64m --memory-swap 96m --memory-reservation 16m --memory-high 48m --memory-min 8m
    --oom-group --cpus 0.5 --cpu-burst 10000 --cpu-shares 512 --cpuset-cpus 0 --cpuset-mems 0
    --pids-limit 30 --blkio-weight 100 --unified hugetlb.2MB.max=4194304)
hold=(memory.max=67108864 memory.swap.max=33554432 memory.low=16777216 memory.high=50331648
    memory.min=8388608 memory.oom.group=1 'cpu.max=50000 100000' cpu.max.burst=10000
    cpu.weight=20 cpuset.cpus=0 cpuset.mems=0 pids.max=30 'io.weight=default 910'
    hugetlb.2MB.max=4194304)
rates() {
    echo --device-read-bps "$DISK:1mb" --device-write-bps "$DISK:2mb" --device-read-iops "$DISK:100" \
        --device-write-iops "$DISK:200"
}
shown='{{with .HostConfig}}{{.Memory}} {{.MemorySwap}} {{.MemoryReservation}} {{.MemoryHigh}} {{.MemoryMin}} {{.OomGroup}} {{.NanoCpus}} {{.CpuBurst}} {{.CpuShares}} {{.CpusetCpus}} {{.PidsLimit}} {{.BlkioWeight}} {{json .CgroupConf}}{{end}}'
show='67108864 100663296 16777216 50331648 8388608 true 500000000 10000 512 0 30 100 {"hugetlb.2MB.max":"4194304"}'

@test "run: each option is in its file, and inspect shows it" {
    keep bfq
    box "${all[@]}" $(rates)
    files_hold "${hold[@]}" "io.max=$NUMBER rbps=1048576 wbps=2097152 riops=100 wiops=200"
    is "$(hako inspect -f "$shown" box)" "$show"
    fails 125 hako run --network none --unified cpu.weight=0 $I true
    has "$output" 'write "0" to /sys/fs/cgroup/hako/'
}

@test "update: on a running, a paused and a stopped container, which has it when it starts" {
    keep bfq
    box
    is "$(hako update "${all[@]}" $(rates) box)" box
    files_hold "${hold[@]}" "io.max=$NUMBER rbps=1048576 wbps=2097152 riops=100 wiops=200"
    hako pause box
    hako update --pids-limit 31 --memory-high 40m --device-read-bps "$DISK:0" \
        --device-write-iops "$DISK:0" box
    files_hold pids.max=31 memory.high=41943040 memory.max=67108864 \
        "io.max=$NUMBER rbps=max wbps=2097152 riops=100 wiops=max"
    hako update -m -1 --memory-high -1 --memory-min 0 --memory-reservation 0 --oom-group=false \
        --cpu-quota -1 --cpu-burst 0 --pids-limit -1 box
    files_hold memory.max=max memory.swap.max=max memory.high=max memory.min=0 memory.low=0 \
        memory.oom.group=0 'cpu.max=max 100000' cpu.max.burst=0 pids.max=max cpu.weight=20
    is "$(hako inspect -f '{{.State.Status}} {{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}} {{json .HostConfig.BlkioDeviceReadBps}}' box)" \
        "paused 0 0 -1 []"
    hako kill box
    hako update --pids-limit 9 --memory 32m --unified memory.high=20971520 --cpu-idle box
    hako start box
    files_hold pids.max=9 memory.max=33554432 memory.swap.max=33554432 memory.high=20971520 cpu.idle=1
    hako update --memory-high 24m --cpus 0.25 --memory-swap 40m box
    files_hold memory.high=25165824 memory.swap.max=8388608 'cpu.max=25000 100000'
    is "$(hako inspect -f '{{json .HostConfig.CgroupConf}} {{.HostConfig.MemoryHigh}}' box)" \
        '{"hugetlb.2MB.max":"4194304"} 25165824'
}

@test "memory in use: caches give way to a smaller limit, the rest keeps all limits as they were" {
    keep swap
    # Files run side by side: a controller that another switches on would be a difference.
    box --cpus 0.5 -m 64m --cpuset-cpus 0 --pids-limit 30 --device-read-iops "$DISK:1000"
    hako exec box sh -c 'dd if=/dev/zero of=/cache bs=1M count=50; sync' 2>/dev/null
    [ "$(cat "$G/memory.current")" -gt 41943040 ]
    hako update -m 40m box
    files_hold memory.max=41943040
    hako exec box dd if=/dev/zero of=/dev/shm/x bs=1M count=20 2>/dev/null
    before=$(everything)
    fails 1 hako update --pids-limit 7 --cpu-burst 1000 --memory 8m box
    has "$output" "memory.limit: write \"8388608\" to $G/memory.max: "
    has "$output" "bytes are in use"
    is "$(everything)" "$before"
    fails 1 hako update --pids-limit 7 --memory-high 20m --unified cpu.weight=0 box
    has "$output" "write \"0\" to $G/cpu.weight: "
    is "$(everything)" "$before"
    is "$(hako inspect -f '{{.State.Status}}' box)" running
}

@test "--device-cgroup-rule allows what --device does not name, and no more, after an update too" {
    local major=${NUMBER%:*} minor=${NUMBER#*:}
    box --cap-add MKNOD --device-cgroup-rule "b $major:* r"
    hako update --pids-limit 50 box
    is "$(hako exec box sh -c "mknod /disk b $major $minor; mknod /kmsg c 1 11
        dd if=/disk of=/dev/null bs=512 count=1 2>/dev/null && echo read
        (: >>/disk) 2>/dev/null || echo unwritten
        (: </kmsg) 2>/dev/null || echo no kmsg" | xargs)" "read unwritten no kmsg"
}
