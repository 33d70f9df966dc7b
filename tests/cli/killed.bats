#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a killed monitor, a power cut or a reboot leaves, and what a killed client does not touch.
# That nothing is left whatever the moment is kill.bats's.
# bats file_tags=host-only

load ../lib/hako

I=hako.test/small:latest

setup_file() {
    hako_setup_file
    hako load -qi "$(fixture small)/docker.tar" >/dev/null
    hako run --rm $I true 2>/dev/null
    export HAKO_RESOLV_SIZE=0
}

monitors() { pgrep -x hako-monitor | tr '\n' ' '; }
no_monitor() { [ -z "$(monitors)" ]; }

@test "a container whose monitor was killed is stopped with 137, and can be started again" {
    hako run -d --name box $I sleep 1000 2>/dev/null
    pid=$(hako inspect -f '{{.State.Pid}}' box)
    kill -KILL $(monitors)
    wait_for 60 no_monitor
    is "$(hako inspect -f '{{.State.Status}} {{.State.ExitCode}}' box)" "exited 137"
    has "$(hako inspect -f '{{.State.Error}}' box)" "monitor"
    wait_for 60 eval '! kill -0 "$pid" 2>/dev/null' # it has ended, and is yet to be reaped
    is "$(find "$HAKO_RUNROOT/networks" -type f | wc -l)" 0
    hako start box
    is "$(hako inspect -f '{{.State.Status}}' box)" running
    hako rm -f box
}

@test "kill -9 of an attached client does not end the container" {
    "$HAKO_BUILD/hako" run --name box --network none $I sleep 1000 >/dev/null 2>&1 3>&- &
    wait_for 60 bash -c "'$HAKO_BUILD/hako' inspect -f '{{.State.Status}}' box 2>/dev/null | grep -q running"
    kill -KILL $!
    is "$(hako inspect -f '{{.State.Status}}' box)" running
    hako rm -f box
}

@test "directories, names and files that a power cut leaves are garbage" {
    id=$(printf 'a%.0s' {1..64})
    mkdir -p "$HAKO_ROOT/containers/$id/upper" "$HAKO_RUNROOT/containers/$id"
    ln -s "$id" "$HAKO_ROOT/names/ghost"
    hako ps -a >/dev/null
    [ ! -e "$HAKO_ROOT/containers/$id" ]
    [ ! -e "$HAKO_RUNROOT/containers/$id" ]
    [ ! -L "$HAKO_ROOT/names/ghost" ]
}

@test "after a reboot: what ran is stopped" {
    hako create --name box --network none $I true >/dev/null
    hako start -a box 2>/dev/null
    rm -rf "$HAKO_RUNROOT/containers"
    is "$(hako inspect -f '{{.State.Status}} {{.State.ExitCode}}' box)" "exited 0"
    hako start -a box 2>/dev/null
}
