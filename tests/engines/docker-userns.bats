#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Docker with --userns-remap: every container has a user namespace.

load ../engines/engine
remap=nobody:nogroup # whose ranges are the user's

warm_up() {
    runtime=hako
    e run --rm --network none $image true
}

setup_file() {
    hako_setup_file
    echo nobody:100000:65536 >"$T/subuid"
    echo nobody:200000:65536 >"$T/subgid"
    mount --bind "$T/subuid" /etc/subuid
    mount --bind "$T/subgid" /etc/subgid
    engine_setup_file
}

teardown_file() {
    engine_down
    umount /etc/subuid /etc/subgid
    hako_teardown_file
}

# covers: engine:userns
@test "userns-remap: ids, files, mounts, exec, a terminal, the host's namespace" {
    mkdir -p "$T/shared"
    chmod 777 "$T/shared"
    scenario() {
        in_box "cat /proc/self/uid_map /proc/self/gid_map; id; touch /data/x; ls -n /data; $mounts"
        in_box -v "$T/shared:/mnt" -u user 'touch /mnt/x; ls -n /mnt; rm /mnt/x; ls -ln /proc/1/exe'
        in_box --read-only --tmpfs /tmp --init 'id -u; touch /tmp/x && echo made; touch /x'
        start box -- sleep 1000
        executes box sleep
        stat -c %u:%g "/proc/$(field box '{{.State.Pid}}')"
        t e exec box sh -c 'cat /proc/self/uid_map; id; hostname box'
        t terminal e exec -it box sh -c "tty; test -w /dev/console || echo none; exit 5"
        t e stop -t 0 box
        in_box --userns host 'cat /proc/self/uid_map'
    }
    same scenario
    has "$said" "100000"
    has "$said" "100000:200000"
}
