#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# hako on older kernels: run, exec, logs and stop without each call that they lack, and without all.

load ../lib/hako

I=hako.test/small:latest

setup_file() {
    hako_setup_file
    hako load -qi "$(fixture small)/docker.tar" >/dev/null
}

teardown_file() {
    WITHOUT=
    hako_teardown_file
}

# Words in $WITHOUT: what the kernel is to lack (tests/oci/enosys.c).
hako() {
    if [ -n "${WITHOUT:-}" ]; then
        # shellcheck disable=SC2086 # words
        timeout 100 "$HAKO_BUILD/tests/oci/enosys" $WITHOUT -- "$HAKO_BUILD/hako" "$@"
    else
        timeout 100 "$HAKO_BUILD/hako" "$@"
    fi
}

# A container's life; what it prints is compared.
life() {
    mkdir -p "$T/vol"
    hako run --rm --network none -v "$T/vol:/vol:ro" --tmpfs /tmp:size=64k --read-only --shm-size 64k "$I" \
        sh -c 'exec 2>&1; cat /proc/mounts | cut -d" " -f2,3 | sort -u; ls -l /proc/self/fd | wc -l; touch /vol/x; id'
    hako run --rm --network none --user 1:2 --init "$I" sh -c 'id; exit 3' || echo "exit code $?"
    hako run -d --name box --network none "$I" sh -c 'echo begin; trap "exit 5" TERM; while :; do sleep 0.1; done' >/dev/null
    hako exec -w /tmp box sh -c 'pwd; id -u; hostname | wc -c'
    wait_for 60 logged
    hako logs box
    hako stop -t 50 box
    hako wait box
    hako start box >/dev/null
    hako kill box >/dev/null
    hako wait box
    hako rm box
    mount | grep "$HAKO_RUNROOT" || true
}
logged() { [ "$(hako logs box)" = begin ]; }

# bats test_tags=host-only
@test "run, exec, logs, stop, start, kill and rm" {
    WITHOUT= want=$(life)
    has "$want" "exit code 3"
    calls="new-mount-api mount_setattr openat2 clone3 clone-into-cgroup close_range close-range-cloexec pidfd_open"
    for WITHOUT in $calls "new-mount-api openat2 clone3 close_range pidfd_open"; do
        got=$(life) || true
        [ "$got" = "$want" ] || { echo "without $WITHOUT:"; diff <(echo "$want") <(echo "$got"); return 1; }
    done
}

# bats test_tags=host-only
@test "logs -f ends with the container, without pidfds" {
    WITHOUT=pidfd_open
    hako run -d --name follow --network none "$I" sh -c 'echo one; sleep 0.5; echo two' >/dev/null
    is "$(hako logs -f follow)" "one
two"
}

# bats test_tags=host-only
@test "a root that a killed monitor left mounted is taken off" {
    WITHOUT=new-mount-api
    id=$(hako run -d --name left --network none "$I" sleep 100)
    ! mountpoint -q "$HAKO_RUNROOT/containers/$id/rootfs"
    mount -t tmpfs tmpfs "$HAKO_RUNROOT/containers/$id/rootfs"
    kill -9 "$(jq .monitorPid "$HAKO_RUNROOT/containers/$id/status")"
    wait_for 60 exited
    ! mountpoint -q "$HAKO_RUNROOT/containers/$id/rootfs"
}
exited() { hako ps -a --filter name=left --format '{{.State}}' | grep -q exited; }

# bats test_tags=host-only
@test "on a network, without clone3 and pidfds" {
    for WITHOUT in clone3 pidfd_open openat2; do
        has "$(hako run --rm "$I" ip -4 addr show dev eth0)" "inet "
    done
}
