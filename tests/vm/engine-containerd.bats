#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Limits that containerd asks for, by ctr, and its measurements.

load ../engines/engine

# covers: engine:ctr-limits engine:ctr-metrics
@test "ctr run: limits, and what ctr measures" {
    needs_controllers cpu memory pids
    scenario() {
        local group=/sys/fs/cgroup/default/box
        e run -d --null-io --memory-limit 67108864 --cpus 0.5 $image box sleep 1000
        t eval "cd $group && grep . memory.max cpu.max cpu.weight"
        t eval 'e tasks metrics box | grep -oE "^(memory|cpu|pids)\.[a-z_]*|67108864" | sort'
        engine_clean >/dev/null
        timeout $patience ctr run -d --null-io --runc-binary "$(runtime_path)" $image box sleep 1000
        t cat $group/cpu.weight
    }
    same scenario
    has "$said" "memory.max:67108864"
    has "$said" "cpu.max:50000 100000"
}
