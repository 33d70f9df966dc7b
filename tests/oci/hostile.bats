# SPDX-License-Identifier: MIT
# Root file systems that try to reach outside: each must stay inside.

load ../lib/hako
load bundle

setup() {
    hako_setup
    bundle
    OUT=$T/outside
    rm -rf "$OUT"
    mkdir -p "$OUT"
}

# Nothing may have been made, mounted or written outside.
untouched() {
    [ -z "$(find "$OUT" -mindepth 1)" ] || { find "$OUT" -ls; return 1; }
    ! grep -q " $OUT" /proc/self/mountinfo
}

# bats test_tags=host-only
@test "/proc and /sys as symlinks are refused" {
    for name in proc sys; do
        bundle
        rmdir "$R/$name"
        ln -s "$OUT" "$R/$name"
        run in_box true
        is "$status" 125
        has "$output" "/$name is a symbolic link in the rootfs"
        untouched
    done
}

# bats test_tags=host-only
@test "/dev as a symlink to a host path stays inside" {
    rmdir "$R/dev"
    ln -s "$OUT" "$R/dev"
    run in_box stat /dev/null
    untouched
    [ -d "$R$OUT" ] || is "$status" 125
}

# bats test_tags=host-only
@test "/dev as a symlink, without a mount on it, makes no node outside" {
    config '.mounts |= map(select(.destination | startswith("/dev") | not))'
    rmdir "$R/dev"
    ln -s ../../../../../../../../"$OUT" "$R/dev"
    run in_box true
    untouched
}

# bats test_tags=host-only
@test "a mount's target that dangles towards the outside is made inside" {
    ln -s "$OUT" "$R/abs"
    mkdir "$T/src"
    echo data >"$T/src/f"
    config '.mounts += [{destination: "/abs/x", source: $s, options: ["bind"]}]' --arg s "$T/src"
    run in_box cat /abs/x/f
    is "$output" data
    [ -d "$R$OUT/x" ]
    untouched
}

# bats test_tags=host-only
@test "a mount's target that leads out by symlinks and .. is made inside" {
    mkdir -p "$R$OUT"
    ln -s "$OUT" "$R/abs"
    ln -s ../../../../../../../../../.."$OUT" "$R/rel"
    mkdir -p "$T/src"
    echo data >"$T/src/f"
    config '.mounts += [{destination: "/abs/x", source: $s, options: ["bind"]},
        {destination: "/rel/y", source: $s, options: ["bind"]},
        {destination: "/abs/file", source: ($s + "/f"), options: ["bind"]},
        {destination: "/../../../../..\($o)/z", source: $s, options: ["bind"]}]' --arg s "$T/src" --arg o "$OUT"
    run in_box cat /abs/x/f /rel/y/f /abs/file
    is "$output" "data
data
data"
    untouched
}

# bats test_tags=host-only
@test "loops, magic links and files on the way to a mount's target are errors" {
    ln -s loop2 "$R/loop"
    ln -s loop "$R/loop2"
    ln -s /proc/self/root "$R/magic"
    touch "$R/file"
    mkdir -p "$T/src"
    config '.mounts += [{destination: "/x", source: $s, options: ["bind"]}]' --arg s "$T/src"
    for row in "/loop/x=Too many levels" "/magic$OUT/x=Too many levels" "/proc/self/cwd/x=Too many levels" "/file/x=Not a directory"; do
        config '.mounts[-1].destination = $d' --arg d "${row%%=*}"
        fails 125 in_box true
        has "$output" "${row#*=}"
        WITHOUT=openat2
        fails 125 in_box true
        has "$output" "${row#*=}"
        WITHOUT=
    done
    untouched
}

# bats test_tags=host-only
@test "a device's path that leads out is made inside" {
    config '.mounts |= map(select(.destination | startswith("/dev") | not))
        | .linux.devices = [{type: "c", path: "/link/dev0", major: 1, minor: 3}]'
    ln -s "$OUT" "$R/link"
    mkdir -p "$R$OUT"
    is "$(in_box stat /link/dev0)" "c 0666 0:0 1:3 /link/dev0"
    untouched
}

# bats test_tags=host-only
@test "masks cover what they name, even when the image has links there" {
    mkdir -p "$R/etc/real"
    echo secret >"$R/etc/real/key"
    ln -s /etc/real/key "$R/etc/masked"
    ln -s "$OUT" "$R/etc/out"
    config '.linux.maskedPaths += ["/etc/masked", "/etc/out", "/etc/missing"]
        | .linux.readonlyPaths += ["/etc/out"]'
    is "$(in_box cat /etc/real/key)" ""
    untouched
}

# bats test_tags=host-only
@test "an image's own /dev/null is not what masks" {
    config '.mounts |= map(select(.destination != "/dev"))'
    echo evil >"$R/dev/null"
    run in_box stat /proc/keys
    has "$output" " 1:3 /proc/keys" # whoever owns the host's
    echo evil >"$R/etc/evil"
    ln -sf /etc/evil "$R/dev/null"
    run in_box stat /proc/keys
    is "$status" 125
    has "$output" "/dev/null exists in the rootfs and is not that device"
}

# bats test_tags=host-only
@test "/dev/console as a symlink is refused" {
    config '.process.terminal = true
        | .mounts |= map(select(.destination != "/dev"))'
    ln -s /proc/sys/kernel/core_pattern "$R/dev/console"
    run in_box true
    is "$status" 125
    has "$output" "/dev/console is a symbolic link"
}

# bats test_tags=host-only
@test "sysctls do not follow the image into something else" {
    config '.mounts |= map(select(.destination != "/proc"))
        | .linux.sysctl = {"net.ipv4.ip_forward": "1"} | .linux.maskedPaths = [] | .linux.readonlyPaths = []'
    mkdir -p "$R/proc/sys/net/ipv4"
    echo untouched >"$R/proc/sys/net/ipv4/ip_forward"
    in_box true
    is "$(cat "$R/proc/sys/net/ipv4/ip_forward")" untouched
}

# bats test_tags=host-only
@test "a root that is itself a symlink to elsewhere is what the caller said" {
    mv "$R" "$T/elsewhere"
    ln -s "$T/elsewhere" "$R"
    is "$(in_box pid)" "pid=1 ppid=0 sid=1"
    rm -rf "$T/elsewhere"
}

# bats test_tags=host-only
@test "the old root is gone" {
    config '.process.capabilities |= map_values(. + ["CAP_SYS_CHROOT", "CAP_SYS_ADMIN"])'
    run in_box mounts
    lacks "$(echo "$output" | cut -d' ' -f5)" "$T/"
    is "$(echo "$output" | awk '$5 == "/"' | wc -l)" 1
    run in_box ls /..
    lacks "$output" "home"
}

# bats test_tags=host-only
@test "without a pivot the old root is out of reach, too" {
    HAKO_NO_PIVOT=1 run in_box ls / ';' ls /.. ';' pid
    lacks "$output" home
    has "$output" "pid=1"
}

@test "/proc/self/exe as a command leads to a page that nobody can write" {
    command_is /proc/self/exe selfexe
    fails 126 launch "$B"
    echo '#!/proc/self/exe' >"$R/etc/script"
    chmod +x "$R/etc/script"
    command_is /etc/script selfexe
    fails 126 launch "$B"
}
