# SPDX-License-Identifier: MIT
# containerd for engine.bash, by its ctr: a daemon of the file's own.

engine_up() {
    mkdir -p "$T/containerd"
    cat >"$T/containerd/config.toml" <<END
version = 2
root = "$T/containerd/root"
state = "/run/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "$T/containerd/socket"
END
    export CONTAINERD_ADDRESS=$T/containerd/socket
    containerd -c "$T/containerd/config.toml" >"$T/containerd/log" 2>&1 3>&- &
    echo $! >"$T/containerd/pid"
    wait_for $patience test -S "$T/containerd/socket" && wait_for $patience quiet ctr version
    ctr images import "$(fixture plain)/docker.tar"
}

engine_down() {
    kill "$(cat "$T/containerd/pid")" && wait_for $patience eval '! pgrep -f "$T/containerd"'
}

engine_clean() {
    local id
    for id in $(ctr containers ls -q); do
        wait_for $patience remove "$id" || return
    done
}

# remove ID: a shim that is on its way out refuses at first.
remove() {
    ctr tasks rm -f "$1" || :
    ctr containers rm "$1"
    ! ctr containers ls -q | grep -qx "$1"
}

# ctr asks for 1024 CPU shares unless told not to.
e() {
    case $1 in
    run) timeout --foreground -k 5 $patience ctr run --cpu-shares 0 --runc-binary "$(runtime_path)" "${@:2}" ;;
    *) timeout --foreground -k 5 $patience ctr "$@" ;;
    esac
}

warm_up() {
    runtime=hako
    e run --rm $image warm-up true
    ip netns add warm-up && ip netns del warm-up
}
