#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Annotations that change what hako-oci does, but for those that have a test beside what they change.
# bats file_tags=host-only

load ../lib/hako
load bundle

setup() { box_setup; }
teardown() { box_teardown; }

note() { config '.annotations[$k] = $v' --arg k "$1" --arg v "$2"; }
inside() { command_is init "$@"; oci run -b "$B" box; }

@test "what there is no way to do is refused" {
    note run.oci.handler krun
    fails 1 oci create -b "$B" box
    has "$output" "/annotations/run.oci.handler: hako-oci runs programs itself and has no handlers"
    config 'del(.annotations)'
    note run.oci.seccomp.plugins /lib/x.so
    fails 1 oci create -b "$B" box
    has "$output" "/annotations/run.oci.seccomp.plugins: hako-oci loads no plugins"
}

@test "all of them are in the manual" {
    while read -r name; do
        grep -qF "${name%.}" "$HAKO_TOP/man/hako-oci.1" || { echo "missing: $name"; return 1; }
    done < <(oci features | jq -r '.potentiallyUnsafeConfigAnnotations[]')
}

@test "keep_original_groups" {
    config '.process.user.additionalGids = [5]'
    with() { setpriv --groups 7,8 bash -c '"$@"' - "$HAKO_BUILD/hako-oci" --root "$T/oci" "$@"; }
    command_is init id
    has "$(with run -b "$B" box)" "groups=5 "
    note run.oci.keep_original_groups 0
    has "$(with run -b "$B" box)" "groups=5 "
    note run.oci.keep_original_groups 1
    has "$(with run -b "$B" box)" "groups=7,8 "
    command_is init pause
    with run -d -b "$B" box >"$T/out" 2>&1 </dev/null
    has "$(with exec box init id)" "groups=7,8 "
}

# Its line of the v2 tree in /proc/self/cgroup.
group() { inside cat /proc/self/cgroup | sed -n 's/^0:://p'; }

@test "delegate-cgroup: processes live below the container's group, which stays the root they see" {
    is "$(group)" /
    note run.oci.delegate-cgroup payload
    is "$(group)" /payload
    config '.linux.namespaces |= map(select(.type != "cgroup"))'
    [[ $(group) == *"$G/payload" ]]
    command_is init family
    oci run -d -b "$B" box >"$T/out" 2>&1 </dev/null
    wait_for 60 grep -q ready "$T/out"
    is "$(oci ps -f json box | jq length)" 4
    oci exec box init true
    oci pause box
    is "$(oci state box | jq -r .status)" paused
    oci resume box
    oci delete --force box
    is "$(find /sys/fs/cgroup -type d -path "*$G*")" ""
    for bad in "" . .. a/b /a; do
        note run.oci.delegate-cgroup "$bad"
        fails 1 oci create -b "$B" box
        has "$output" "/annotations/run.oci.delegate-cgroup: expected the name of a group"
    done
    note run.oci.delegate-cgroup payload
    fails 1 oci --cgroup-manager disabled create -b "$B" box
    has "$output" "/annotations/run.oci.delegate-cgroup: the container has no group of its own"
}

@test "delegate-cgroup: a user namespace gets the group below, and not the limits" {
    note run.oci.delegate-cgroup payload
    chown -R 100000:100000 "$R"
    config '.linux.namespaces += [{type: "user"}]
        | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
        | .linux.gidMappings = .linux.uidMappings
        | .mounts |= map(if .destination == "/sys/fs/cgroup" then .options -= ["ro"] else . end)'
    is "$(inside stat /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/payload/cgroup.procs | cut -d' ' -f3 | xargs)" \
        "65534:65534 0:65534"
}
