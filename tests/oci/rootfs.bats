# SPDX-License-Identifier: MIT
# The root itself and what covers it: propagation, read-only and masked paths, places of mounts.

load ../lib/hako
load bundle

setup() {
    hako_setup
    bundle
    SRC=$T/src
    mkdir -p "$SRC/sub"
    echo text >"$SRC/file"
}

teardown() {
    umount "$SRC" 2>/dev/null || true
    hako_teardown
}

add() { config ".mounts += [$1]" --arg s "$SRC"; }
groups_of() {
    awk -v p="$1" '$5 == p { for (i = 7; $i != "-"; i++) { sub(/:.*/, "", $i); printf "%s%s", (i == 7 ? "" : " "), $i } }' <<<"$output"
}

# bats test_tags=host-only
# covers: /linux/rootfsPropagation
@test "every propagation of the root, with and without the mounts below" {
    mount -t tmpfs tmpfs "$SRC"
    mount --make-shared "$SRC"
    add '{destination: "/s", source: $s, options: ["bind"]}'
    # word=the root's groups=those of the mount below
    for row in private== rprivate== slave==master rslave==master shared=shared=shared \
        rshared=shared=shared unbindable=unbindable=master runbindable=unbindable=unbindable; do
        IFS='=' read -r word root below <<<"$row"
        config '.linux.rootfsPropagation = $w' --arg w "$word"
        run in_box mounts
        [ "$(groups_of /)" = "$root" ] && [ "$(groups_of /s)" = "${below/,/ }" ] ||
            { echo "$word: root $(groups_of /), below $(groups_of /s)"; echo "$output"; return 1; }
    done
    config '.linux.rootfsPropagation = "sharde"'
    fails 125 in_box true
    has "$output" "/linux/rootfsPropagation"
}

# covers: /root/path /root/readonly
# bats test_tags=host-only
@test "a read-only root, with writable mounts in it" {
    config '.root.readonly = true'
    add '{destination: "/t", type: "tmpfs", source: "tmpfs"}'
    run in_box write /t/file x ';' write /dev/shm/file x ';' mounts
    is "$status" 0
    has "$(awk '$5 == "/" { print $6 }' <<<"$output")" ro
    run in_box write /file x
    has "$output" "Read-only file system"
    config '.root.path = "missing"'
    fails 125 in_box true
    has "$output" "missing: No such file or directory"
}

# bats test_tags=host-only
# covers: /linux/maskedPaths
@test "masked paths: files, directories, links, and what is not there" {
    mkdir -p "$R"/secret/{dir,other}
    echo x | tee "$R/secret/file" "$R/secret/dir/file" >"$R/secret/target"
    ln -s target "$R/secret/link"
    config '.linux.maskedPaths = ["/secret/file", "/secret/dir", "/secret/other", "/secret/link", "/secret/none", "/secret/file/none", "/proc/none"]'
    run in_box cat /secret/file /secret/target ';' ls /secret/dir ';' stat /secret/file
    has "$output" " 1:3 /secret/file"
    is "$(wc -l <<<"$output")" 1
    for path in dir other; do
        run in_box write /secret/$path/new x
        has "$output" "Read-only file system"
    done
    is "$(cat "$R/secret/file" "$R/secret/dir/file")" "x
x"
}

# bats test_tags=host-only
# covers: /linux/readonlyPaths
@test "read-only paths: files, directories with mounts below, links, and what is not there" {
    mkdir -p "$R"/keep/dir/sub
    touch "$R"/keep/{file,target}
    ln -s target "$R/keep/link"
    add '{destination: "/keep/dir/sub", type: "tmpfs", source: "tmpfs", options: ["nosuid", "noexec"]}'
    config '.linux.readonlyPaths = ["/keep/file", "/keep/dir", "/keep/link", "/keep/none", "/keep/file/none"]'
    for path in file target dir/new; do
        run in_box write /keep/$path x
        has "$output" "Read-only file system"
    done
    run in_box mounts
    is "$(awk '$5 == "/keep/dir/sub" { print $6 }' <<<"$output" | tail -1)" rw,nosuid,noexec,relatime
    in_box write /keep/new x
}

# bats test_tags=host-only
@test "destinations without a slash, with dots, and below links start at the root" {
    ln -s data "$R/link"
    config '.mounts += (["rel/a", "./rel/b", "rel/../c", "/link/d", "//e//f/"]
        | map({destination: ., source: $s, options: ["bind"]}))' --arg s "$SRC"
    mkdir "$R/data"
    is "$(in_box cat /rel/a/file /rel/b/file /c/file /data/d/file /e/f/file | sort -u)" text
}

# bats test_tags=host-only
@test "nothing is mounted on the root itself, as docker has it" {
    add '{destination: "/", source: $s, options: ["bind"]}'
    for dest in / //. /../ ..; do
        config '.mounts[-1].destination = $d' --arg d "$dest"
        fails 125 in_box true
        has "$output" "mount $SRC on $dest: the destination cannot be the root itself"
    done
    config '.mounts[-1].destination = "/..."'
    in_box true
    config '.mounts[-1] = {destination: "/", options: ["remount", "nosuid"]}'
    has "$(in_box mounts | awk '$5 == "/" { print $6 }')" rw,nosuid,
}

# bats test_tags=host-only
@test "files, sockets, fifos and devices are bound" {
    python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$SRC/sock"
    mkfifo "$SRC/fifo"
    config '.mounts += (["file", "sock", "fifo"] | map({destination: ("/b/" + .), source: ($s + "/" + .), options: ["bind"]}))
        | .mounts += [{destination: "/b/null", source: "/dev/null", options: ["bind"]}]' --arg s "$SRC"
    is "$(in_box stat /b/file /b/sock /b/fifo /b/null | awk '{ print $1, $NF }')" "f /b/file
s /b/sock
p /b/fifo
c /b/null"
}

