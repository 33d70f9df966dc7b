#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Confinement and the file system that a container finds: capabilities, seccomp, masks, devices.

load ../lib/hako

I=hako.test/small:latest

setup_file() {
    hako_setup_file
    hako load -qi "$(fixture small)/docker.tar" >/dev/null
}

in_box() { hako run --rm --network none "$@" 2>"$BATS_TEST_TMPDIR/err"; }
field() { awk -v f="$1:" '$1 == f { print $2 }'; }
# What this machine's root may give at most.
bounded() { printf '%016x\n' $((0x$1 & 0x$(field CapBnd </proc/self/status))); }

@test "docker's default capabilities, seccomp and no more" {
    status=$(in_box $I cat /proc/self/status)
    for set in CapPrm CapEff CapBnd; do
        is "$(field $set <<<"$status")" "$(bounded 00000000a80425fb)"
    done
    is "$(field CapInh <<<"$status")" 0000000000000000
    is "$(field CapAmb <<<"$status")" 0000000000000000
    is "$(field Seccomp <<<"$status")" 2
    is "$(field NoNewPrivs <<<"$status")" 0
}

# bats test_tags=host-only
@test "--cap-add, --cap-drop" {
    is "$(in_box --cap-drop ALL $I cat /proc/self/status | field CapEff)" 0000000000000000
    is "$(in_box --cap-drop ALL --cap-add NET_ADMIN $I cat /proc/self/status | field CapEff)" \
        "$(bounded 0000000000001000)"
    is "$(in_box --cap-drop CAP_CHOWN $I cat /proc/self/status | field CapEff)" "$(bounded 00000000a80425fa)"
    is "$(in_box --cap-add sys_ptrace $I cat /proc/self/status | field CapEff)" "$(bounded 00000000a80c25fb)"
    fails 1 in_box --cap-drop chown $I chown 1 /tmp
    fails 125 hako run --rm --cap-add SYS_ADMN $I true
    has "$output" SYS_ADMIN
}

@test "--privileged" {
    status=$(in_box --privileged $I cat /proc/self/status)
    is "$(field CapEff <<<"$status")" "$(field CapBnd </proc/self/status)"
    is "$(field Seccomp <<<"$status")" 0
    in_box --privileged $I sh -c '[ -w /proc/sys/kernel/hostname ] && ! grep -q " /proc/kcore " /proc/mounts'
}

# bats test_tags=host-only
@test "--security-opt seccomp=, no-new-privileges" {
    is "$(in_box --security-opt seccomp=unconfined $I cat /proc/self/status | field Seccomp)" 0
    is "$(in_box --security-opt no-new-privileges $I cat /proc/self/status | field NoNewPrivs)" 1
    is "$(in_box --security-opt no-new-privileges=false $I cat /proc/self/status | field NoNewPrivs)" 0
    cat >"$BATS_TEST_TMPDIR/profile" <<'P'
{ "defaultAction": "SCMP_ACT_ALLOW",
  "syscalls": [ { "names": [ "mkdir", "mkdirat" ], "action": "SCMP_ACT_ERRNO", "errnoRet": 95 } ] }
P
    fails 1 hako run --rm --network none --security-opt "seccomp=$BATS_TEST_TMPDIR/profile" $I mkdir /d
    has "$output" "not supported"
    echo '{' >"$BATS_TEST_TMPDIR/profile"
    fails 125 hako run --rm --network none --security-opt "seccomp=$BATS_TEST_TMPDIR/profile" $I true
    has "$output" "$BATS_TEST_TMPDIR/profile"
}

