#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The guest is what the tests that need controllers take it for.

load ../lib/hako

@test "the guest has a pure cgroup v2 tree with every controller we limit" {
    is "$(stat -f -c %T /sys/fs/cgroup)" cgroup2fs
    for controller in cpu cpuset io memory pids; do
        has " $(cat /sys/fs/cgroup/cgroup.controllers) " " $controller "
        has " $(cat /sys/fs/cgroup/cgroup.subtree_control) " " $controller "
    done
}

@test "the guest has what a container needs: overlay, bridge, veth, nftables" {
    mkdir -p "$T"/{lower,upper,work,merged}
    mount -t overlay -o "lowerdir=$T/lower,upperdir=$T/upper,workdir=$T/work" overlay "$T/merged"
    umount "$T/merged"
    ip link add br9 type bridge
    ip link add v9 type veth peer name w9
    ip link set v9 master br9
    ip link del v9
    ip link del br9
    nft add table ip t9
    nft delete table ip t9
}
