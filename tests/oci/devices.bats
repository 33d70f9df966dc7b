# SPDX-License-Identifier: MIT
# linux.devices and the default ones: every type, mode and owner, what is in the way, user namespaces.

load ../lib/hako
load bundle

setup() {
    hako_setup
    bundle
}

no_dev='.mounts |= map(select(.destination | startswith("/dev") | not))'
userns='.linux.namespaces += [{type: "user"}]
    | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
    | .linux.gidMappings = [{containerID: 0, hostID: 200000, size: 65536}]'

# bats test_tags=host-only
# covers: /linux/devices/*/type /linux/devices/*/path /linux/devices/*/major /linux/devices/*/minor
# covers: /linux/devices/*/fileMode /linux/devices/*/uid /linux/devices/*/gid
@test "every type of device, with its mode and owner, anywhere in the rootfs" {
    config '.linux.devices = [
        {type: "c", path: "/dev/c", major: 1, minor: 3, fileMode: 384, uid: 7, gid: 8},
        {type: "u", path: "/dev/sub/dir/u", major: 1, minor: 5},
        {type: "b", path: "/srv/b", major: 7, minor: 200, fileMode: 25008, gid: 6},
        {type: "p", path: "/dev/p", fileMode: 438}]'
    is "$(in_box stat /dev/c /dev/sub/dir/u /srv/b /dev/p)" "c 0600 7:8 1:3 /dev/c
c 0666 0:0 1:5 /dev/sub/dir/u
b 0660 0:6 7:200 /srv/b
p 0666 0:0 0:0 /dev/p"
    # Those outside of a mount stay in the rootfs, and are found the next time.
    is "$(in_box stat /srv/b)" "b 0660 0:6 7:200 /srv/b"
    config '.linux.devices[2] |= (.fileMode = 384 | .uid = 9)'
    is "$(in_box stat /srv/b)" "b 0600 9:6 7:200 /srv/b"
    config 'del(.linux.devices[2].fileMode, .linux.devices[2].uid, .linux.devices[2].gid)'
    is "$(in_box stat /srv/b)" "b 0600 9:6 7:200 /srv/b"
}

# bats test_tags=host-only
@test "a default device may be listed, with another mode" {
    config '.linux.devices = [{type: "c", path: "/dev/null", major: 1, minor: 3, fileMode: 420, uid: 1, gid: 2}]'
    is "$(in_box stat /dev/null)" "c 0644 1:2 1:3 /dev/null"
}

# bats test_tags=host-only
@test "what exists and is no such device is an error, and stays" {
    config "$no_dev"' | .linux.devices = [{type: "c", path: "/dev/net/tun", major: 10, minor: 200}]'
    mkdir -p "$R/dev/net"
    local make
    for make in "touch" "mkdir" "ln -s /etc/passwd" "mkfifo"; do
        rm -rf "$R/dev/net/tun"
        $make "$R/dev/net/tun"
        run in_box true
        is "$status" 125
        has "$output" "/linux/devices/0: /dev/net/tun exists in the rootfs and is not that device"
        [ -e "$R/dev/net/tun" ] || [ -L "$R/dev/net/tun" ]
    done
    rm -rf "$R/dev/net/tun"
    mknod "$R/dev/net/tun" c 10 201
    run in_box true
    is "$status" 125
}

# bats test_tags=host-only
@test "an image's file in the place of a default device is covered, not removed" {
    config "$no_dev"
    echo mine >"$R/dev/null"
    is "$(in_box stat /dev/null)" "c 0666 0:0 1:3 /dev/null"
    is "$(cat "$R/dev/null")" mine
    rm "$R/dev/null"
    mkdir "$R/dev/null"
    run in_box true
    is "$status" 125
    has "$output" "/dev/null exists in the rootfs and is not that device"
}

# bats test_tags=host-only
@test "in a user namespace the host's own nodes are bound; fifos are made" {
    config "$userns"' | .linux.devices = [{type: "c", path: "/dev/net/tun", major: 10, minor: 200},
        {type: "p", path: "/dev/p", uid: 3, gid: 4}]'
    chown -R 100000:200000 "$R"
    [ -c /dev/net/tun ] || skip "no /dev/net/tun here"
    is "$(in_box stat /dev/net/tun /dev/p | cut -d' ' -f1,4-)" "c 10:200 /dev/net/tun
p 0:0 /dev/p"
    config '.linux.devices = [{type: "c", path: "/dev/null", major: 1, minor: 3},
        {type: "c", path: "/dev/zero2", major: 1, minor: 5}]'
    run in_box true
    is "$status" 125
    has "$output" "/linux/devices/1: mknod is not permitted, nor is a bind: open /dev/zero2"
    # Of that name the host has another device.
    config '.linux.devices = [{type: "c", path: "/dev/net/tun", major: 1, minor: 5}]'
    run in_box true
    is "$status" 125
    has "$output" "the host's /dev/net/tun is not the device 1:5"
}

# bats test_tags=host-only
@test "a /dev that is bound is left as it is; devices elsewhere are made" {
    mkdir "$T/dev"
    touch "$T/dev/mine"
    config "$no_dev"' | .mounts += [{destination: "/dev", type: "bind", source: $d, options: ["rbind"]}]
        | .linux.devices = [{type: "c", path: "/dev/x", major: 1, minor: 3}, {type: "c", path: "/srv/y", major: 1, minor: 5}]' \
        --arg d "$T/dev"
    is "$(in_box ls /dev ';' stat /srv/y)" "mine
c 0666 0:0 1:5 /srv/y"
    is "$(ls "$T/dev")" mine
}

# bats test_tags=host-only
@test "a type, path or number that cannot be is refused with its field" {
    config '.linux.devices = [{type: "x", path: "/dev/x", major: 1, minor: 3}]'
    run in_box true
    has "$output" "/linux/devices/0/type: expected a device type: c, b, u or p"
    config '.linux.devices = [{type: "c", path: "dev/x", major: 1, minor: 3}]'
    run in_box true
    has "$output" "/linux/devices/0/path"
    config '.linux.devices = [{type: "c", path: "/dev/x", major: -1, minor: 3}]'
    run in_box true
    has "$output" "/linux/devices/0: a device needs a major and a minor number"
    config '.linux.devices = [{type: "c", path: "/dev/..", major: 1, minor: 3}]'
    run in_box true
    is "$status" 125
    has "$output" "names no file"
}

# bats test_tags=host-only
@test "a device's path that is swapped for a link to the outside meanwhile stays inside" {
    local i
    mkdir -p "$T/out" "$R/a$T/out"
    ln -s "$T/out" "$R/b"
    config "$no_dev"' | .linux.devices = [{type: "c", path: "/a/sub/null", major: 1, minor: 3}]'
    "$HAKO_BUILD/tests/oci/exchange" "$R/a" "$R/b" 3>&- &
    for i in {1..40}; do
        run in_box true
        [ "$status" = 0 ] || has "$output" "/a/sub" # what was there is gone: an error, nothing else
        rm -rf "$R"/{a,b}/sub/null
    done
    kill $!
    wait $! || :
    is "$(find "$T/out" -mindepth 1)" ""
}
