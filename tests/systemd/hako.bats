#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# hako's own containers in systemd's scopes: run, limits, exec, stop, rm, and a monitor that is
# killed; of none a scope is left. Runs in the guest with systemd as process 1.

load ../lib/hako
load ../oci/bundle

I=hako.test/small:latest

setup_file() {
    hako_setup_file
    [ ! -d /run/systemd/system ] || hako load -qi "$(fixture small)/docker.tar" >/dev/null
}

setup() {
    [ -d /run/systemd/system ] || skip "systemd is not process 1 here; the guest has it"
    hako_setup
}

inspect() { hako inspect -f "$2" "$1"; }
ended() { [ "$(inspect "$1" '{{.State.Status}}')" = exited ]; }
# up NAME OPTION...: sets $id and $group.
up() {
    hako run -d --name "$1" --network none "${@:2}" $I sleep 1000
    id=$(inspect "$1" '{{.Id}}')
    group=/sys/fs/cgroup$(inspect "$1" '{{.State.CgroupPath}}')
}
# Commands are slow in the guest: no_group often, no_scope once a test.
no_group() { [ ! -e "$group" ]; }
no_scope() {
    no_group
    is "$(systemctl list-units --all --no-legend --plain 'hako-*.scope')" ""
}

@test "run, exec, limits, stop, start, rm" {
    is "$(hako info -f '{{.CgroupDriver}} {{.Cgroup.Mode}} {{.Cgroup.Parent}} {{.Cgroup.Systemd.Bus}}')" \
        "systemd pure /machine.slice true"
    is "$(hako info -f '{{.Cgroup.Systemd.Version}}')" "$(systemctl show --value -p Version)"
    hako info | grep -x "  Why: *systemd is process 1, and cgroup v2 stands alone"
    up one --memory 64m --memory-reservation 32m --cpus 0.5 --pids-limit 20 --cpuset-cpus 0
    is "$group" "/sys/fs/cgroup/machine.slice/hako-$id.scope"
    is "$(cat "$group/cgroup.procs")" "$(inspect one '{{.State.Pid}}')"
    is "$(inspect one '{{.HostConfig.CgroupManager}}')" systemd
    show=$(systemctl show "hako-$id.scope")
    for line in Slice=machine.slice Delegate=yes MemoryMax=67108864 MemoryLow=33554432 TasksMax=20 \
        CPUQuotaPerSecUSec=500ms AllowedCPUs=0; do
        grep -qx "$line" <<<"$show"
    done
    is "$(cat "$group"/{memory.max,memory.low,pids.max,cpu.max,cpuset.cpus} | xargs)" \
        "67108864 33554432 20 50000 100000 0"
    # The monitor stays small: what speaks to systemd is not loaded into it.
    grep -q libsystemd "/proc/$(inspect one '{{.State.MonitorPid}}')/maps" && return 1
    hako exec -d one sleep 1000
    is "$(wc -l <"$group/cgroup.procs")" 2
    hako pause one
    # systemd knows, and writes the same when it writes its units' files again.
    hako update --memory 80m --memory-swap 80m --memory-reservation 16m --cpus 0.25 --pids-limit 30 one
    systemctl daemon-reload
    is "$(cat "$group"/{memory.max,memory.swap.max,memory.low,pids.max,cpu.max,cpuset.cpus} | xargs)" \
        "83886080 0 16777216 30 25000 100000 0"
    is "$(inspect one '{{.State.Status}}')" paused
    hako stop -t 0 one
    no_group
    # It keeps the manager that it was made with.
    HAKO_CGROUP_MANAGER=cgroupfs hako start one
    is "$(cat "$group/cgroup.procs")" "$(inspect one '{{.State.Pid}}')"
    is "$(systemctl is-active "hako-$id.scope")" active
    is "$(cat "$group/memory.max")" 83886080
    hako rm -f one
    no_scope
}

