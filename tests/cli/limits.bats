#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Options that limit a container: docker's rules and words, and what v2 does not have. What the
# limits do needs controllers: tests/vm/hako-limits.bats.
# bats file_tags=host-only
load ../lib/hako

I=hako.test/small:latest

setup_file() {
    hako_setup_file
    hako load -qi "$(fixture small)/docker.tar" >/dev/null
}

# refused CODE COMMAND...: for each "FLAGS | what the error says" of standard input.
refused() {
    local code=$1 flags
    shift
    while IFS='|' read -r flags want; do
        fails "$code" "$@" $flags
        has "$output" "${want# }"
    done
}

rules='-m 5m | --memory: the minimum memory limit allowed is 6MB
-m 64m --memory-swap 63m | --memory-swap must be at least as large as --memory
--memory-reservation 5m | the minimum memory reservation allowed is 6MB
--cpus 0.001 | --cpus: at least 0.01
--cpus 9000 | --cpus: Range of CPUs is from 0.01 to
--cpus 1 --cpu-quota 5000 | --cpus cannot be combined with --cpu-period or --cpu-quota
--cpu-quota 5000 --cpu-burst 6000 | --cpu-burst: 6000 is more than the quota of a period, 5000
--cpu-rt-runtime 5 | --cpu-rt-period and --cpu-rt-runtime are not implemented for cgroup v2
--cpuset-cpus 0,8191 | --cpuset-cpus: Requested CPUs are not available - requested 0,8191, available: 0
--blkio-weight 9 | range of blkio weight is from 10 to 1000
--blkio-weight-device /dev/null:5 | --blkio-weight-device: invalid value for device: "/dev/null:5"
--device-read-bps /dev/nosuch:1mb | --device-read-bps: device /dev/nosuch: No such file or directory
--device-write-iops /dev/null:1 | --device-write-iops: device /dev/null: not a block device
--unified cpu=0 | unified: "cpu" is not of the form CONTROLLER.FILE
--unified nosuch.max=0 | unified: "nosuch.max": there is no controller nosuch
--unified memory.high=9 --memory-high 9m | --memory-high and --unified memory.high exclude each other'

# What is wrong with the machine, not with the value.
absent='No such file|no controller'

@test "run, create and update refuse the same; nothing is made or changed" {
    create() { hako create "$@" $I true; }
    run_it() { hako run --network none "$@" $I true; }
    refused 125 run_it <<<"$rules"
    refused 125 create <<<"$(grep -Ev "$absent" <<<"$rules")"
    refused 1 create <<<"$(grep -E "$absent" <<<"$rules")"
    is "$(hako ps -aq)" ""
    id=$(hako create --network none --name box $I true)
    before=$(cat "$HAKO_ROOT/containers/$id"/*.json)
    update() { hako update "$@" box; }
    refused 1 update <<<"$rules"
    is "$(cat "$HAKO_ROOT/containers/$id"/*.json)" "$before"
}

@test "--device-cgroup-rule is docker's grammar" {
    fails 125 hako create --device-cgroup-rule 'c 1:3' $I true
    has "$output" "invalid device cgroup format 'c 1:3'"
    hako create --device-cgroup-rule 'c 1:* rw' --name box $I true >/dev/null
    is "$(hako inspect -f '{{json .HostConfig.DeviceCgroupRules}}' box)" '["c 1:* rw"]'
}

@test "swappiness and oom-kill-disable are discarded in docker's words" {
    hako run --rm --network none --memory-swappiness 5 --oom-kill-disable $I true 2>"$T/warnings"
    has "$(cat "$T/warnings")" "Memory swappiness discarded."
    has "$(cat "$T/warnings")" "OomKillDisable discarded."
    lacks "$(hako run --rm --network none --memory-swappiness -1 --oom-kill-disable=false $I true 2>&1)" discarded
}

@test "update wants something to change, and containers that there are" {
    hako create --network none --name box $I true >/dev/null
    fails 1 hako update box
    has "$output" "you must provide one or more flags when using this command"
    fails 125 hako update --nosuch box
    fails 1 hako update --pids-limit -1
    fails 1 hako update --pids-limit -1 nosuch box
    has "$output" "No such container: nosuch"
    is "$(tail -n 1 <<<"$output")" box
    is "$(hako inspect -f '{{.HostConfig.PidsLimit}}' box)" -1
}

# hugetlb is the one controller that v2 usually has, also beside cgroup v1.
@test "update: at once when it runs or is paused, at the next start else; all or none" {
    local tree=/sys/fs/cgroup
    [ ! -d $tree/unified ] || tree=$tree/unified
    grep -qw hugetlb $tree/cgroup.controllers || skip "no hugetlb controller"
    id=$(hako run -d --network none --name box --unified hugetlb.2MB.max=2097152 $I sleep 1000)
    file=$tree$(hako inspect -f '{{.State.CgroupPath}}' box)/hugetlb.2MB.max
    is "$(cat "$file")" 2097152
    is "$(hako update --unified hugetlb.2MB.max=4194304 box)" box
    is "$(cat "$file")" 4194304
    is "$(hako inspect -f '{{json .HostConfig.CgroupConf}}' box)" '{"hugetlb.2MB.max":"4194304"}'
    hako pause box
    hako update --cgroup-conf hugetlb.2MB.max=6291456 box
    is "$(cat "$file")" 6291456
    is "$(hako inspect -f '{{.State.Status}}' box)" paused
    before=$(cat "$file" "$HAKO_ROOT/containers/$id"/{config,record}.json)
    fails 1 hako update --unified hugetlb.2MB.max=8388608 --unified hugetlb.2MB.nosuch=1 --cpu-period 0 box
    has "$output" "hako: Cannot update container $id: unified: write \"1\" to ${file%.max}.nosuch: "
    is "$(cat "$file" "$HAKO_ROOT/containers/$id"/{config,record}.json)" "$before"
    hako kill box
    hako update --unified hugetlb.2MB.max=8388608 box
    hako start box
    is "$(cat "$file")" 8388608
}

# The machine's controllers may be on cgroup v1.
@test "an update that needs a missing controller says who has it, also before the first start" {
    [ -d /sys/fs/cgroup/memory ] || skip "no cgroup v1 here"
    id=$(hako create --network none --name box $I sleep 1000)
    for _ in created running; do
        before=$(cat "$HAKO_ROOT/containers/$id"/{config,record}.json)
        fails 1 hako update --memory 64m box
        has "$output" "Cannot update container $id: limits need cgroup v2 controllers that are missing: memory"
        is "$(cat "$HAKO_ROOT/containers/$id"/{config,record}.json)" "$before"
        hako start box
    done
    hako create --network none --cgroup-missing warn --name lenient $I true >/dev/null
    hako update --memory 64m lenient >"$T/out" 2>&1
    has "$(cat "$T/out")" "limits are not applied"
    is "$(hako inspect -f '{{.HostConfig.Memory}}' lenient)" 67108864
}
