# SPDX-License-Identifier: MIT
# Mounts of a config: sources, options, propagation, and kernels without the new mount calls.

load ../lib/hako
load bundle

setup() {
    hako_setup
    bundle
    mkdir -p "$T/src/sub"
    echo text >"$T/src/file"
}

# mounted PATH: its options in the container.
mounted() { in_box mounts | awk -v p="$1" '$5 == p { print $6 }'; }

add() { config ".mounts += [$1]"; }

# bats test_tags=host-only
@test "a directory and a file are bound, targets made as needed" {
    config '.mounts += [{destination: "/a/b/c", source: $src, options: ["bind"]},
            {destination: "/x/file", source: ($src + "/file"), options: ["bind", "ro"]}]' \
        --arg src "$T/src"
    is "$(in_box cat /a/b/c/file /x/file)" "text
text"
    run in_box write /x/file y
    has "$output" "Read-only file system"
    run in_box write /a/b/c/new y
    is "$(cat "$T/src/new")" y
}

# bats test_tags=host-only
@test "a target behind links that lead to nothing yet is made where they lead to, in the root" {
    ln -s ../run/resolve/stub.conf "$R/etc/resolv.conf"
    ln -s /none/deep "$R/one"
    ln -s one/two "$R/three"
    ln -s ../../../../../out "$R/etc/up"
    ln -s loop "$R/loop"
    config '.mounts += [{destination: "/etc/resolv.conf", source: ($src + "/file"), options: ["bind"]},
            {destination: "/three/x", type: "tmpfs", source: "tmpfs"},
            {destination: "/etc/up", type: "tmpfs", source: "tmpfs"}]' --arg src "$T/src"
    is "$(in_box cat /etc/resolv.conf ';' ls /run/resolve ';' fstype /none/deep/two/x ';' fstype /out)" "text
stub.conf
1021994
1021994"
    [ ! -e "$T/out" ] && [ ! -e "$T/none" ]
    add '{destination: "/loop/x", type: "tmpfs", source: "tmpfs"}'
    run in_box true
    is "$status" 125
    has "$output" "Too many levels of symbolic links"
}

# bats test_tags=host-only
@test "a relative source is the bundle's" {
    mkdir "$B/data"
    echo here >"$B/data/f"
    add '{destination: "/data", type: "bind", source: "data", options: ["rbind"]}'
    is "$(in_box cat /data/f)" here
}

@test "options set, clear and reach below" {
    mount -t tmpfs tmpfs "$T/src/sub"
    config '.mounts += [
        {destination: "/one", source: $src, options: ["rbind", "ro", "nosuid", "nodev", "noexec", "noatime"]},
        {destination: "/all", source: $src, options: ["rbind", "rro", "rnosuid", "rrelatime"]},
        {destination: "/flat", source: $src, options: ["bind", "nosymfollow", "relatime", "nodiratime"]}]' --arg src "$T/src"
    run in_box mounts
    at() { echo "$output" | awk -v p="$1" '$5 == p { print $6 }'; }
    is "$(at /one)" "ro,nosuid,nodev,noexec,noatime"
    is "$(at /one/sub)" "rw,relatime"
    is "$(at /all)" "ro,nosuid,relatime"
    is "$(at /all/sub)" "ro,nosuid,relatime"
    is "$(at /flat)" "rw,nodiratime,relatime,nosymfollow"
    is "$(at /flat/sub)" ""
    umount "$T/src/sub"
}

# bats test_tags=host-only
@test "a tmpfs takes its data, the mode of what it covers, and a copy of it when asked" {
    mkdir -m 1770 "$R/t"
    echo kept >"$R/t/file"
    ln -s file "$R/t/link"
    add '{destination: "/t", type: "tmpfs", source: "tmpfs", options: ["size=64k", "nosuid"]}'
    is "$(in_box stat /t | cut -d' ' -f1-3)" "d 1770 0:0"
    is "$(in_box ls /t)" ""
    config '.mounts[-1].destination = "/new/t"'
    is "$(in_box stat /new/t | cut -d' ' -f1-3)" "d 1777 0:0"
    config '.mounts[-1].destination = "/t" | .mounts[-1].options += ["tmpcopyup"]'
    is "$(in_box cat /t/link)" kept
    config '.mounts[-1].options = ["size=nonsense"]'
    run in_box true
    is "$status" 125
    has "$output" "mount tmpfs on /t"
    has "$output" "size"
}

