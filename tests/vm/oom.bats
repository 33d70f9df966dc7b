#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Out of memory: whose limit it was, who was killed, and where hako says so.

load ../lib/hako
load whole

I=hako.test/small:latest

setup_file() {
    hako_setup_file
    needs_controllers memory
    hako load -qi "$(fixture small)/docker.tar" >/dev/null
}

# Takes 24 MiB; containers get 16.
hog=(dd if=/dev/zero of=/dev/null bs=24M count=1)
box() { hako run --network none "$@"; }
# facts NAME FIELD...: of State, in one line.
facts() {
    local name=$1
    shift
    hako inspect -f "$(printf '{{.State.%s}} ' "$@")" "$name"
}
facts_are() { [[ $(facts "$1" "${@:3}") == $2" " ]]; }
# Limits in a group that others' containers are below: parent NAME BYTES.
parent() {
    mkdir "/sys/fs/cgroup/$1"
    echo +memory >"/sys/fs/cgroup/$1/cgroup.subtree_control"
    echo "$2" >"/sys/fs/cgroup/$1/memory.max"
    echo 0 >"/sys/fs/cgroup/$1/memory.swap.max"
}

@test "its own limit: run says so on standard error, and only there" {
    code=0
    box --rm -m 16m $I "${hog[@]}" >"$T/out" 2>"$T/err" || code=$?
    is "$code $(cat "$T/out")" "137 "
    [[ $(cat "$T/err") =~ ^"hako: out of memory: the limit of 16MiB (memory.max of /hako/"[0-9a-f]{64}") was hit; killed dd (pid "[0-9]+"); peak 16MiB"$ ]]
    # A terminal, and the end of a script that has seen its child die.
    output=$(script -qec "$HAKO_BUILD/hako run --rm -t --network none -m 16m $I sh -c '${hog[*]}; exit 3'" /dev/null) || is $? 3
    has "$output" "killed dd (pid "
}

@test "the limit of a group above; ps, inspect and logs; forgotten by the next start" {
    parent above 16777216
    box -d --name above --cgroup-parent /above $I sh -c "[ -e /again ] && exec sleep 1000; touch /again; echo out; exec ${hog[*]}"
    is "$(hako wait above)" 137
    [[ $(hako ps -a --format '{{.Status}}') =~ ^"Exited (137) ".*" ago (OOM)"$ ]]
    facts_are above "true memory.max /above 16777216 dd 1 *" OOMKilled OOM.Cause OOM.Cgroup OOM.Limit OOM.Victim OOM.Kills OOM.Message
    hako logs above >"$T/out" 2>"$T/err"
    is "$(cat "$T/out")" out
    [[ $(cat "$T/err") =~ ^"hako: out of memory: the limit of 16MiB (memory.max of /above) was hit; killed dd (pid "[0-9]+"); peak "[0-9.]+MiB$ ]]
    hako start above
    facts_are above "false <nil>" OOMKilled OOM
    hako rm -f above
    rmdir /sys/fs/cgroup/above
}

@test "a child, while the first process goes on; memory.high kills nobody" {
    box -d --name child -m 16m $I sleep 1000
    read -r pid monitor < <(facts child Pid MonitorPid)
    group=/sys/fs/cgroup$(cut -d: -f3 "/proc/$pid/cgroup")
    echo 4194304 >"$group/memory.high"
    hako exec child dd if=/dev/zero of=/dev/null bs=4M count=1 # little more: the kernel has it sleep
    awk '$1 == "high" && $2 > 0 { found = 1 } END { exit !found }' "$group/memory.events"
    facts_are child "false <nil>" OOMKilled OOM
    echo max >"$group/memory.high"
    fails 137 hako exec child "${hog[@]}"
    wait_for 30 facts_are child "running true 1 dd *" Status OOMKilled OOM.Kills OOM.Victim OOM.VictimPid
    facts_are child "* $pid" OOM.Victim OOM.VictimPid && false
    [[ $(hako ps --format '{{.Status}}') =~ ^Up.*\(OOM\)$ ]]
    has "$(hako logs child 2>&1)" "; killed dd (pid "
    # Without the kernel's log the limit is known all the same, and a second kill is counted.
    mount --bind /dev/null /dev/kmsg
    fails 137 hako exec child "${hog[@]}"
    wait_for 30 facts_are child "*the limit of 16MiB (memory.max of /hako/*; killed a process, the last of 2; *" OOM.Message
    umount /dev/kmsg
    # A monitor that is killed before it could note a kill: who meets the container next does.
    kill -STOP "$monitor"
    fails 137 hako exec child "${hog[@]}"
    kill -9 "$monitor"
    facts_are child "exited true 3 16777216" Status OOMKilled OOM.Kills OOM.Limit
}

# observes: config:memory.swap update:memory.swap
@test "the first process without the kernel's log, and swap that is used up" {
    change swap
    truncate -s 0 "$T/swap"
    fallocate -l 32M "$T/swap" && chmod 600 "$T/swap" && mkswap -q "$T/swap" && swapon "$T/swap" ||
        skip "no swap here"
    # Where the disk is slow, the kernel kills before all swap is used.
    used_up() {
        fails 137 box --rm -m 16m --memory-swap 18m $I "${hog[@]}" &&
            has "$output" "the limit of 16MiB and of swap's 2MiB (memory.max and memory.swap.max of /hako/"
    }
    mount --bind /dev/null /dev/kmsg
    wait_for 60 used_up
    umount /dev/kmsg
    has "$output" "killed dd (pid "
    box -d --name swapping -m 16m --memory-swap 16m $I sleep 1000
    fails 137 hako exec swapping "${hog[@]}"
    hako update --memory-swap 48m swapping
    wait_for 60 hako exec swapping "${hog[@]}"
    hako rm -f swapping
    swapoff "$T/swap"
}

@test "a limit below, in a group that the container has made" {
    id=$(box -d --name below --privileged $I sleep 1000)
    fails 137 hako exec below sh -c 'cd /sys/fs/cgroup && mkdir rest sub && echo 1 >rest/cgroup.procs &&
        echo 0 >rest/cgroup.procs && echo +memory >cgroup.subtree_control && echo 16M >sub/memory.max &&
        echo 0 >sub/memory.swap.max && echo 0 >sub/cgroup.procs && exec '"${hog[*]}"
    wait_for 30 facts_are below "*the limit of 16MiB (memory.max of /hako/$id/sub) was hit; killed dd*" OOM.Message
}

@test "pressure is noted as it comes" {
    # A slow disk makes pressure of io, too, but not ten seconds without any processor's work.
    box -d --name pressed --cpus 0.1 --pressure cpu:some:50ms/1s --pressure io --pressure io:full:10s/10s \
        $I sh -c 'while :; do :; done'
    wait_for 30 eval '[ "$(hako inspect -f "{{(index .State.Pressure 0).Count}}" pressed)" -ge 2 ]'
    has "$(hako logs pressed 2>&1)" "hako: cpu pressure: some of its processes waited for cpu (cpu:some:50ms/1s, avg10 "
    is "$(hako inspect -f '{{(index .State.Pressure 1).Trigger}} {{(index .State.Pressure 2).Trigger}} {{(index .State.Pressure 2).Count}}' \
        pressed)" "io:some:200ms/2s io:full:10s/10s 0"
}
