#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Containers of `run --rm`: what they keep where, and that nothing stays.
# bats file_tags=host-only

load ../lib/hako

setup_file() {
    hako_setup_file
    hako load -q -i "$("$HAKO_TOP/tests/image/fixture" small)/docker.tar"
    hako tag hako.test/small box
}

# The first process and the monitor of a container, killed without a chance to clean up.
kill_both() {
    local pid monitor
    pid=$(hako inspect --format '{{.State.Pid}}' "$1")
    monitor=$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status")
    kill -9 "$monitor" "$pid"
    wait_for 60 test ! -e "/proc/$pid"
    wait_for 60 test ! -e "/proc/$monitor"
}

no_directory() { [ -z "$(ls "$HAKO_ROOT/containers")" ]; }

@test "every command finds a container that is to be removed" {
    hako run -d --rm --name brief --network none box sleep 100
    is "$(hako ps --format '{{.Names}}')" brief
    is "$(hako inspect --format '{{.HostConfig.AutoRemove}}' brief)" true
    is "$(hako exec brief echo inside)" inside
    fails 125 hako run --rm --name brief --network none box true
    has "$output" "already in use"
    hako stop -t 0 brief
    is "$(hako ps -aq)" ""
}

@test "what a container wrote is deleted after its end" {
    hako run --rm --network none box sh -c 'mkdir -p /a/b/c; echo x >/a/b/c/d; ln -s d /a/e'
    wait_for 60 no_directory
}

@test "the name is free at once" {
    for _ in 1 2 3; do
        hako run --rm --name again --network none box true
    done
}

@test "a reboot leaves nothing of it" {
    hako run -d --rm --name brief --network none box sleep 100
    kill_both brief
    rm -rf "$HAKO_RUNROOT"
    is "$(hako run --rm --name brief --network none box echo anew)" anew
    is "$(hako ps -aq)" ""
    wait_for 60 no_directory
}

@test "one that was created waits for its start, over a reboot too" {
    hako create --rm --name later --network none box echo late
    rm -rf "$HAKO_RUNROOT"
    is "$(hako start -a later)" late
    fails 1 hako inspect later
}