# bats test_tags=host-only
@test "the default filter is built in: nothing is cached for it" {
    export HAKO_RUNROOT=$BATS_TEST_TMPDIR/run
    hako run --rm --network none $I true
    [ ! -e "$HAKO_RUNROOT/seccomp" ]
    hako run --rm --network none --cap-add sys_boot --cap-add sys_pacct $I true
    ls "$HAKO_RUNROOT"/seccomp/*.bpf
}

# bats test_tags=host-only
@test "seccomp refuses what docker refuses" {
    fails 1 hako run --rm --network none $I unshare -U true
    fails 1 hako run --rm --network none $I mount -t tmpfs t /mnt
    in_box $I sh -c 'setarch x86_64 true 2>/dev/null; true'
}

# bats test_tags=host-only
@test "masked and read-only paths" {
    in_box $I sh -c '
        for f in /proc/kcore /proc/keys /proc/timer_list /proc/sched_debug; do
            [ ! -e $f ] || [ "$(head -c 1 $f | wc -c)" = 0 ] || { echo $f; exit 1; }
        done
        for d in /proc/acpi /proc/scsi /sys/firmware; do
            [ ! -d $d ] || [ -z "$(ls -A $d)" ] || { echo $d; exit 1; }
        done
        for f in /proc/sys/kernel/hostname /proc/sysrq-trigger /proc/irq/default_smp_affinity; do
            [ ! -e $f ] || ! (echo x >$f) 2>/dev/null || { echo $f; exit 1; }
        done
        ! mkdir /sys/x 2>/dev/null && ! mkdir /sys/fs/cgroup/x 2>/dev/null'
}

# bats test_tags=host-only
@test "/dev: docker's nodes and links and nothing of the host's" {
    is "$(in_box $I sh -c 'ls /dev | sort | tr "\n" " "')" \
        "core fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero "
    in_box $I sh -c '
        for n in null:1,3 zero:1,5 full:1,7 random:1,8 urandom:1,9 tty:5,0; do
            [ "$(stat -c %t,%T /dev/${n%:*})" = "${n#*:}" ] || exit 1
        done
        [ "$(readlink /dev/fd)" = /proc/self/fd ] && [ "$(readlink /dev/stdin)" = /proc/self/fd/0 ] &&
        [ "$(readlink /dev/ptmx)" = pts/ptmx ] && echo x >/dev/null'
}

# bats test_tags=host-only
@test "/dev/shm: 64 MB or --shm-size; /dev/mqueue, /proc, /sys" {
    mounts=$(in_box $I cat /proc/mounts)
    has "$(grep ' /dev/shm ' <<<"$mounts")" size=65536k
    has "$(grep ' /dev/shm ' <<<"$mounts")" nosuid,nodev,noexec
    has "$mounts" "mqueue /dev/mqueue mqueue"
    has "$mounts" "proc /proc proc rw"
    has "$(grep ' /sys ' <<<"$mounts")" "sysfs ro"
    has "$(in_box --shm-size 1m $I grep ' /dev/shm ' /proc/mounts)" size=1024k
}

# bats test_tags=host-only
@test "namespaces of its own; --pid, --uts, --ipc and --network host" {
    for ns in pid mnt net uts ipc cgroup; do
        [ "$(in_box $I readlink /proc/self/ns/$ns)" != "$(readlink /proc/self/ns/$ns)" ] || { echo $ns; return 1; }
    done
    is "$(in_box $I readlink /proc/self/ns/user)" "$(readlink /proc/self/ns/user)"
    is "$(in_box --uts host $I hostname)" "$(hostname)"
    is "$(in_box --ipc host $I readlink /proc/self/ns/ipc)" "$(readlink /proc/self/ns/ipc)"
    is "$(hako run --rm --network host $I readlink /proc/self/ns/net 2>/dev/null)" "$(readlink /proc/self/ns/net)"
    is "$(in_box --pid host $I readlink /proc/self/ns/pid)" "$(readlink /proc/self/ns/pid)"
    is "$(in_box $I sh -c 'echo $$')" 1
}

# bats test_tags=host-only
@test "--device" {
    is "$(in_box --device /dev/null:/dev/nothing $I stat -c %t,%T /dev/nothing)" 1,3
    fails 125 hako run --rm --device /no/such $I true
    fails 125 hako run --rm --device /etc/passwd $I true
}

# bats test_tags=host-only
@test "--sysctl" {
    is "$(in_box $I cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" 0
    is "$(in_box --sysctl net.ipv4.ip_forward=1 $I cat /proc/sys/net/ipv4/ip_forward)" 1
    # what is the whole machine's stays as it is (the same value, should this ever fail)
    fails 125 hako run --rm --network none --sysctl "kernel.panic=$(cat /proc/sys/kernel/panic)" $I true
    has "$output" "whole machine's"
    fails 125 hako run --rm --network host --sysctl net.ipv4.ip_forward=1 $I true
}

# bats test_tags=host-only
@test "no descriptor of hako's reaches the container" {
    is "$(in_box $I sh -c 'ls /proc/self/fd | wc -l')" 4
    is "$(in_box --init $I sh -c 'ls /proc/1/fd | wc -l')" 3
}

# bats test_tags=host-only
@test "nothing but what is mounted for it is seen" {
    is "$(in_box $I cut -d' ' -f2 /proc/mounts | grep -v '^/proc/\|^/sys/firmware\|^/sys/devices' | sort | tr '\n' ' ')" \
        "/ /dev /dev/mqueue /dev/pts /dev/shm /etc/hostname /etc/hosts /etc/resolv.conf /proc /sys /sys/fs/cgroup "
}

# What an exec with more than the container has could find behind the next ones.
# bats test_tags=host-only
@test "exec --privileged sees nothing of the host behind what joins" {
    local name=spied id
    hako run -d --name $name --network none $I sleep 1000 >/dev/null
    id=$(hako inspect --format '{{.Id}}' $name)
    hako exec --privileged $name sh -c 'echo $$ >/tmp/pid; while [ ! -e /tmp/stop ]; do
        for p in /proc/[0-9]*; do [ $p = /proc/1 ] || [ $p = /proc/$$ ] || ls -l $p/fd; done; done >/tmp/seen; exit 0' 2>/dev/null &
    local spy=$!
    wait_for 60 hako exec $name test -e /tmp/seen
    [ -e "$HAKO_RUNROOT/containers/$id/traceable" ]
    local i
    # Until it has seen enough pipes and sockets of theirs.
    for ((i = 0; i < 60; i++)); do hako exec $name true </dev/null 2>&1 | cat >"$T/exec.out"; done
    wait_for 60 eval 'hako exec $name true </dev/null 2>&1 | cat >"$T/exec.out"
        [ "$(hako exec $name grep -c -e "-> [a-z]*:" /tmp/seen)" -gt 20 ]'
    hako exec $name touch /tmp/stop
    wait $spy
    is "$(hako exec $name grep -E -e "-> ($HAKO_RUNROOT|$HAKO_ROOT|/sys/fs/cgroup)" /tmp/seen)" ""
    hako rm -f $name >/dev/null
}
