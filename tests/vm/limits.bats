#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Limits hold, and say what they did: groups made by hako's own code, commands run in them.

load ../lib/hako

group() {
    timeout 100 "$HAKO_BUILD/tests/vm/with-group" "$@"
}

@test "files of a group hold what the spec's fields ask for" {
    needs_controllers cpu cpuset memory pids
    export SHOW="memory.max memory.swap.max memory.low cpu.weight cpu.max cpuset.cpus pids.max memory.high"
    output=$(group /hako/files '{"memory":{"limit":67108864,"swap":100663296,"reservation":33554432},
        "cpu":{"shares":512,"quota":50000,"period":200000,"cpus":"0"},"pids":{"limit":20},
        "unified":{"memory.high":"50331648"}}' true)
    has "$output" "memory.max 67108864"
    has "$output" "memory.swap.max 33554432"
    has "$output" "memory.low 33554432"
    has "$output" "cpu.weight 20"
    has "$output" "cpu.max 50000 200000"
    has "$output" "cpuset.cpus 0"
    has "$output" "pids.max 20"
    has "$output" "memory.high 50331648"
    has "$output" "exit 0"
}

@test "io limits are set on a disk, and a missing disk is named" {
    needs_controllers io
    dev=$(lsblk -dno MAJ:MIN | grep -v '^7:' | head -n 1 | tr -d ' ')
    export SHOW="io.max"
    output=$(group /hako/io '{"blockIO":{"throttleReadBpsDevice":[{"major":'"${dev%:*}"',"minor":'"${dev#*:}"',
        "rate":1048576}],"throttleWriteIOPSDevice":[{"major":'"${dev%:*}"',"minor":'"${dev#*:}"',"rate":7}]}}' true)
    has "$output" "$dev rbps=1048576 wbps=max riops=max wiops=7"
    output=$(group /hako/io '{"blockIO":{"throttleReadBpsDevice":[{"major":99,"minor":99,"rate":1}]}}' true) || true
    has "$output" 'error blockIO.throttleReadBpsDevice: write "99:99 rbps=1" to'
    has "$output" "hint there is no such block device"
}

@test "more memory than the limit is killed, and the watch tells" {
    needs_controllers memory
    output=$(group /hako/memory '{"memory":{"limit":67108864,"swap":67108864}}' \
        python3 -c 'x = bytearray(100 << 20)')
    has "$output" "exit 137"
    has "$output" "oom kills 1"
    has "$output" "oom seen"
    lacks "$output" "for ever"
    output=$(group /hako/memory '{"memory":{"limit":67108864}}' python3 -c 'x = bytearray(20 << 20)')
    has "$output" "exit 0"
    has "$output" "oom kills 0"
    lacks "$output" "oom seen"
}

@test "no more processes than the limit" {
    needs_controllers pids
    output=$(group /hako/pids '{"pids":{"limit":20}}' python3 -c '
import os, time
n = 0
try:
    while n < 100:
        if os.fork() == 0:
            time.sleep(30)
        n += 1
except BlockingIOError:
    pass
print("children", n)')
    has "$output" "children 19"
}

# Long periods, of which the guest misses none when its machine stands still: four or five of them in this
# time. Half of it is 55 or 70 percent then; a quarter would be 35 at most, and a whole one 100.
@test "half a cpu is half a cpu" {
    needs_controllers cpu
    half() {
        output=$(group /hako/cpu '{"cpu":{"quota":500000,"period":1000000}}' timeout 3.6 \
            sh -c 'while :; do :; done & while :; do :; done')
        percent=$(sed -n 's/^cpu //p' <<<"$output")
        [ "$percent" -ge 40 ] && [ "$percent" -le 80 ]
    }
    wait_for 100 half || { echo "$output"; return 1; }
}

@test "a value that the kernel refuses is named with its file" {
    needs_controllers cpuset
    output=$(group /hako/bad '{"cpu":{"cpus":"999"}}' true) || true
    has "$output" 'error cpu.cpus: write "999" to /sys/fs/cgroup'
    has "$output" 'hint the list must be within the parent group'
    [ ! -d /sys/fs/cgroup/hako/bad ]
}

@test "processes of somebody else in the way of controllers are named" {
    needs_controllers memory
    mkdir /sys/fs/cgroup/busy
    sleep 1000 3>&- &
    sleeper=$!
    wait_for 60 grep -qx sleep "/proc/$sleeper/comm"
    echo $sleeper >/sys/fs/cgroup/busy/cgroup.procs
    output=$(group /busy/inner '{"memory":{"limit":67108864}}' true) || true
    output+=$(group /busy/inner '{"pids":{"limit":5}}' true) || true
    type=$(cat /sys/fs/cgroup/busy/cgroup.type)
    echo $sleeper >/sys/fs/cgroup/cgroup.procs
    kill $sleeper
    rmdir /sys/fs/cgroup/busy
    has "$output" "has processes of its own"
    has "$output" "pid $sleeper (sleep)"
    is "$type" domain
}

@test "we ourselves step aside in a subtree that is ours" {
    needs_controllers memory
    mkdir /sys/fs/cgroup/ours
    output=$(sh -c 'echo $$ >/sys/fs/cgroup/ours/cgroup.procs
        exec "$0" /ours/inner "$1" cat /proc/self/cgroup' "$HAKO_BUILD/tests/vm/with-group" \
        '{"memory":{"limit":67108864}}')
    rmdir /sys/fs/cgroup/ours/hako.self /sys/fs/cgroup/ours
    has "$output" "0::/ours/inner"
    has "$output" "exit 0"
}

@test "the memory of a hybrid host is explained" {
    [ -d /sys/fs/cgroup/memory ] || skip "no cgroup v1 here"
    output=$(group /hako/why '{"memory":{"limit":1},"pids":{"limit":-1}}' true) || true
    has "$output" "memory (memory.limit) is held by cgroup v1 at /sys/fs/cgroup/memory"
    lacks "$output" pids
}
