# SPDX-License-Identifier: MIT
# Sourced by the benchmarks: a private machine with one image for hako, podman and the floor.

# Runs the calling script again inside namespaces of its own, once.
world_enter() {
    [ "$(id -u)" = 0 ] || { echo "$0: needs root" >&2; exit 1; }
    [ -n "${HAKO_BENCH_INSIDE-}" ] && return
    HAKO_BENCH_INSIDE=1 exec unshare --net --mount --pid --fork --mount-proc --propagation private \
        "$BASH" "$0" "$@"
}

# The temporary root goes where the machine's ordinary disk is; what /run holds goes to a tmpfs.
world_make() {
    world=$(mktemp -d "${TMPDIR:-/tmp}/hako-bench.XXXXXX")
    world_id=$(basename "$world")
    world_cgroup=
    trap world_remove EXIT
    trap 'exit 130' INT TERM
    mount -t tmpfs tmpfs /run
    mount -t tmpfs tmpfs /dev/shm
    ip link set lo up
    export TMPDIR=$world HOME=$world XDG_RUNTIME_DIR=/run
    export HAKO_ROOT=$world/hako HAKO_RUNROOT=/run/hako
    mkdir "$world/floor"
    local tree
    for tree in /sys/fs/cgroup/unified /sys/fs/cgroup; do
        if [ "$(stat -fc %T "$tree" 2>/dev/null)" = cgroup2fs ]; then
            world_cgroup=$tree/$world_id
            mkdir "$world_cgroup"
            break
        fi
    done
}

world_cgroups() {
    find /sys/fs/cgroup -depth -type d -path "*/$world_id*" 2>/dev/null
}

# Everything the benchmark made, its own cgroups included; namespaces end with their processes.
world_remove() {
    trap - EXIT
    local dir try
    [ -n "${world_peer_pid-}" ] && kill "$world_peer_pid" 2>/dev/null
    for try in {1..30}; do # conmon leaves its cgroup a moment after `podman rm` has returned
        for dir in $(world_cgroups); do
            rmdir "$dir" 2>/dev/null
        done
        [ -z "$(world_cgroups)" ] && break
        sleep 0.1
    done
    umount -l "$world"/*/overlay 2>/dev/null
    rm -rf --one-file-system "$world"
}

# Three layers, so that overlays are real: busybox, its links, files of /etc.
world_image() {
    local l=$world/layers busybox applet
    busybox=$(command -v busybox) || { echo "$0: needs busybox-static" >&2; exit 1; }
    mkdir -p "$l"/1/{bin,dev,proc,sys,tmp,root} "$l"/2/bin "$l"/3/etc
    cp "$busybox" "$l/1/bin/busybox"
    for applet in true sh sleep cat ls; do
        ln -s busybox "$l/2/bin/$applet"
    done
    echo 'root:x:0:0:root:/root:/bin/sh' >"$l/3/etc/passwd"
    echo 'root:x:0:' >"$l/3/etc/group"
    : >"$l/3/etc/hosts"
    : >"$l/3/etc/resolv.conf"
    (
        cd "$world"
        umoci init --layout oci
        umoci new --image oci:bench
        umoci insert --image oci:bench layers/1 /
        umoci insert --image oci:bench layers/2/bin /bin
        umoci insert --image oci:bench layers/3/etc /etc
        umoci config --image oci:bench --config.cmd /bin/sh
        tar -C oci -cf bench.tar .
    ) >"$world/umoci.log" 2>&1 || { cat "$world/umoci.log" >&2; exit 1; }
}

# $world_peer_ns: a mount namespace where a hybrid machine's v2 tree is covered, since crun refuses to
# start where it sees both.
world_peers() {
    unshare --mount --propagation private "$BASH" -c \
        'umount_v2() { mountpoint -q "$1" && mount -t tmpfs tmpfs "$1"; }
         umount_v2 /sys/fs/cgroup/unified; : >"$1/peer-ready"; exec sleep infinity' - "$world" &
    world_peer_pid=$!
    world_peer_ns=/proc/$world_peer_pid/ns/mnt
    local i
    for i in {1..50}; do
        [ -e "$world/peer-ready" ] && break
        sleep 0.1
    done
}

# podman with its own state: $world_podman is the command and $world_podman_run its `run`, whose
# cgroups world_remove() finds.
world_podman() {
    command -v podman >/dev/null || { echo "$0: needs podman" >&2; exit 1; }
    world_podman="podman --root $world/podman --runroot /run/podman --tmpdir /run/libpod \
--network-config-dir $world/networks --cgroup-manager cgroupfs --storage-driver overlay"
    world_podman_run="$world_podman run --cgroup-parent /$world_id"
    world_peers
    {
        world_peer $world_podman load -q -i "$world/bench.tar" &&
            world_peer $world_podman network create bench
    } >"$world/podman.log" 2>&1 || { cat "$world/podman.log" >&2; exit 1; }
}

world_peer() {
    nsenter --mount="$world_peer_ns" "$@"
}

# world_count NAME NAMESPACE COMMAND...: system calls of all its processes, and instructions of its
# own, but for peers: what executes itself again, or is written in Go, is not counted whole.
world_count() {
    local name=$1 in= instructions=
    [ "$2" = - ] || in="nsenter --mount=$2"
    shift 2
    $in strace -f -c -o "$world/strace" "$@" </dev/null >/dev/null 2>&1
    if [ -z "$in" ]; then
        valgrind --tool=callgrind --trace-children=no --callgrind-out-file=/dev/null \
            --log-file="$world/callgrind.%p" "$@" </dev/null >/dev/null 2>&1 &
        wait $!
        instructions=$(awk '/Collected/ { print $NF }' "$world/callgrind.$!")
    fi
    printf '  %-14s %8s %14s\n' "$name" "$(awk '/ total$/ { print $4 }' "$world/strace")" "$instructions"
}
