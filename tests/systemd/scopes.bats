#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Containers in systemd's scopes: made, limited, changed and ended over D-Bus, for root and a user.
# Runs in the guest with systemd as process 1.

load ../lib/hako
load ../oci/bundle

# Services that others start at their first use are no test's leftovers.
setup_file() {
    hako_setup_file
    [ ! -d /run/systemd/system ] || systemctl start dbus systemd-logind user@1000
}

teardown_file() {
    [ ! -d /run/systemd/system ] || systemctl stop user@1000
    hako_teardown_file
}

setup() {
    [ -d /run/systemd/system ] || skip "systemd is not process 1 here; the guest has it"
    hako_setup
    bundle
    command_is init pause
}

# on ARGUMENT...: hako-oci with systemd and a state directory of the file's own.
on() { hako_oci --root "$T/oci" --systemd-cgroup "$@"; }

# up ID: creates and starts the bundle in $B with the scope hako-ID of machine.slice.
up() {
    config '.linux.cgroupsPath = $path' --arg path "machine.slice:hako:$1"
    on create --bundle "$B" "$1" </dev/null >"$T/out" 2>&1 || { cat "$T/out"; return 1; }
    on start "$1"
}

down() {
    on delete --force "$1"
    lacks "$(systemctl list-units --all --no-legend --plain "hako-$1.scope")" hako
    [ ! -e "/sys/fs/cgroup/machine.slice/hako-$1.scope" ]
}

# property ID NAME
property() { systemctl show --value -p "$2" "hako-$1.scope"; }
# file ID NAME
file() { cat "/sys/fs/cgroup/machine.slice/hako-$1.scope/$2"; }

# covers: global:--systemd-cgroup /linux/cgroupsPath
@test "a container is the only process of its scope, which ends with it" {
    up one
    pid=$(on state one | jq .pid)
    is "$(cat "/proc/$pid/cgroup")" "0::/machine.slice/hako-one.scope"
    is "$(file one cgroup.procs)" "$pid"
    is "$(property one Delegate)" yes
    is "$(property one Slice)" machine.slice
    on kill one KILL
    wait_for 10 eval '[ "$(on state one | jq -r .status)" = stopped ]'
    down one
}

# covers: global:--cgroup-manager
@test "systemd and the files say the same of every limit" {
    dev=$(lsblk -dno MAJ:MIN | grep -v '^7:' | head -n 1 | tr -d ' ')
    config '.linux.resources = {memory: {limit: 67108864, swap: 100663296, reservation: 33554432},
        cpu: {shares: 512, quota: 50000, period: 200000, cpus: "0-1", mems: "0"}, pids: {limit: 20},
        blockIO: {throttleReadBpsDevice: [{major: $major, minor: $minor, rate: 1048576}]},
        unified: {"memory.high": "50331648", "memory.min": "1048576"}}' \
        --argjson major "${dev%:*}" --argjson minor "${dev#*:}"
    up two
    all=$(systemctl show hako-two.scope)
    while read -r name property value file text; do
        is "$name: $(sed -n "s/^$property=//p" <<<"$all")" "$name: $value"
        is "$name: $(file two "$file")" "$name: ${text//_/ }"
    done <<'END'
limit       MemoryMax          67108864  memory.max      67108864
swap        MemorySwapMax      33554432  memory.swap.max 33554432
reservation MemoryLow          33554432  memory.low      33554432
high        MemoryHigh         50331648  memory.high     50331648
min         MemoryMin          1048576   memory.min      1048576
shares      CPUWeight          20        cpu.weight      20
quota       CPUQuotaPerSecUSec 250ms     cpu.max         50000_200000
period      CPUQuotaPeriodUSec 200ms     cpu.max         50000_200000
cpus        AllowedCPUs        0-1       cpuset.cpus     0-1
mems        AllowedMemoryNodes 0         cpuset.mems     0
pids        TasksMax           20        pids.max        20
END
    has "$(property two IOReadBandwidthMax)" 1048576
    has "$(file two io.max)" "$dev rbps=1048576"
    systemctl daemon-reload
    is "$(file two memory.max)" 67108864
    down two
}

