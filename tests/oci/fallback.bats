# SPDX-License-Identifier: MIT
# Older kernels: the same containers without each call that they lack, and without all of them.

load ../lib/hako
load bundle

CALLS="open_tree move_mount fsopen fsconfig fsmount mount_setattr new-mount-api openat2 clone3
    clone-into-cgroup close_range close-range-cloexec pidfd_open"
ALL="new-mount-api openat2 clone3 close_range pidfd_open"

setup() {
    hako_setup
    bundle
    SRC=$T/src
    mkdir -p "$SRC/sub"
    echo text >"$SRC/file"
}

teardown() {
    umount "$SRC/sub" 2>/dev/null || true
    hako_teardown
}

# each COMMAND...: without one call after the other, then without all. What it prints must be what
# it prints on this kernel.
each() {
    local want got
    want=$(WITHOUT= "$@") || { echo "on this kernel: $want"; return 1; }
    while read -r WITHOUT; do
        export WITHOUT
        got=$("$@" 2>&1) || { echo "without $WITHOUT: exit code $?, $got"; return 1; }
        [ "$got" = "$want" ] || { echo "without $WITHOUT:"; diff <(echo "$want") <(echo "$got"); return 1; }
    done < <(tr ' ' '\n' <<<"$CALLS" | sed '/^$/d'; echo "$ALL")
    unset WITHOUT
}

# A bit of everything that is mounted, made, masked or set before the command runs.
rich() {
    mkdir -p "$R/copy" "$R/data" "$R/secret"
    echo copied >"$R/copy/file"
    ln -s data "$R/link"
    config '.mounts += [
            {destination: "/s", source: $s, options: ["bind", "ro", "nosuid", "noexec"]},
            {destination: "/all", source: $s, options: ["rbind", "rro", "rslave"]},
            {destination: "/link/file", source: ($s + "/file"), options: ["bind", "nodev", "noatime"]},
            {destination: "/copy", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup", "ro", "size=64k"]},
            {destination: "/again", type: "tmpfs", source: "tmpfs", options: ["nosuid"]},
            {destination: "/again", options: ["remount", "noexec", "size=64k"]}]
        | .linux.maskedPaths += ["/secret", "/link/file"] | .linux.readonlyPaths += ["/link"]
        | .linux.sysctl = {"net.ipv4.ip_forward": "1"} | .process.cwd = "/new/cwd" | .root.readonly = true' --arg s "$SRC"
}

looks() {
    launch "$B" | awk '$4 ~ /^\// && $5 ~ /^\// { for (i = 7; $i != "-"; i++); print $5, $6, $(i + 1); next } { print }'
}

# bats test_tags=host-only
# covers: /linux/rootfsPropagation /linux/sysctl
@test "mounts, devices, masks and attributes are the same" {
    mount -t tmpfs tmpfs "$SRC/sub"
    rich
    command_is init mounts ';' cat /s/file /copy/file /proc/sys/net/ipv4/ip_forward ';' \
        stat /dev/null /dev/ptmx /secret ';' ls /secret ';' cwd ';' fds ';' hostname ';' pid
    each looks
}

# bats test_tags=host-only
@test "in a user namespace, too" {
    mkdir "$R/s"
    config '.linux.namespaces += [{type: "user"}]
        | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings
        | .mounts += [{destination: "/s", source: $s, options: ["bind", "ro"]}]' --arg s "$SRC"
    command_is init mounts ';' cat /s/file ';' userns ';' id ';' stat /dev/null
    each looks
}

# bats test_tags=host-only
@test "offsets of a time namespace, new ones without offsets, and a joined namespace" {
    config '.linux.namespaces += [{type: "time"}]'
    command_is init hostname
    each launch "$B"
    config '.linux.timeOffsets = {boottime: {secs: 1000000}}'
    command_is init clock
    boot=$(cut -d. -f1 /proc/uptime)
    for WITHOUT in "" clone3 "$ALL"; do
        export WITHOUT
        [ "$(launch "$B")" -ge $((boot + 1000000)) ]
    done
}

