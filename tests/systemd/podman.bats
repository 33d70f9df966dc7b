#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# podman with systemd as its cgroup manager: containers of hako-oci's in the scopes that podman names.

load ../lib/hako
load ../oci/bundle
load scope
load ../engines/podman

patience=100
runtime_path() { echo "$HAKO_BUILD/hako-oci"; }

setup() {
    systemd_setup
    needs podman
    cgroup_manager=systemd podman_config
}

leak_cgroups() { find /sys/fs/cgroup /run/systemd/transient -name 'libpod*.scope'; }

# Few commands: each takes seconds. No image: a directory does.
# covers: engine:systemd
@test "run, exec, pause, inspect and rm: podman finds its container in its scope" {
    e run -d --name box --rootfs --network none --systemd=false -m 64m --pids-limit 20 --cpus 0.5 \
        "$B/rootfs" init pause >"$T/id"
    scope=libpod-$(cat "$T/id").scope
    group=/sys/fs/cgroup/machine.slice/$scope
    is "$(e inspect -f '{{.State.CgroupPath}}' box)" "/machine.slice/$scope"
    is "$(cd "$group" && cat memory.max pids.max cpu.max | xargs)" "67108864 20 50000 100000"
    # crun's scopes do not know their limits.
    show=$(systemctl show "$scope")
    for line in MemoryMax=67108864 TasksMax=20 CPUQuotaPerSecUSec=500ms Slice=machine.slice Delegate=yes; do
        grep -qx "$line" <<<"$show"
    done
    is "$(e exec box init cat /proc/self/cgroup)" 0::/
    e pause box
    grep -qx "frozen 1" "$group/cgroup.events"
    e rm -f -t 0 box
    [ ! -e "$group" ] && [ ! -e "/run/systemd/transient/$scope" ]
}
