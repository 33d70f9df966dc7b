#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# podman with systemd as its cgroup manager: hako-oci and crun in the same scopes.

cgroup_manager=systemd
load ../engines/engine

setup_file() {
    [ -d /run/systemd/system ] || return 0
    systemctl start dbus systemd-logind
    hako_setup_file
    engine_setup_file
}

# Services of systemd's come and go; podman's watchers are waited for.
leak_orphans() { :; }

# covers: engine:systemd
@test "run, exec, pause, stats, update, stop and rm in systemd's scopes" {
    [ -d /run/systemd/system ] || skip "systemd is not process 1 here; the guest has it"
    scenario() {
        start box -m 64m --pids-limit 20 --cpus 0.5 --systemd=false -- sleep 1000
        t e exec box sh -c 'cd /sys/fs/cgroup && cat memory.max pids.max cpu.max'
        scope=libpod-$(field box '{{.Id}}').scope
        t eval "field box '{{.State.CgroupPath}}' | sed 's|libpod-.*scope|scope|; s|/container$||'"
        t eval "systemctl show -p Slice -p MemoryMax -p TasksMax -p Delegate $scope"
        t e pause box
        t eval "field box '{{.State.Status}}'"
        t e unpause box
        t eval "e stats --no-stream --format '{{.MemUsage}} {{.PIDs}}' box | sed 's|.*/||'"
        raise_memory box 128m
        t eval "systemctl show -p MemoryMax $scope"
        t e stop -t 1 box
        t e rm box
        t eval "systemctl list-units --all --no-legend --plain $scope"
    }
    same scenario
    has "$said" "MemoryMax=67108864"
    has "$said" "MemoryMax=134217728"
    has "$said" "/machine.slice/scope"
    has "$said" paused
}
