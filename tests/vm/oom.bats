#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Out of memory: whose limit it was, who was killed, and where hako says so.

load ../lib/hako

I=hako.test/small:latest

setup_file() {
    hako_setup_file
    needs_controllers memory
    hako load -qi "$(fixture small)/docker.tar" >/dev/null
}

# Takes 64 MiB and gives them back.
hog=(dd if=/dev/zero of=/dev/null bs=64M count=1)
box() { hako run --network none "$@"; }
line() { hako inspect -f '{{.State.OOM.Message}}' "$1"; }
noticed() { [ "$(hako inspect -f '{{.State.OOMKilled}}' "$1")" = true ]; }
# Limits in a group that others' containers are below: parent NAME BYTES.
parent() {
    mkdir "/sys/fs/cgroup/$1"
    echo +memory >"/sys/fs/cgroup/$1/cgroup.subtree_control"
    echo "$2" >"/sys/fs/cgroup/$1/memory.max"
    echo 0 >"/sys/fs/cgroup/$1/memory.swap.max"
}

@test "its own limit: run says so on standard error, and only there" {
    fails 137 box --rm --name own -m 32m $I "${hog[@]}"
    [[ $(grep '^hako' <<<"$output") =~ ^"hako: out of memory: the limit of 32MiB (memory.max of /hako/"[0-9a-f]{64}") was hit; killed dd (pid "[0-9]+"); peak 32MiB"$ ]]
    is "$(box --rm -m 32m $I "${hog[@]}" 2>/dev/null)" ""
    # A terminal, and the end of a script that has seen its child die.
    output=$(script -qec "$HAKO_BUILD/hako run --rm -t --network none -m 32m $I sh -c '${hog[*]}; exit 3'" /dev/null) || is $? 3
    has "$output" "killed dd (pid "
}

@test "the limit of a group above; ps, inspect and logs; forgotten by the next start" {
    parent above 33554432
    id=$(box -d --name above --cgroup-parent /above $I sh -c "[ -e /again ] && exec sleep 1000; touch /again; echo out; exec ${hog[*]}")
    is "$(hako wait above)" 137
    has "$(hako ps -a)" "(OOM)"
    has "$(hako ps -a --format '{{.Status}}')" "Exited (137)"
    has "$(line above)" "out of memory: the limit of 32MiB (memory.max of /above) was hit; killed dd (pid "
    is "$(hako inspect -f '{{.State.OOM.Cause}} {{.State.OOM.Cgroup}} {{.State.OOM.Limit}} {{.State.OOM.Victim}} {{.State.OOM.Kills}} {{.State.OOMKilled}}' above)" \
        "memory.max /above 33554432 dd 1 true"
    is "$(hako logs above 2>/dev/null)" out
    is "$(hako logs above 2>&1 >/dev/null)" "hako: $(line above)"
    hako start above
    is "$(hako inspect -f '{{.State.OOMKilled}} {{.State.OOM}}' above)" "false <nil>"
    lacks "$(hako ps)" OOM
    hako rm -f above
    rmdir /sys/fs/cgroup/above
}

@test "a child, while the first process goes on; memory.high kills nobody" {
    box -d --name child -m 32m $I sh -c "while [ ! -e /go ]; do sleep 0.2; done; ${hog[*]}; echo \$?; exec sleep 1000"
    pid=$(hako inspect -f '{{.State.Pid}}' child)
    group=/sys/fs/cgroup$(cut -d: -f3 "/proc/$pid/cgroup")
    echo 8388608 >"$group/memory.high"
    hako exec child dd if=/dev/zero of=/dev/null bs=12M count=1
    awk '$1 == "high" && $2 > 0 { found = 1 } END { exit !found }' "$group/memory.events"
    noticed child && false
    echo max >"$group/memory.high"
    hako exec child touch /go
    wait_for 30 noticed child
    is "$(hako inspect -f '{{.State.Status}} {{.State.OOM.Victim}} {{.State.OOM.Kills}}' child)" "running dd 1"
    [[ $(hako inspect -f '{{.State.OOM.VictimPid}}' child) != "$pid" ]]
    [[ $(hako ps --format '{{.Status}}') =~ ^Up.*\(OOM\)$ ]]
    has "$(hako logs child 2>&1)" "killed dd"
    # Without the kernel's log the limit is known all the same, and a second kill is counted.
    mount --bind /dev/null /dev/kmsg
    fails 137 hako exec child "${hog[@]}"
    wait_for 30 eval '[ "$(hako inspect -f "{{.State.OOM.Kills}}" child)" = 2 ]'
    umount /dev/kmsg
    has "$(line child)" "the limit of 32MiB (memory.max of /hako/"
    has "$(line child)" "killed a process, the last of 2"
    # Its monitor is killed, too: what was noted stays.
    kill -9 "$(hako inspect -f '{{.State.MonitorPid}}' child)"
    wait_for 10 eval '[ "$(hako inspect -f "{{.State.Status}} {{.State.OOM.Kills}}" child)" = "exited 2" ]'
}

@test "the first process without the kernel's log, and swap that is used up" {
    mount --bind /dev/null /dev/kmsg
    truncate -s 0 "$T/swap"
    fallocate -l 48M "$T/swap" && chmod 600 "$T/swap" && mkswap -q "$T/swap" && swapon "$T/swap" ||
        skip "no swap here"
    fails 137 box --rm -m 32m --memory-swap 40m $I "${hog[@]}"
    swapoff "$T/swap"
    umount /dev/kmsg
    has "$output" "the limit of 32MiB and of swap's 8MiB (memory.max and memory.swap.max of /hako/"
    has "$output" "killed dd (pid "
}

@test "a limit below, in a group that the container has made" {
    id=$(box -d --name below --privileged $I sleep 1000)
    fails 137 hako exec below sh -c 'cd /sys/fs/cgroup && mkdir rest sub && echo 1 >rest/cgroup.procs &&
        echo 0 >rest/cgroup.procs && echo +memory >cgroup.subtree_control && echo 16M >sub/memory.max &&
        echo 0 >sub/memory.swap.max && echo 0 >sub/cgroup.procs && exec '"${hog[*]}"
    wait_for 30 noticed below
    has "$(line below)" "the limit of 16MiB (memory.max of /hako/$id/sub) was hit; killed dd"
}

@test "pressure is noted as it comes" {
    box -d --name pressed --cpus 0.1 --pressure cpu:some:50ms/1s --pressure io $I sh -c 'while :; do :; done'
    wait_for 30 eval '[ "$(hako inspect -f "{{(index .State.Pressure 0).Count}}" pressed)" -ge 2 ]'
    has "$(hako logs pressed 2>&1)" "hako: cpu pressure: some of its processes waited for cpu (cpu:some:50ms/1s, avg10 "
    is "$(hako inspect -f '{{(index .State.Pressure 1).Trigger}} {{(index .State.Pressure 1).Count}}' pressed)" "io:some:200ms/2s 0"
}