@test "update tells systemd, and daemon-reload takes nothing back" {
    up three
    on update --memory 64m --cpu-quota 30000 --cpu-period 100000 --pids-limit 30 three
    is "$(property three MemoryMax)" 67108864
    is "$(property three CPUQuotaPerSecUSec)" 300ms
    is "$(file three cpu.max)" "30000 100000"
    systemctl daemon-reload
    is "$(file three memory.max)" 67108864
    is "$(file three pids.max)" 30
    fails 1 on update --cpu-quota 1 three
    is "$(file three cpu.max)" "30000 100000"
    is "$(property three CPUQuotaPerSecUSec)" 300ms
    down three
}

# covers: /annotations
@test "annotations set properties of the scope and a group below it" {
    config '.annotations = {"org.systemd.property.TimeoutStopUSec": "uint64 5000000",
        "org.systemd.property.RuntimeMaxSec": "700.5", "org.systemd.property.SendSIGHUP": "true",
        "run.oci.systemd.subgroup": "box"}'
    up four
    is "$(property four TimeoutStopUSec)" 5s
    is "$(property four RuntimeMaxUSec)" "11min 40.500000s"
    is "$(property four SendSIGHUP)" yes
    is "$(file four box/cgroup.procs)" "$(on state four | jq .pid)"
    on update --memory 64m four
    is "$(file four memory.max)" 67108864
    down four
    config '.annotations = {"org.systemd.property.TimeoutStopUSec": "uint64 many"}'
    fails 1 up five
    has "$(cat "$T/out")" "annotation org.systemd.property.TimeoutStopUSec=uint64 many"
    config '.annotations = {"org.systemd.property.NoSuchThing": "true"}'
    fails 1 up five
    has "$(cat "$T/out")" "NoSuchThing"
    [ ! -e /sys/fs/cgroup/machine.slice/hako-five.scope ]
}

@test "a bad cgroupsPath and a taken scope are refused, and nothing stays" {
    config '.linux.cgroupsPath = "/some/path"'
    fails 1 on create --bundle "$B" six </dev/null
    has "$output" 'expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got "/some/path" instead'
    up six
    config '.linux.cgroupsPath = "machine.slice:hako:six"'
    fails 1 on create --bundle "$B" seven </dev/null
    has "$output" "systemd has a unit hako-six.scope already"
    [ ! -e "$T/oci/seven" ]
    down six
}

@test "a scope that was stopped behind our back is a stopped container" {
    up eight
    systemctl kill -s KILL hako-eight.scope
    wait_for 10 eval '[ "$(on state eight | jq -r .status)" = stopped ]'
    wait_for 10 eval '[ ! -e /sys/fs/cgroup/machine.slice/hako-eight.scope ]'
    down eight
}

@test "an ordinary user's containers are scopes of the user's own systemd" {
    bundle user
    rm "$B/config.json"
    mkdir "$T/state"
    chown -R tester "$B" "$T/state"
    # Whoever clones into a group has to own what it has in common with his own.
    as() {
        runuser -u tester -- env XDG_RUNTIME_DIR=/run/user/1000 systemd-run --user --quiet --pipe \
            --wait --collect "$HAKO_BUILD/hako-oci" --root "$T/state" --systemd-cgroup "$@"
    }
    as spec --rootless --bundle "$B"
    config '.process.terminal = false | .process.args = ["init", "pause"]
        | .linux.resources = {memory: {limit: 67108864}, pids: {limit: 20}} | del(.mounts)'
    chown tester "$B/config.json"
    as create --bundle "$B" nine </dev/null >"$T/out" 2>&1 || { cat "$T/out"; false; }
    as start nine
    group=/sys/fs/cgroup$(cut -d: -f3 "/proc/$(as state nine | jq .pid)/cgroup")
    is "${group##*/}" hako-nine.scope
    has "$group" /user@1000.service/user.slice/
    is "$(cat "$group/memory.max")" 67108864
    is "$(cat "$group/pids.max")" 20
    as delete --force nine
    [ ! -e "$group" ]
}

# covers: update:--resources
@test "without --systemd-cgroup the container's own driver is used, and standard input read once" {
    up one
    hako_oci --root "$T/oci" update --resources - one <<<'{"pids":{"limit":77}}'
    is "$(property one TasksMax)" 77
    hako_oci --root "$T/oci" delete --force one
    [ ! -e /sys/fs/cgroup/machine.slice/hako-one.scope ]
}