# covers: mount:copy-symlink
# bats test_tags=host-only
@test "copy-symlink makes the source's link, or keeps the one that is there" {
    ln -s to/nowhere "$SRC/link"
    add '{destination: "/etc/l", source: ($s + "/link"), options: ["bind", "copy-symlink"]}'
    for _ in first again; do is "$(in_box stat /etc/l)" "l 0777 0:0 0:0 /etc/l -> to/nowhere"; done
    ln -snf elsewhere "$R/etc/l"
    fails 125 in_box true
    has "$output" "symlink /etc/l: File exists"
    config '.mounts[-1] += {destination: "/etc/f", source: ($s + "/file")}' --arg s "$SRC"
    is "$(in_box cat /etc/f)" text
    config '.mounts[-1].options += ["src-nofollow"]'
    fails 125 in_box true
    has "$output" "excludes"
}

# bats test_tags=host-only
# covers: mount:src-nofollow mount:dest-nofollow
@test "src-nofollow binds a link, dest-nofollow binds onto one" {
    ln -snf file "$SRC/link"
    ln -s /bin/init "$R/etc/l"
    add '{destination: "/etc/new", source: ($s + "/link"), options: ["bind", "src-nofollow"]}'
    is "$(in_box stat /etc/new)" "l 0777 0:0 0:0 /etc/new -> file"
    config '.mounts[-1] |= (.destination = "/etc/l" | .options = ["bind", "dest-nofollow"])'
    is "$(in_box cat /etc/l)" text
    in_box stat /bin/init | grep -q '^f 0755'
    config '.mounts[-1].options = ["bind", "dest-nofollow", "src-nofollow"]'
    is "$(in_box stat /etc/l)" "l 0777 0:0 0:0 /etc/l -> file"
    config '.mounts[-1] |= (.source = $s | .options = ["bind", "dest-nofollow"])' --arg s "$SRC"
    fails 125 in_box true
    has "$output" "Not a directory"
}

# covers: /mounts/*/source
# bats test_tags=host-only
@test "a missing source is named, and leaves nothing" {
    for row in "/no/such=No such file or directory" "$SRC/file/x=Not a directory" "=a bind mount needs a source"; do
        bundle
        add '{destination: "/s", source: $s, options: ["bind"]}'
        config '.mounts[-1].source = $p' --arg p "${row%%=*}"
        fails 125 in_box true
        has "$output" "${row#*=}"
        [ ! -e "$R/s" ]
    done
}

# bats test_tags=host-only
@test "nothing is mounted in /proc but what lxcfs emulates, wherever links lead" {
    mkdir "$R/data"
    ln -s /proc "$R/data/proc"
    ln -s /proc/self/attr "$R/attr"
    ln -s ../proc/sys "$R/data/sys"
    for row in /proc/self/attr/exec=file /data/proc/version=file /data/sys=sub /proc/../proc/sys=sub \
        ./proc/tty=sub //proc//tty=sub; do
        config '.mounts |= map(select(.options != ["bind", "ro"]))'
        add '{destination: "/x", source: $s, options: ["bind", "ro"]}'
        config '.mounts[-1] |= (.destination = $d | .source += "/" + $f)' --arg d "${row%%=*}" --arg f "${row#*=}"
        fails 125 in_box true
        has "$output" "cannot be mounted because it is inside /proc"
    done
    config '.mounts[-1] = {destination: "/data/sys", type: "tmpfs", source: "x", options: ["bind", "ro"][1:]}'
    fails 125 in_box true
    has "$output" "/proc/sys cannot be mounted because it is inside /proc"
    config '.mounts[-1] = {destination: "/proc", source: $s, options: ["bind"]}' --arg s "$SRC"
    fails 125 in_box true
    has "$output" "/proc cannot be mounted because it is not of type proc"
    # config.json may bind a procfs there, as with the host's pid namespace.
    config '.mounts[-1] = {destination: "/proc", source: "/proc", options: ["rbind"]}'
    in_box true
    config '.mounts[-1] = {destination: "/proc/uptime", source: ($s + "/file"), options: ["bind"]}' --arg s "$SRC"
    is "$(in_box cat /proc/uptime)" text
}

# covers: /linux/mountLabel
# bats test_tags=host-only
@test "a label without SELinux is an error that names the field" {
    [ ! -d /sys/fs/selinux ] || skip "this kernel may have SELinux"
    config '.linux.mountLabel = "system_u:object_r:container_file_t:s0:c1,c2"'
    fails 125 in_box true
    has "$output" "/linux/mountLabel: SELinux is not enabled on this host"
    config '.annotations["run.oci.mount_context_type"] = "nonsense"'
    fails 125 in_box true
    has "$output" '/annotations/run.oci.mount_context_type: "nonsense" is not one of'
    config 'del(.linux.mountLabel)'
    in_box true
}

# bats test_tags=host-only
@test "a device that is written read-only says so to its superblock" {
    needs mke2fs losetup
    truncate -s 2M "$T/disk"
    mke2fs -q -t ext4 -O ^has_journal "$T/disk"
    loop=$(losetup -r -f --show "$T/disk" 2>/dev/null) || skip "no loop devices here"
    add '{destination: "/disk", type: "ext4", source: $s, options: ["ro"]}'
    config '.mounts[-1].source = $l' --arg l "$loop"
    run in_box mounts
    losetup -d "$loop"
    is "$status" 0
    has "$(awk '$5 == "/disk" { print $6, $NF }' <<<"$output")" "ro,relatime ro"
}
