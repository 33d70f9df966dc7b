# SPDX-License-Identifier: MIT
# For tests of hako-oci's containers that do something: busybox, in groups below /hako.

oci() { timeout 200 "$HAKO_BUILD/hako-oci" --root "$HAKO_RUNROOT/oci" "$@"; }

# box_bundle: a bundle in $B; its container sleeps. BOX is its id, G its group.
box_bundle() {
    needs busybox jq
    needs_controllers cpu cpuset io memory pids
    B=$T/bundle BOX=${T##*/f.}
    G=/sys/fs/cgroup/hako/$BOX
    mkdir -p "$B"/rootfs/{bin,proc,sys,dev,tmp}
    cp "$(command -v busybox)" "$B/rootfs/bin/busybox"
    chroot "$B/rootfs" /bin/busybox --install /bin
    hako_oci spec -b "$B"
    box_config '.process.args = ["sleep", "1000"] | .process.terminal = false | .root.readonly = false'
    export B BOX G
}

# box_config JQ-ARGUMENT...: changes the bundle's config.json.
box_config() {
    jq "$@" <"$B/config.json" >"$B/config.new"
    mv "$B/config.new" "$B/config.json"
}

# box COMMAND...: a container that runs it, detached; its output goes to $T/out.
box() {
    [ $# = 0 ] || box_config '.process.args = $ARGS.positional' --args -- "$@"
    oci run -d -b "$B" "$BOX" </dev/null >"$T/out" 2>&1 || { cat "$T/out"; return 1; }
}

# value FILE: of the container's group.
value() { cat "$G/$1"; }
