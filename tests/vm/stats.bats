#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# hako stats where all controllers are there: its numbers are the kernel's.

load ../lib/hako

setup_file() {
    hako_setup_file
    needs_controllers cpu io memory pids
    needs_fixture small
    hako load -q -i "$(fixture small)/docker.tar"
    hako tag hako.test/small box
}

# What stats says and what the files say, in the same words.
said() {
    hako stats --no-stream -i 50ms --format \
        '{{.Memory}} {{.MemoryLimit}} {{.PidsCurrent}} {{.BlockRead}} {{.BlockWrite}}' box
}
kernels() {
    echo $(($(cat "$G/memory.current") - $(awk '/^inactive_file/ { print $2 }' "$G/memory.stat"))) \
        "$(cat "$G/memory.max") $(cat "$G/pids.current")" \
        "$(tr ' ' '\n' <"$G/io.stat" | awk -F= '/^rbytes/ { r += $2 } /^wbytes/ { w += $2 }
            END { printf "%d %d", r, w }')"
}
# Once the container has written, and waits for its second process.
agreed() {
    said=$(said)
    [[ $said == *" 67108864 2 "* ]] && [ "${said##* }" -ge 8388608 ] && [ "$said" = "$(kernels)" ]
}

@test "memory, its limit, pids and block I/O are those of the group's files" {
    hako run -d --name box --network none -m 64m --pids-limit 30 box \
        sh -c 'dd if=/dev/zero of=/f bs=1M count=8; sync; sleep 1000 & wait'
    G=/sys/fs/cgroup$(hako inspect -f '{{.State.CgroupPath}}' box)
    wait_for 60 agreed || { echo "$said"; kernels; false; }
    hako stats --no-stream -i 200ms --format json box >"$T/json" 2>"$T/errors"
    is "$(cat "$T/errors")" ""
    jq -e '(.MemUsage | endswith("iB / 64MiB")) and .PIDs == "2" and
        (.MemoryPercentage - .Memory / .MemoryLimit * 100 | fabs) < 0.001 and
        (.BlockIO | test("^[0-9.]+k?M?B / [0-9.]+MB$")) and .CPUPercentage >= 0' "$T/json" || { cat "$T/json"; false; }
}

@test "pressure, and the host's memory where there is no limit" {
    hako run -d --name squeezed --network none --cpus 0.1 box sh -c 'while :; do :; done'
    pressed() {
        hako stats --no-stream -i 200ms --pressure --format json squeezed >"$T/json" &&
            jq -e '.Pressure.cpu.some.avg10 > 1 and .MemPressure == "0.00% / 0.00%" and .CPUPercentage < 30' "$T/json"
    }
    # A look is short: where the machine stands still, the guest takes that for the container's time.
    wait_for 60 pressed || { cat "$T/json"; false; }
    jq -e '(.CPUPressure | test("^[0-9.]+% / [0-9.]+%$")) and (.Pressure.io | has("full"))' "$T/json"
    is "$(jq .MemoryLimit "$T/json")" "$(awk '/^MemTotal/ { print $2 * 1024 }' /proc/meminfo)"
    has "$(hako stats --no-stream -i 50ms --format '{{.CPUPressure}}' squeezed)" "% / "
}
