#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# hako-oci update on containers that run: every flag, all or none, and what the limits then do.

load ../lib/hako
load box
load whole

setup_file() {
    hako_setup_file
    box_bundle
}

teardown() {
    oci delete -f "$BOX"
    hako_teardown
}

files_hold() {
    local want
    for want; do
        is "${want%%=*}=$(value "${want%%=*}" | head -n 1)" "$want"
    done
}

# covers: update update:--memory update:--memory-swap update:--memory-reservation update:--cpu-share
# covers: update:--cpu-quota update:--cpu-period update:--cpu-burst update:--cpu-idle update:--cpuset-cpus
# covers: update:--cpuset-mems update:--pids-limit update:--blkio-weight
@test "every flag, on a running container; what comes later knows what came before" {
    keep bfq
    box
    oci update --memory 64m --memory-swap 96m --memory-reservation 16m --cpu-share 512 \
        --cpu-quota 20000 --cpu-period 50000 --cpu-burst 1000 --cpuset-cpus 0 --cpuset-mems 0 \
        --pids-limit 30 --blkio-weight 100 "$BOX"
    files_hold memory.max=67108864 memory.swap.max=33554432 memory.low=16777216 cpu.weight=20 \
        'cpu.max=20000 50000' cpu.max.burst=1000 cpuset.cpus=0 cpuset.mems=0 pids.max=30 \
        'io.weight=default 910'
    oci update --memory 80m --cpu-quota 30000 --pids-limit '' "$BOX"
    files_hold memory.max=83886080 memory.swap.max=16777216 'cpu.max=30000 50000' pids.max=30
    oci update --cpu-quota 500000 --cpu-burst 40000 "$BOX"
    oci update --cpu-quota 1000 --cpu-burst 0 "$BOX"
    files_hold 'cpu.max=1000 50000' cpu.max.burst=0
    oci update --cpu-quota -1 --memory -1 --memory-swap -1 --pids-limit -1 --memory-reservation 0 "$BOX"
    files_hold 'cpu.max=max 50000' memory.max=max memory.swap.max=max pids.max=max memory.low=0
    oci update --cpu-idle 1 "$BOX"
    files_hold cpu.idle=1 cpu.weight=0
    oci update --cpu-idle 0 "$BOX"
    files_hold cpu.idle=0 cpu.weight=20
    oci update --cpu-share 2 "$BOX"
    files_hold cpu.idle=0 cpu.weight=1
    is "$(jq -c '.linux.resources | [.memory.limit, .cpu.idle, .cpu.shares, .pids.limit]' \
        "$HAKO_RUNROOT/oci/$BOX/config.json")" '[-1,0,2,-1]'
}

# covers: update:--resources
@test "resources from a file and from standard input; unified gives way to a field of the same file" {
    box
    echo '{"unified": {"cpu.weight": "77", "memory.high": "50331648"}}' >"$T/r.json"
    oci update --resources "$T/r.json" --pids-limit 3 "$BOX"
    files_hold cpu.weight=77 memory.high=50331648 pids.max=max
    oci update --cpu-share 2 "$BOX"
    files_hold cpu.weight=1
    oci update -r - "$BOX" <<<'{"pids": {"limit": 9}}'
    files_hold cpu.weight=1 memory.high=50331648 pids.max=9
    is "$(jq -c .linux.resources.unified "$HAKO_RUNROOT/oci/$BOX/config.json")" '{"memory.high":"50331648"}'
    fails 1 oci update -r - "$BOX" <<<'{"pids": {"limit": "x"}}'
    has "$output" 'resources: /pids/limit: expected integer, found "x"'
    fails 1 oci update -r "$T/none" "$BOX"
    has "$output" "$T/none: No such file or directory"
}

# covers: update:--cpu-rt-period update:--cpu-rt-runtime update:--l3-cache-schema update:--mem-bw-schema
@test "all or none: what fails leaves limits and config as they were" {
    box
    oci update --memory 64m --memory-swap 64m --cpu-share 512 --cpuset-cpus 0-1 "$BOX"
    before=$(value memory.max; value cpu.weight; value cpuset.cpus.effective; value pids.max
        cat "$HAKO_RUNROOT/oci/$BOX/config.json")
    for flags in '--memory 32m --cpuset-cpus 0 --pids-limit 7 --cpuset-mems 9' \
        '--memory 65m' '--memory 5m --cpu-share 1' '--memory 5m --cpu-rt-runtime 5' \
        '--memory 5m --cpu-rt-period 5' '--memory 5m --l3-cache-schema L3:0=f' \
        '--memory 5m --mem-bw-schema MB:0=20' '--memory 5m --blkio-weight 5' \
        '--cpu-idle 1 --pids-limit 99999999999' '--memory 5x' '--pids-limit x' '--blkio-weight 70000' '--cpu-idle 7 --pids-limit 5'; do
        fails 1 oci update $flags "$BOX"
        is "$(value memory.max; value cpu.weight; value cpuset.cpus.effective; value pids.max
            cat "$HAKO_RUNROOT/oci/$BOX/config.json")" "$before"
    done
    fails 1 oci update --cpuset-cpus 0 --cpuset-mems 9 "$BOX"
    has "$output" "cpu.mems: write \"9\" to $G/cpuset.mems: Invalid argument"
    fails 1 oci update --memory 65m "$BOX"
    has "$output" "memory.swap: 67108864 is less than memory.limit (68157440)"
    fails 1 oci update --l3-cache-schema L3:0=f "$BOX"
    has "$output" "no resctrl file system is mounted"
    output=$(oci update --kernel-memory 5m --kernel-memory-tcp 5m --cpu-rt-period 0 "$BOX" 2>&1)
    has "$output" "memory.kernel has no equivalent"
}

