#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Containers in systemd's scopes: made, named, changed and ended over D-Bus, for root.
# Runs in the guest with systemd as process 1.

load ../lib/hako
load ../oci/bundle
load scope

setup() { systemd_setup; }

# covers: global:--systemd-cgroup /linux/cgroupsPath
@test "a container is the only process of its scope, and can be paused, entered, counted and killed" {
    up one
    pid=$(on state one | jq .pid)
    is "$(cat "/proc/$pid/cgroup")" "0::/machine.slice/box-$F-one.scope"
    is "$(file one cgroup.procs)" "$pid"
    has_properties one Delegate=yes Slice=machine.slice "Description=hako container one"
    on exec --detach --pid-file "$T/second" one init pause </dev/null >/dev/null 2>&1
    is "$(sort -n <(file one cgroup.procs) | xargs)" "$pid $(cat "$T/second")"
    is "$(on ps --format json one | jq 'sort' -c)" "[$pid,$(cat "$T/second")]"
    on pause one
    is "$(file one cgroup.events | grep frozen) $(on state one | jq -r .status)" "frozen 1 paused"
    on resume one
    is "$(on events --stats one | jq .data.pids.current)" 2
    on kill one KILL
    wait_for 10 eval '[ "$(on state one | jq -r .status)" = stopped ]'
    down one
}

@test "the process that stands in does not count: one process is allowed one process" {
    config '.linux.resources.pids.limit = 1'
    scope_config only
    timeout 60 "$HAKO_BUILD/hako-oci" --root "$T/oci" --systemd-cgroup run --bundle "$B" only \
        </dev/null >"$T/out" 2>&1 &
    local run=$!
    wait_for 30 eval '[ "$(on state only 2>/dev/null | jq -r .status)" = running ]'
    is "$(file only cgroup.procs | wc -l) $(file only pids.max)" "1 1"
    is "$(property only TasksMax)" 1
    on kill only KILL
    wait "$run" || true
    wait_for 10 scope_gone only
}

# covers: /linux/resources/devices/*
@test "device rules hold, and what systemd has no property for, through daemon-reload and set-property" {
    local disk
    disk=$(lsblk -dno MAJ:MIN | grep -v '^7:' | head -n 1 | tr -d ' ')
    config '.linux.devices = [{type: "c", path: "/dev/kmsg", major: 1, minor: 11},
        {type: "b", path: "/dev/disk", major: $major, minor: $minor}]' \
        --argjson major "${disk%:*}" --argjson minor "${disk#*:}"
    config '.linux.resources = {devices: [{allow: false, access: "rwm"},
        {allow: true, type: "c", major: 1, minor: 11, access: "rw"}],
        hugepageLimits: [{pageSize: "2MB", limit: 4194304}], cpu: {quota: 33333, period: 100000},
        unified: {"cgroup.max.depth": "5"}}'
    up rules
    on exec rules init write /dev/kmsg hello
    fails 1 on exec rules init cat /dev/disk
    systemctl daemon-reload
    systemctl set-property --runtime "box-$F-rules.scope" TasksMax=40
    on exec rules init write /dev/kmsg hello
    fails 1 on exec rules init cat /dev/disk
    has "$output" "Operation not permitted"
    is "$(file rules pids.max) $(file rules hugetlb.2MB.max)" "40 4194304"
    is "$(file rules cgroup.max.depth)" 5
    # systemd keeps whole percents: nobody gets less.
    is "$(file rules cpu.max)" "34000 100000"
    down rules
}

@test "a refused update leaves the files, and systemd's mind, as they were; a warning comes once" {
    up three
    output=$(on update --memory 64m --cpu-quota 30000 --cpu-period 100000 --cpu-share 512 --kernel-memory 5m three 2>&1)
    is "$(grep -c "memory.kernel has no equivalent" <<<"$output")" 1
    fails 1 on update --memory 32m --cpu-idle 1 --cpu-quota 1 three
    is "$(file three memory.max) $(file three cpu.max) $(file three cpu.weight)" "67108864 30000 100000 20"
    has_properties three MemoryMax=67108864 CPUQuotaPerSecUSec=300ms CPUWeight=20
    down three
}

# covers: /annotations
@test "annotations set properties of the scope and a group below it" {
    config '.annotations = {"org.systemd.property.TimeoutStopUSec": "uint64 5000000",
        "org.systemd.property.RuntimeMaxSec": "700.5", "org.systemd.property.SendSIGHUP": "true",
        "org.systemd.property.KillSignal": "int32 10",
        "org.systemd.property.CollectMode": "\"inactive\"",
        "org.systemd.property.Documentation": "[\"man:a(1)\", \"man:b(2)\"]",
        "org.systemd.property.After": "@as [\"dbus.socket\"]",
        "org.systemd.property.AllowedCPUs": "[byte 0x01]",
        "org.systemd.property.DeviceAllow": "[(\"/dev/null\", \"rw\"), (\"char-pts\", \"r\")]",
        "run.oci.systemd.subgroup": "box"}'
    up four
    has_properties four TimeoutStopUSec=5s "RuntimeMaxUSec=11min 40.500000s" SendSIGHUP=yes \
        KillSignal=10 CollectMode=inactive 'Documentation="man:a(1)" "man:b(2)"' AllowedCPUs=0 \
        "DeviceAllow=char-pts r"
    has "$(property four After)" dbus.socket
    is "$(file four box/cgroup.procs)" "$(on state four | jq .pid)"
    on update --memory 64m four
    is "$(file four memory.max)" 67108864
    down four
}

@test "annotations that cannot be are refused, by us or by systemd, and nothing stays" {
    while read -r name value text; do
        config '.annotations = {("org.systemd.property." + $name): $value}' --arg name "$name" \
            --arg value "$value"
        fails 1 up five
        has "$output" "$text"
        scope_gone five
        [ ! -e "$T/oci/five" ]
    done <<'END'
TimeoutStopUSec uint64_many annotation org.systemd.property.TimeoutStopUSec=uint64_many
Slice 'other.slice' cgroupsPath
NoSuchThing true NoSuchThing
END
}

@test "a bad cgroupsPath and a taken scope are refused, and nothing stays; a failed one makes way" {
    config '.linux.cgroupsPath = "/some/path"'
    fails 1 on create --bundle "$B" six </dev/null
    has "$output" 'expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got "/some/path" instead'
    up six
    fails 1 on create --bundle "$B" seven </dev/null
    has "$output" "systemd has a unit box-$F-six.scope already"
    [ ! -e "$T/oci/seven" ]
    down six
    systemd-run --quiet --scope --slice=machine --unit="box-$F-six" --property=RuntimeMaxSec=1 \
        sleep 100 || true
    wait_for 20 systemctl --quiet is-failed "box-$F-six.scope"
    up six
    down six
}

# covers: update:--resources
@test "a scope's container is known without --systemd-cgroup, and ended by others is a stopped one" {
    up eight
    hako_oci --root "$T/oci" update --resources - eight <<<'{"pids":{"limit":77}}'
    is "$(property eight TasksMax)" 77
    systemctl kill -s KILL "box-$F-eight.scope"
    wait_for 10 eval '[ "$(on state eight | jq -r .status)" = stopped ]'
    wait_for 10 eval '! scope_there eight'
    hako_oci --root "$T/oci" delete eight
    wait_for 60 scope_gone eight
}