@test "kill -9 of the monitor" {
    up two --rm
    kill -9 "$(inspect two '{{.State.MonitorPid}}')"
    wait_for 20 eval '[ -z "$(hako ps -aq)" ]'
    no_group
    up two
    kill -9 "$(inspect two '{{.State.MonitorPid}}')"
    wait_for 20 ended two
    no_group
    hako start two
    hako rm -f two
    no_scope
}

@test "what does not start leaves no scope" {
    group=/none
    fails 127 hako run --rm --network none $I /no/such/command
    fails 125 hako run --rm --network none --unified cpu.weight=0 $I true
    has "$output" 'write "0" to /sys/fs/cgroup/machine.slice/hako-'
    fails 137 hako run --name big --network none --memory 32m $I sh -c 'x=$(yes | head -c 100000000)'
    is "$(inspect big '{{.State.OOMKilled}}')" true
    no_scope
}

@test "a kill for memory is told after systemd has removed the group with its counters" {
    up slow --memory 32m
    monitor=$(inspect slow '{{.State.MonitorPid}}')
    kill -STOP "$monitor"
    fails 137 hako exec slow sh -c 'x=$(yes | head -c 100000000)'
    kill -9 "$(inspect slow '{{.State.Pid}}')"
    wait_for 60 no_group
    kill -CONT "$monitor"
    wait_for 60 ended slow
    is "$(inspect slow '{{.State.OOMKilled}}')" true
    hako rm -f slow
    no_scope
}

@test "other slices, other managers" {
    up three --cgroup-parent hakotest-deep.slice
    is "$group" "/sys/fs/cgroup/hakotest.slice/hakotest-deep.slice/hako-$id.scope"
    is "$(cat "$group/cgroup.procs")" "$(inspect three '{{.State.Pid}}')"
    hako rm -f three
    no_group
    systemctl stop hakotest.slice
    fails 125 hako run --cgroup-parent /hako $I true
    has "$output" "systemd makes the group, and this is no slice"
    HAKO_CGROUP_MANAGER=cgroupfs up four
    is "$group" "/sys/fs/cgroup/hako/$id"
    is "$(cat "$group/cgroup.procs")" "$(inspect four '{{.State.Pid}}')"
    hako rm -f four
    no_scope
}

# covers: global:--systemd-cgroup /linux/resources/hugepageLimits/*/limit
@test "a user is told which controller is missing, and how it is granted" {
    bundle user
    rm "$B/config.json"
    mkdir "$T/state"
    chown -R tester "$B" "$T/state"
    as() {
        runuser -u tester -- env XDG_RUNTIME_DIR=/run/user/1000 systemd-run --user --quiet --pipe \
            --wait --collect "$@"
    }
    as "$HAKO_BUILD/hako-oci" spec --rootless --bundle "$B"
    config '.process.terminal = false | .process.args = ["init", "pause"]
        | .linux.resources = {memory: {limit: 67108864}, hugepageLimits: [{pageSize: "2MB", limit: 0}]} | del(.mounts)'
    chown tester "$B/config.json"
    fails 1 as "$HAKO_BUILD/hako-oci" --root "$T/state" --systemd-cgroup create --bundle "$B" nine </dev/null
    has "$output" "limits need cgroup v2 controllers that are missing: hugetlb (hugepageLimits) is not delegated to this user by /sys/fs/cgroup"
    has "$output" "/etc/systemd/system/user@.service.d/delegate.conf:
[Service]
Delegate=cpu cpuset io memory hugetlb pids
"
    lacks "$output" "memory (memory.limit)"
    json=$(as env HAKO_ROOT="$T/state/lib" HAKO_RUNROOT="$T/state/run" "$HAKO_BUILD/hako" info --format json)
    is "$(jq -r '[.CgroupDriver, .Cgroup.Parent, .Cgroup.Delegated] | join(" ")' <<<"$json")" \
        "systemd /user.slice/user-1000.slice/user@1000.service/user.slice /user.slice/user-1000.slice/user@1000.service"
    is "$(jq -c .CgroupControllers <<<"$json")" '["cpu","cpuset","io","memory","pids"]'
    is "$(jq -r '.Cgroup.Controllers[] | select(.Name == "hugetlb").State' <<<"$json")" undelegated
}