# covers: /linux/resources/memory/checkBeforeUpdate
@test "checkBeforeUpdate: a limit below what is in use is refused, and nobody is killed" {
    keep swap
    box_config '.linux.resources.memory.checkBeforeUpdate = true'
    box
    oci exec "$BOX" dd if=/dev/zero of=/dev/shm/x bs=1M count=20
    fails 1 oci update --memory 8m "$BOX"
    has "$output" "memory.limit: write \"8388608\" to $G/memory.max: "
    has "$output" "bytes are in use (checkBeforeUpdate)"
    files_hold memory.max=max
    oci update --memory 64m "$BOX"
    files_hold memory.max=67108864
    is "$(oci state "$BOX" | jq -r .status)" running
    box_config 'del(.linux.resources.memory)'
}

# covers: /linux/resources/devices/*
# observes: config:devices update:devices
@test "device rules are replaced in one step: what both lists forbid or allow is so all the time" {
    local disk
    disk=$(lsblk -dno MAJ:MIN | grep -v '^7:' | head -n 1 | tr -d ' ')
    box sh -c 'mknod /dev/no b '"${disk/:/ }"'; mknod /dev/yes c 1 3; touch /tmp/ready; while :; do
        (: </dev/no) 2>/dev/null && touch /tmp/opened; (: </dev/yes) || touch /tmp/refused; done'
    wait_for 20 test -e "$B/rootfs/tmp/ready"
    fails 1 oci exec "$BOX" sh -c ': </dev/no'
    for i in 1 2 3 4 5 6; do
        oci update -r - "$BOX" <<<'{"devices": [{"allow": false}, {"allow": true, "type": "c", "major": 1, "minor": '$i'}]}'
    done
    [ ! -e "$B/rootfs/tmp/opened" ]
    [ ! -e "$B/rootfs/tmp/refused" ]
    oci update -r - "$BOX" <<<'{"devices": [{"allow": false}, {"allow": true, "type": "b", "major": '${disk%:*}', "minor": '${disk#*:}', "access": "r"}]}'
    wait_for 20 test -e "$B/rootfs/tmp/opened"
    oci update -r - "$BOX" <<<'{"pids": {"limit": 50}}'
    oci exec "$BOX" sh -c ': </dev/no'
    rm -f "$B"/rootfs/tmp/*
}

@test "created and paused containers are updated, stopped ones and unknown ones are not" {
    box_config '.process.args = ["sleep", "1000"]'
    oci create -b "$B" "$BOX" </dev/null >"$T/out" 2>&1
    oci update --pids-limit 11 "$BOX"
    files_hold pids.max=11
    oci start "$BOX"
    oci pause "$BOX"
    oci update --pids-limit 12 "$BOX"
    files_hold pids.max=12
    is "$(oci state "$BOX" | jq -r .status)" paused
    oci resume "$BOX"
    oci kill "$BOX" KILL
    wait_for 10 eval '[ "$(oci state "$BOX" | jq -r .status)" = stopped ]'
    fails 1 oci update --pids-limit 13 "$BOX"
    has "$output" "container not running"
    fails 1 oci update --pids-limit 13 nosuch
    has "$output" "does not exist"
}

# observes: update:memory.limit
@test "limits given to a running container hold: processes, cpus, cpu time, memory" {
    box
    oci update --pids-limit 5 --cpuset-cpus 1 "$BOX"
    output=$(oci exec "$BOX" sh -c 'sleep 9 & sleep 9 & sleep 9 & sleep 9 & sleep 9 & sleep 9 & echo forked' 2>&1) || :
    has "$output" "fork"
    lacks "$output" forked
    oci update --pids-limit -1 "$BOX"
    is "$(oci exec "$BOX" sed -n 's/^Cpus_allowed_list:\t//p' /proc/self/status)" 1
    oci update --cpu-quota 2000 --cpu-period 20000 "$BOX"
    oci exec "$BOX" timeout 1 sh -c 'while :; do :; done' || :
    [ "$(value cpu.stat | awk '/^nr_throttled/ { print $2 }')" -gt 0 ]
    oci update --cpu-quota -1 --memory 16m --memory-swap 16m "$BOX"
    fails 137 oci exec "$BOX" sh -c 'exec dd if=/dev/zero of=/dev/null bs=64M'
    [ "$(value memory.events | awk '/^oom_kill / { print $2 }')" -gt 0 ]
}