# exec joins the container's namespaces and cgroup; nothing but 0 to 2 is open in it.
lives() {
    oci create -b "$B" box </dev/null >"$T/out" 2>&1 || { cat "$T/out"; return 1; }
    oci start box && wait_for 60 grep -q ready "$T/out" || return 1
    pid=$(oci state box | jq .pid)
    sed "s|.*/hako/|/hako/|" "/proc/$pid/cgroup" | grep hako
    oci exec box init fds ';' pid ';' hostname | sed 's/pid=[0-9]* //; s/sid=[0-9]*//'
    oci exec box init id
    oci kill box TERM && wait_for 60 stopped || return 1
    oci delete box
    run oci state box
    is "$status" 1
}
stopped() { [ "$(oci state box | jq -r .status)" = stopped ]; }
oci() { without "$HAKO_BUILD/hako-oci" --root "$T/oci" "$@"; }

# bats test_tags=host-only
@test "create, start, state, exec, kill and delete" {
    config '.linux.cgroupsPath = $path' --arg path "/hako/${T##*/}-fallback"
    command_is init pause
    each lives
    find /sys/fs/cgroup -name "${T##*/}-fallback" | grep . && return 1
    return 0
}

# bats test_tags=host-only
@test "exec into a user namespace, and where the container may trace" {
    config '.linux.namespaces += [{type: "user"}] | .linux.cgroupsPath = $path
        | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings' \
        --arg path "/hako/${T##*/}-fallback"
    command_is init pause
    for WITHOUT in pidfd_open "$ALL"; do export WITHOUT; is "$(lives | tail -1 | cut -d' ' -f1)" uid=0; done
    config '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE"])
        | .linux.namespaces |= map(select(.type != "user")) | del(.linux.uidMappings, .linux.gidMappings)'
    for WITHOUT in open_tree mount_setattr "$ALL"; do export WITHOUT; is "$(lives | tail -1 | cut -d' ' -f1)" uid=0; done
}

# bats test_tags=host-only
@test "without cgroup.kill everything dies just the same" {
    config '.linux.cgroupsPath = $path | .linux.namespaces |= map(select(.type != "pid"))' --arg path "/hako/${T##*/}-fallback"
    command_is init family
    oci create -b "$B" box </dev/null >"$T/out" 2>&1
    oci start box
    wait_for 60 grep -q ready "$T/out"
    # Other files' groups come and go while find looks: it may complain of one that has gone.
    group=$(find /sys/fs/cgroup -name "${T##*/}-fallback" 2>/dev/null || :)
    [ "$(wc -l <"$group/cgroup.procs")" -gt 1 ]
    WITHOUT=file:cgroup.kill oci delete --force box
    [ ! -d "$group" ]
}

# bats test_tags=host-only
@test "ids cannot be mapped without mount_setattr, and the error names the field" {
    config '.mounts += [{destination: "/s", source: $s, options: ["bind", "idmap"],
        uidMappings: [{containerID: 0, hostID: 1, size: 1}], gidMappings: [{containerID: 0, hostID: 1, size: 1}]}]' --arg s "$SRC"
    n=$(jq '.mounts | length - 1' "$B/config.json")
    for WITHOUT in mount_setattr open_tree new-mount-api; do
        export WITHOUT
        fails 125 in_box true
        has "$output" "/mounts/$n/uidMappings: idmapped mounts need a kernel with mount_setattr (5.12)"
    done
}

# bats test_tags=host-only
@test "without a mount namespace" {
    config '.linux.namespaces |= map(select(.type != "mount")) | del(.linux.maskedPaths, .linux.readonlyPaths)
        | .linux.cgroupsPath = $path' --arg path "/hako/${T##*/}-fallback"
    command_is init pause
    for WITHOUT in "" mount_setattr "$ALL"; do
        export WITHOUT
        run lives
        has "$output" "
uid=0 "
    done
}

# bats test_tags=host-only
@test "without a /proc in the container" {
    config '.mounts |= map(select(.destination != "/proc")) | .root.readonly = true
        | del(.linux.maskedPaths, .linux.readonlyPaths)'
    command_is init fds ';' cwd ';' stat /dev/null ';' ls /proc
    each launch "$B"
}