# bats test_tags=host-only
@test "errors name both ends and the reason" {
    add '{destination: "/y", type: "bind", source: "/no/such/thing", options: ["bind"]}'
    run in_box true
    is "$status" 125
    has "$output" "mount /no/such/thing on /y: open /no/such/thing: No such file or directory"
    config '.mounts[-1] = {destination: "/bin/init", type: "bind", source: $s, options: ["bind"]}' --arg s "$T/src"
    run in_box true
    has "$output" "Not a directory"
    config '.mounts[-1] = {destination: "/y", type: "nosuchfs", source: "x"}'
    run in_box true
    has "$output" 'file system type "nosuchfs" is not known'
    config '.mounts[-1] = {destination: "/y", source: $s, options: ["bind"], uidMappings: [{containerID: 0, hostID: 1, size: 1}]}' --arg s "$T/src"
    run in_box true
    is "$status" 125
    has "$output" "uidMappings"
}

# bats test_tags=host-only
@test "propagation: private by default towards the host, shared when the root is" {
    mount -t tmpfs tmpfs "$T/src"
    mount --make-rshared "$T/src"
    mkdir "$T/src/in"
    config '.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"])
        | .mounts += [{destination: "/s", source: $s, options: ["rbind", "rshared"]}]' --arg s "$T/src"
    in_box mount tmpfs /s/in
    ! mountpoint -q "$T/src/in"
    config '.linux.rootfsPropagation = "rshared"'
    in_box mount tmpfs /s/in
    mountpoint -q "$T/src/in"
    umount "$T/src/in" "$T/src"
}

# bats test_tags=host-only
@test "the host's mounts survive the end of the old root" {
    mount -t tmpfs tmpfs "$T/src/sub"
    mount --make-rshared /
    config '.linux.rootfsPropagation = "rshared"'
    in_box true
    mountpoint -q "$T/src/sub"
    mountpoint -q /proc
    umount "$T/src/sub"
    mount --make-rprivate /
}

# bats test_tags=host-only
@test "remount changes a mount that is there" {
    config '.mounts += [{destination: "/s", source: $s, options: ["bind"]},
        {destination: "/s", source: $s, options: ["bind", "remount", "ro", "nosuid", "relatime"]}]' --arg s "$T/src"
    is "$(mounted /s)" "ro,nosuid,relatime"
}

@test "everything works by the old calls where the new ones are missing" {
    config '.mounts += [{destination: "/s", source: $s, options: ["bind", "ro"]}]' --arg s "$T/src"
    WITHOUT=new-mount-api run in_box cat /s/file ';' write /s/file x
    has "$output" "text"
    has "$output" "Read-only file system"
    WITHOUT=new-mount-api run in_box fstype /proc ';' cat /proc/keys ';' stat /dev/null
    is "$output" "9fa0
c 0666 0:0 1:3 /dev/null"
    mkdir -p "$T/src/su b"
    mount -t tmpfs -o nosuid tmpfs "$T/src/su b"
    config '.mounts[-1].options = ["rbind", "rro", "rnoexec"]'
    WITHOUT=new-mount-api run in_box mounts
    umount "$T/src/su b"
    is "$(echo "$output" | awk '$5 == "/s/su\\040b" { print $6 }')" ro,nosuid,noexec,relatime
}

# bats test_tags=host-only
@test "a shared mount of crun's: copy-symlink" {
    ln -s target "$T/src/link"
    config '.mounts += [{destination: "/etc/l", source: $s, options: ["bind", "copy-symlink"]}]' --arg s "$T/src/link"
    is "$(in_box stat /etc/l)" "l 0777 0:0 0:0 /etc/l -> target"
}
