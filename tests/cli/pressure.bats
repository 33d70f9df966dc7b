#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --pressure: triggers on what a container waits for, and what is none.
# bats file_tags=host-only

load ../lib/hako

I=hako.test/small:latest

setup_file() {
    hako_setup_file
    hako load -qi "$(fixture small)/docker.tar" >/dev/null
}

fired() { [ "$(hako inspect -f '{{(index .State.Pressure 0).Count}}' pressed)" -ge "$1" ]; }

@test "triggers: noted in the log and counted, from the start to the end" {
    # Two loops on one processor: each waits for half of the time.
    taskset -c 0 "$HAKO_BUILD/hako" run -d --network none --name pressed \
        --pressure cpu:some:20ms/2s --pressure memory:full $I \
        sh -c 'echo out; (while :; do :; done) & while :; do :; done'
    wait_for 60 fired 1
    is "$(hako logs pressed 2>/dev/null)" out
    has "$(hako logs pressed 2>&1)" "hako: cpu pressure: some of its processes waited for cpu (cpu:some:20ms/2s, avg10 "
    is "$(hako inspect -f '{{(index .State.Pressure 1).Trigger}} {{(index .State.Pressure 1).Count}}' pressed)" \
        "memory:full:200ms/2s 0"
    hako kill pressed
    fired 1
    is "$(hako inspect -f '{{.State.OOMKilled}} {{.State.OOM}}' pressed)" "false <nil>"
}

@test "what is no trigger, and what the kernel does not grant" {
    fails 125 hako run --rm --pressure disk:some $I true
    has "$output" '--pressure: "disk:some": resources are cpu, memory and io'
    has "$output" "hint: write RESOURCE[:some|full][:STALL/WINDOW], such as memory:some:200ms/2s"
    fails 125 hako create --pressure io:3s/2s $I true
    has "$output" "no longer than the window"
    fails 125 capsh --drop=cap_sys_resource -- -c \
        "'$HAKO_BUILD/hako' run --rm --network none --pressure io:1s/1s $I true"
    has "$output" 'write "some 1000000 1000000" to /sys/fs/cgroup'
    has "$output" "hint: without CAP_SYS_RESOURCE windows are 2s or a multiple of it"
    is "$(hako ps -aq)" ""
}
