# SPDX-License-Identifier: MIT
# Bind mounts with their ids mapped: by the mount's own mappings, crun's option, the container's.

load ../lib/hako
load bundle

setup() {
    hako_setup
    bundle
    # Not every kernel maps the ids of a tmpfs.
    AT=$(mktemp -d -p "$(in_guest && echo /var/tmp || echo "$T")")
    SRC=$AT/src
    mkdir -p "$SRC/sub"
    chmod 711 "$AT"
    touch "$SRC"/{root,user,other}
    chown 1000:1001 "$SRC/user"
    chown 7:7 "$SRC/other"
}

teardown() {
    umount "$SRC/sub" 2>/dev/null || true
    hako_teardown
    rm -rf --one-file-system "$AT"
}

# bound WORD...: $SRC on /s with those options.
bound() { config '.mounts += [{destination: "/s", source: $s, options: $ARGS.positional}]' --arg s "$SRC" --args "$@"; }
# mapped UIDS GIDS: the mount's mappings, each CONTAINER,HOST,SIZE.
mapped() {
    config '.mounts[-1] += ([$u, $g] | map(split(",") | map(tonumber) | [{containerID: .[0], hostID: .[1], size: .[2]}])
        | {uidMappings: .[0], gidMappings: .[1]})' --arg u "$1" --arg g "$2"
}
in_userns() {
    mkdir -p "$R/s"
    touch "$R/f"
    config '.linux.namespaces += [{type: "user"}]
        | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
        | .linux.gidMappings = [{containerID: 0, hostID: 100000, size: 65536}]'
}
owners() { in_box stat "$@" | awk '{ print $3 }' | paste -sd ' '; }

# covers: /mounts/*/uidMappings/*/containerID /mounts/*/uidMappings/*/hostID
# covers: /mounts/*/uidMappings/*/size /mounts/*/gidMappings/*/containerID
# covers: /mounts/*/gidMappings/*/hostID /mounts/*/gidMappings/*/size mount:idmap
@test "a mount's own mappings, without a user namespace" {
    bound bind idmap
    mapped 1000,5000,1 1001,6000,1
    is "$(owners /s/user /s/other)" "5000:6000 65534:65534"
    mapped 0,0,2000 0,10,2000
    is "$(owners /s/root /s/user)" "0:10 1000:1011"
    run in_box write /s/new x # root has no number on that disk
    has "$output" "Value too large"
}

# bats test_tags=host-only
@test "mappings alone are enough, and do not reach below" {
    mount -t tmpfs tmpfs "$SRC/sub"
    touch "$SRC/sub/file"
    bound rbind
    mapped 0,5000,1 0,6000,1
    is "$(owners /s/root /s/sub/file)" "5000:6000 0:0"
}

# bats test_tags=host-only
# covers: mount:ridmap
@test "ridmap reaches the mounts below" {
    mkdir "$AT/below"
    touch "$AT/below/file"
    mount --bind "$AT/below" "$SRC/sub"
    bound rbind ridmap
    mapped 0,5000,1 0,6000,1
    is "$(owners /s/root /s/sub/file)" "5000:6000 5000:6000"
    config '.mounts[-1].options = ["rbind", "idmap"]'
    is "$(owners /s/root /s/sub/file)" "5000:6000 0:0"
}

# bats test_tags=host-only
@test "in a user namespace idmap means the container's mappings" {
    in_userns
    bound bind idmap
    is "$(owners /s/root /s/user)" "0:0 1000:1001"
    in_box write /s/new x
    is "$(stat -c %u:%g "$SRC/new")" 0:0
    config '.mounts[-1].options = ["bind"]'
    is "$(owners /s/root)" 65534:65534
    config '.mounts[-1].options = ["bind", "idmap"]'
    mapped 1000,100003,1 1001,100004,1
    is "$(owners /s/user)" 3:4
}

# bats test_tags=host-only
@test "crun's idmap=: mappings in the option, also relative to the container's" {
    bound bind "idmap=uids=1000-5000-1#7-8-1;gids=1001-6000-1#7-9-1"
    is "$(owners /s/user /s/other)" "5000:6000 8:9"
    in_userns
    config '.mounts[-1].options[-1] = "idmap=uids=@1000-5-1;gids=@1001-6-1"'
    is "$(owners /s/user)" 5:6
    config '.mounts[-1].options[-1] = "idmap=uids=1000-5"'
    fails 125 in_box true
    has "$output" 'option "idmap=uids=1000-5"'
    has "$output" "hint: for example idmap="
}

# bats test_tags=host-only
@test "what cannot be mapped is an error that says why" {
    bound bind idmap
    fails 125 in_box true
    has "$output" "/mounts/$(jq '.mounts | length - 1' "$B/config.json")/options: idmap needs uidMappings"
    mapped 0,0,0 0,0,1
    fails 125 in_box true
    has "$output" "uidMappings"
    config 'del(.mounts[-1].gidMappings)'
    fails 125 in_box true
    has "$output" "uidMappings and gidMappings need each other"
    config '.mounts[-1] = {destination: "/s", type: "tmpfs", options: ["idmap"]}'
    mapped 0,0,1 0,0,1
    fails 125 in_box true
    has "$output" "ids can be mapped in bind mounts only"
    config '.mounts[-1] += {type: "bind", source: "/sys", options: ["bind", "idmap"]}'
    fails 125 in_box true
    has "$output" "mount /sys on /s: map ids of /sys: Invalid argument"
    has "$output" "has no idmapped mounts"
}

@test "what the container mounts in an idmapped tree does not reach the host" {
    mount -t tmpfs tmpfs "$SRC/sub"
    mkdir "$SRC/sub/in"
    mount --make-shared "$SRC/sub"
    config '.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"])
        | .mounts += [{destination: "/s", source: ($s + "/sub"), options: ["bind"]}]' --arg s "$SRC"
    mapped 0,0,1 0,0,1
    in_guest && config '.mounts[-1] |= del(.uidMappings, .gidMappings)' # its tmpfs cannot
    in_box mount tmpfs /s/in
    ! mountpoint -q "$SRC/sub/in"
    is "$(in_box mounts | grep -c ' /s .* master:')" 1
}

@test "root of a user namespace gets sources and a rootfs that only the runtime may reach" {
    mkdir -m 700 "$AT/closed"
    mv "$SRC" "$AT/closed/src"
    bundle box
    mv "$B" "$AT/closed/box"
    B=$AT/closed/box R=$B/rootfs SRC=$AT/closed/src
    echo text >"$SRC/file"
    in_userns
    config '.mounts += [{destination: "/s", source: $s, options: ["bind", "ro"]},
        {destination: "/f", source: ($s + "/file"), options: ["bind"]}]' --arg s "$SRC"
    is "$(in_box cat /s/file /f)" "text
text"
    has "$(in_box mounts | grep ' /s ')" " /s ro,"
}
