# SPDX-License-Identifier: MIT
# A user without any right runs containers: by hako-oci spec --rootless, and with ranges of ids.

load ../lib/hako
load bundle

# bundle of the user's own, in $B; the program too, in case the user may not look into the build.
setup() {
    hako_setup
    bundle
    mkdir -p "$T/xdg"
    cp "$HAKO_BUILD/hako-oci" "$T/hako-oci"
    rm "$B/config.json"
    chown -R 65534:65534 "$B" "$T/xdg"
    cd "$B" || return
    oci spec --rootless
    config '.process.terminal = false'
}

# Without capabilities, groups or an environment of ours.
as_user() { setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all -- env -i PATH="$PATH" "$@"; }
oci() { as_user XDG_RUNTIME_DIR="$T/xdg" timeout 60 "$T/hako-oci" "$@"; }

# covers: spec:--rootless run
@test "run: root of a user namespace of one's own, with nothing but the own ids" {
    command_is init id ';' userns ';' status CapEff ';' fstype /proc ';' pid
    run oci run --bundle "$B" one
    is "$(tr -s ' ' <<<"$output")" "uid=0 gid=0 groups= umask=0022
 0 65534 1
 0 65534 1
CapEff:	00000000a80425fb
9fa0
pid=1 ppid=0 sid=1"
    is "$(ls "$T/xdg/hako/oci")" ""
    is "$(stat -c '%a %u' "$T/xdg/hako/oci")" "700 65534"
}

# bats test_tags=host-only
# covers: create start state list exec kill delete
@test "create, start, exec, kill and delete" {
    command_is init pause
    oci create two </dev/null >"$T/out" 2>&1
    is "$(oci state two | jq -r .status)" created
    oci start two
    wait_for 60 grep -q ready "$T/out"
    is "$(oci state two | jq -r '.status, .owner')" "running
$(id -nu 65534 2>/dev/null || echo 65534)"
    is "$(oci list -q)" two
    is "$(oci exec two init pid)" "pid=2 ppid=0 sid=2"
    is "$(oci exec two init id)" "uid=0 gid=0 groups= umask=0022"
    is "$(oci exec two init stat /proc/self/ns/pid)" "$(oci exec two init stat /proc/1/ns/pid | sed s,/1/,/self/,)"
    has "$(oci exec --tty two init tty | tr -d '\r')" "tty=1 ctty=1"
    fails 1 oci delete two
    oci kill two KILL
    wait_for 60 eval '[ "$(oci state two | jq -r .status)" = stopped ]'
    oci delete two
    is "$(ls "$T/xdg/hako/oci")" ""
}

# covers: global:--rootless
@test "limits are refused where no group is the user's; without any, no group is needed" {
    command_is init true
    # In a namespace without any cgroup tree the outcome is the same.
    config '.linux.resources = {pids: {limit: 10}}'
    fails 1 oci run three
    config '.linux.resources = {devices: [{allow: false, access: "rwm"}]}'
    oci run three
    run oci --rootless false run three
    is "$status" 1
    oci --rootless true run three
    config '.linux.cgroupsPath = "/somewhere/else"'
    run oci run three
    is "$status" 1
    has "$output" "rootless needs no limits and no cgroupsPath"
    is "$(ls "$T/xdg/hako/oci")" ""
}

# covers: /linux/uidMappings/*/* /linux/gidMappings/*/*
@test "ranges of ids are mapped by newuidmap and newgidmap" {
    needs newuidmap newgidmap
    [ -e /etc/subuid ] && [ -e /etc/subgid ] || skip "no /etc/subuid"
    echo "nobody:700000:65536" >"$T/subid"
    chmod 644 "$T/subid"
    mount --bind "$T/subid" /etc/subuid
    mount --bind "$T/subid" /etc/subgid
    config '.linux.uidMappings = [{containerID: 0, hostID: 65534, size: 1}, {containerID: 1, hostID: 700000, size: 1000}]
        | .linux.gidMappings = .linux.uidMappings
        | .process.user = {uid: 33, gid: 34, additionalGids: [5, 6]}'
    command_is init id ';' userns
    run oci run four
    is "$(tr -s ' ' <<<"$output")" "uid=33 gid=34 groups=5,6 umask=0022
 0 65534 1
 1 700000 1000
 0 65534 1
 1 700000 1000"
    command_is init pause
    oci create four </dev/null >"$T/out" 2>&1
    oci start four
    is "$(oci exec --user 33:34 four init id)" "uid=33 gid=34 groups=5,6 umask=0022"
    oci delete --force four
    # What is not in the file is refused, with a hint.
    config '.linux.uidMappings[1].hostID = 500000'
    run oci run four
    is "$status" 1
    has "$output" "/linux/uidMappings: newuidmap: exit status 1"
    has "$output" "as far as /etc/subuid allows"
    umount /etc/subuid /etc/subgid
    is "$(ls "$T/xdg/hako/oci")" ""
}

# bats test_tags=host-only
@test "what a user cannot have is an error, and nothing is left" {
    config '.linux.namespaces |= map(select(.type != "user")) | .linux.uidMappings = [] | .linux.gidMappings = []'
    command_is init true
    run oci run five
    is "$status" 1
    has "$output" "Operation not permitted"
    has "$output" "user namespace"
    is "$(ls "$T/xdg/hako/oci")" ""
}

# bats test_tags=host-only
@test "root in a user namespace has its own directory and needs no group either" {
    rm "$B/config.json"
    as_user XDG_RUNTIME_DIR="$T/xdg" unshare --user --map-root-user --mount "$T/hako-oci" spec --rootless
    config '.process.terminal = false'
    command_is init id
    is "$(as_user XDG_RUNTIME_DIR="$T/xdg" unshare --user --map-root-user --mount "$T/hako-oci" run six)" \
        "uid=0 gid=0 groups= umask=0022"
    is "$(ls "$T/xdg/hako/oci")" ""
}

# bats test_tags=host-only
@test "a user's container has clocks of its own, too" {
    [ -e /proc/self/ns/time ] || skip "no time namespaces"
    config '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {boottime: {secs: 1000000}}'
    command_is init clock ';' id ';' userns
    run oci run seven
    [ "$(head -1 <<<"$output")" -gt 999000 ]
    is "$(tail -n +2 <<<"$output" | tr -s ' ')" "uid=0 gid=0 groups= umask=0022
 0 65534 1
 0 65534 1"
    config '.linux.timeOffsets.boottime.secs = -9999999999'
    run oci run seven
    is "$status" 1
    has "$output" "/linux/timeOffsets"
    config '.linux.uidMappings[0].size = 5'
    run oci run seven
    is "$status" 1
    has "$output" "/linux/uidMappings"
    is "$(ls "$T/xdg/hako/oci")" ""
}
