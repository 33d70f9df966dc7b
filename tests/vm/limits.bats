#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Limits hold: memory, processes and cpu time of a container, where the controllers are.

load ../lib/hako

setup_file() {
    hako_setup_file
    hako load -q -i "$(fixture small)/docker.tar" >/dev/null
}

setup() {
    needs_controllers memory pids cpu
    hako_setup
}

IMG=hako.test/small

@test "--memory 64m kills a process that takes 100 MB: 137, and inspect says why" {
    fails 137 hako run --name hog --network none --memory 64m $IMG dd if=/dev/zero of=/dev/null bs=100M count=1
    is "$(hako inspect -f '{{.State.OOMKilled}} {{.State.ExitCode}}' hog)" "true 137"
    hako run --rm --network none --memory 64m $IMG dd if=/dev/zero of=/dev/null bs=10M count=1
    is "$(hako run --rm --network none --memory 64m $IMG cat /sys/fs/cgroup/memory.max)" 67108864
}

@test "an exit of 137 for another reason is no memory kill" {
    fails 137 hako run --name shot --network none --memory 64m $IMG sh -c 'kill -9 $$; sleep 1; exit 137'
    is "$(hako inspect -f '{{.State.OOMKilled}}' shot)" false
}

@test "--pids-limit 20 holds" {
    many='i=0; while [ $i -lt 40 ]; do sleep 30 & i=$((i + 1)); done; echo all'
    is "$(hako run --rm --network none --pids-limit 100 $IMG sh -c "$many")" all
    fails 2 hako run --name fork --network none --pids-limit 20 $IMG sh -c "$many"
    has "$output" "can't fork"
    is "$(hako run --rm --network none --pids-limit 20 $IMG cat /sys/fs/cgroup/pids.max)" 20
}

@test "--cpus 0.5 holds within 10 %" {
    busy='a=$(cut -d" " -f1 /proc/uptime); timeout 6 sh -c "while :; do :; done"; cat /proc/uptime; echo $a
        cat /sys/fs/cgroup/cpu.stat'
    hako run --rm --network none --cpus 0.5 $IMG sh -c "$busy" >"$BATS_TEST_TMPDIR/out" || true
    awk 'NR == 1 { end = $1 } NR == 2 { wall = end - $1 } $1 == "usage_usec" { used = $2 / 1e6 }
         END { share = used / wall; print "share of a cpu:", share; exit !(share > 0.45 && share < 0.55) }' \
        "$BATS_TEST_TMPDIR/out"
}

@test "limits are what inspect says, and exec is inside them" {
    hako run -d --name lim --network none --memory 64m --cpus 0.5 --pids-limit 20 $IMG sleep 100
    is "$(hako inspect -f '{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}}' lim)" \
        "67108864 500000000 20"
    is "$(hako exec lim cat /sys/fs/cgroup/cpu.max)" "50000 100000"
    fails 137 hako exec lim dd if=/dev/zero of=/dev/null bs=100M count=1
}
