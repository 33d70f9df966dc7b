# SPDX-License-Identifier: MIT
# A runtime in a chroot: its containers have the root that they are given, and nothing of the host's.

load ../lib/hako
load bundle

setup() {
    hako_setup
    bundle
    command_is init pause
}

# jail: $T/jail, a directory like the machine's own root as far as hako-oci needs it.
jail() {
    local dir
    mkdir "$T/jail"
    for dir in /usr /bin /lib /lib64 /proc /sys /dev "$T" "$HAKO_BUILD"; do
        if [ -L "$dir" ]; then
            cp -P "$dir" "$T/jail/"
        elif [ -d "$dir" ]; then
            mkdir -p "$T/jail$dir"
            mount --bind "$dir" "$T/jail$dir"
        fi
    done
    mount --rbind --make-rslave /sys "$T/jail/sys"
}

# The last mount first; what it held goes with it.
no_jail() {
    local dir
    tac /proc/self/mounts | while read -r _ dir _; do
        [[ $dir != "$T"/jail* ]] || umount --lazy "$dir" 2>/dev/null || true
    done
    ! grep -F " $T/jail" /proc/self/mounts || return 1 # what is still bound there is the machine's
    rm -rf --one-file-system "$T/jail"
}

oci() { chroot "$T/jail" "$HAKO_BUILD/hako-oci" --root "$T/oci" "$@"; }

# bats test_tags=host-only
# covers: /linux/namespaces/*/type=mount
@test "the container's root is its namespace's, whether the chroot is a mount or a directory" {
    local how pid
    for how in directory mount; do
        jail
        [ $how = directory ] || mount --rbind "$T/jail" "$T/jail"
        config '.linux.cgroupsPath = $path' --arg path "/hako/${T##*/}-chroot"
        oci run -d --bundle "$B" box </dev/null >"$T/out" 2>&1 || { cat "$T/out"; return 1; }
        is "$(oci exec box init echo here)" here
        pid=$(oci state box | jq .pid)
        is "$(nsenter --target "$pid" --mount --pid -- /bin/init cat /proc/self/mountinfo | awk '$5 == "/"' | wc -l)" 1
        lacks "$(nsenter --target "$pid" --mount --pid -- /bin/init cat /proc/self/mountinfo)" "$T/jail"
        oci delete --force box
        no_jail
    done
}

# bats test_tags=host-only
@test "a user namespace is refused with the reason" {
    jail
    config '.linux.namespaces += [{type: "user"}]
        | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
        | .linux.gidMappings = [{containerID: 0, hostID: 200000, size: 65536}]'
    config '.linux.cgroupsPath = $path' --arg path "/hako/${T##*/}-chroot"
    fails 1 oci run --bundle "$B" box
    has "$output" "in a chroot the kernel makes no user namespaces"
    no_jail
}
