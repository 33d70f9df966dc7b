#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Namespaces shared with the host or another container: --pid, --ipc, --uts, --cgroupns.

load ../lib/hako

I=hako.test/small:latest

setup_file() {
    hako_setup_file
    hako load -qi "$(fixture small)/docker.tar" >/dev/null
}

in_box() { hako run --rm --network none "$@" 2>"$BATS_TEST_TMPDIR/err"; }

# bats test_tags=host-only
@test "--pid container: sees and signals the other's processes" {
    hako run -d --name share-pid --network none $I sleep 1000
    is "$(in_box --pid container:share-pid $I readlink /proc/self/ns/pid)" \
        "$(hako exec share-pid readlink /proc/self/ns/pid)"
    has "$(in_box --pid container:share-pid $I sh -c 'cat /proc/1/cmdline | tr "\\0" " "')" "sleep 1000"
    hako run -d --name share-with --network none --pid "container:share-pid" $I sleep 1000
    is "$(hako exec share-with readlink /proc/self/ns/pid)" \
        "$(hako exec share-pid readlink /proc/self/ns/pid)"
    is "$(hako inspect -f '{{.HostConfig.PidMode}}' share-with)" \
        "container:$(hako inspect -f '{{.Id}}' share-pid)"
    # who shares ends with the one whose namespace it is
    hako kill share-pid
    is "$(hako wait share-with)" 137
    fails 1 hako start share-with
    has "$output" "cannot join PID namespace of a non running container"
    hako start share-pid
    hako start share-with
}

# bats test_tags=host-only
@test "--ipc container: shares semaphores' namespace and /dev/shm with one that lets it" {
    hako run -d --name share-ipc --network none --ipc shareable --shm-size 3m $I sleep 1000
    is "$(in_box --ipc container:share-ipc $I readlink /proc/self/ns/ipc)" \
        "$(hako exec share-ipc readlink /proc/self/ns/ipc)"
    in_box --ipc container:share-ipc $I sh -c 'echo from the other >/dev/shm/note'
    is "$(hako exec share-ipc cat /dev/shm/note)" "from the other"
    has "$(in_box --ipc container:share-ipc $I grep ' /dev/shm ' /proc/mounts)" "nosuid,nodev,noexec"
    has "$(hako exec share-ipc grep ' /dev/shm ' /proc/mounts)" size=3072k
    is "$(hako inspect -f '{{.HostConfig.IpcMode}}' share-ipc)" shareable
    hako stop -t 0 share-ipc
    run grep "/shm" /proc/self/mounts
    lacks "$output" "$HAKO_RUNROOT"
    hako start share-ipc
    hako exec share-ipc test ! -e /dev/shm/note
    hako run -d --name share-not --network none $I sleep 1000
    fails 125 hako run --rm --network none --ipc container:share-not $I true
    has "$output" "non-shareable IPC"
    has "$output" "hint: "
}

# bats test_tags=host-only
@test "--ipc shareable: kill -9 of its monitor leaves no mount" {
    hako run -d --name share-killed --network none --ipc shareable $I sleep 1000
    grep -q "$(hako inspect -f '{{.Id}}' share-killed)/shm" /proc/mounts
    kill -KILL "$(hako inspect -f '{{.State.MonitorPid}}' share-killed)"
    wait_for 60 eval 'hako inspect -f "{{.State.Status}}" share-killed | grep -q exited'
    run grep "/shm" /proc/self/mounts
    lacks "$output" "$HAKO_RUNROOT"
}

# bats test_tags=host-only
@test "--ipc none: no /dev/shm; --ipc host: the host's" {
    in_box --ipc none $I sh -c '! grep -q " /dev/shm " /proc/mounts'
    [ "$(in_box --ipc none $I readlink /proc/self/ns/ipc)" != "$(readlink /proc/self/ns/ipc)" ]
    mount -t tmpfs tmpfs /dev/shm
    touch /dev/shm/of-the-host
    in_box --ipc host $I test -e /dev/shm/of-the-host
    umount /dev/shm
}

# bats test_tags=host-only
@test "what is no mode, and who is not there" {
    local option
    for option in --pid=bogus --ipc=bogus --uts=bogus --cgroupns=bogus --pid=container: \
        --uts=container:x --pid=none; do
        fails 125 hako run --rm --network none "$option" $I true
        has "$output" "hako: ${option%%=*}: invalid "
        has "$output" " mode"
    done
    fails 125 hako run --rm --network none --uts=bogus $I true
    has "$output" "--uts: invalid UTS mode: bogus"
    fails 125 hako run --rm --network none --pid container:share-none $I true
    has "$output" "No such container: share-none"
}

# bats test_tags=host-only
@test "nothing is mounted over /proc, and in it only what shows less" {
    fails 125 hako run --rm --network none -v /tmp:/proc $I true
    has "$output" '"/proc" cannot be mounted because it is not of type proc'
    fails 125 hako run --rm --network none --tmpfs /proc $I true
    fails 125 hako run --rm --network none -v /tmp:/proc/sys/net $I true
    has "$output" '"/proc/sys/net" cannot be mounted because it is inside /proc'
    fails 125 hako run --rm --network none --mount type=tmpfs,dst=/proc/acpi $I true
    in_box -v /etc/hostname:/proc/cpuinfo $I cat /proc/cpuinfo
    in_box -v /proc:/proc $I true
    in_box -v /tmp:/process $I true
}
