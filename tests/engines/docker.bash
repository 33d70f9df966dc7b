# SPDX-License-Identifier: MIT
# Docker for engine.bash: a daemon of the file's own, and a containerd. Docker would start that itself,
# and give it up after 15 seconds: too soon in the guest on a busy machine.

# What crun says of commands that cannot be run, this Docker does not understand.
error_control=runc
no_interpreter=127

engine_up() {
    local network='"bip": "10.98.0.1/24"'
    in_guest && network='"bridge": "none", "iptables": false'
    [ -z "${remap:-}" ] || network+=", \"userns-remap\": \"$remap\""
    mkdir -p "$T/docker"
    cat >"$T/docker/daemon.json" <<END
{"runtimes": {"crun": {"path": "$(runtime=crun runtime_path)"}, "hako": {"path": "$HAKO_BUILD/hako-oci"}},
 "data-root": "$T/docker/root", "exec-root": "/run/docker", "pidfile": "/run/docker.pid",
 "hosts": ["unix://$T/docker/socket"], "storage-driver": "overlay2", $network,
 "exec-opts": ["native.cgroupdriver=cgroupfs"], "init-path": "$HAKO_ENGINES/usr/bin/docker-init"}
END
    export DOCKER_HOST=unix://$T/docker/socket DOCKER_CONFIG=$T/docker
    cat >"$T/docker/containerd.toml" <<END
version = 2
root = "$T/docker/root/containerd"
state = "/run/docker/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "$T/docker/containerd.sock"
END
    containerd -c "$T/docker/containerd.toml" >"$T/docker/containerd.log" 2>&1 3>&- &
    echo $! >"$T/docker/containerd.pid"
    wait_for $patience test -S "$T/docker/containerd.sock"
    dockerd --config-file "$T/docker/daemon.json" --containerd "$T/docker/containerd.sock" \
        >"$T/docker/log" 2>&1 3>&- &
    wait_for $patience test -S "$T/docker/socket" && wait_for $patience quiet docker version ||
        { tail -n 20 "$T/docker/containerd.log" "$T/docker/log"; return 1; }
    docker load -q -i "$(fixture plain)/docker.tar"
}

engine_down() {
    kill "$(cat /run/docker.pid)" && wait_for $patience test ! -e /run/docker.pid
    kill "$(cat "$T/docker/containerd.pid")" && wait_for $patience eval '! pgrep -f "$T/docker"'
}

engine_clean() {
    local ids
    ids=$(docker ps -aq)
    [ -z "$ids" ] || docker rm -f $ids || return
    in_guest || docker volume prune -f # every command takes seconds there
}

e() {
    case $1 in
    run | create) timeout --foreground -k 5 $patience docker "$1" --runtime "$runtime" "${@:2}" ;;
    *) timeout --foreground -k 5 $patience docker "$@" ;;
    esac
}

# check_health NAME WANT
check_health() { wait_for $patience field_is "$1" '{{.State.Health.Status}}' "$2" && echo "is $2"; }

show_top() { e top "$1" -eo pid,args | tr -s ' ' | cut -d' ' -f2-; }

# Docker asks for all, and the others fail where it has not got them.
needs_all_capabilities() {
    local have
    have=$(sed -n 's/^CapEff:\t//p' /proc/self/status)
    ((0x$have >> 24 & 1)) || skip "root lacks CAP_SYS_RESOURCE here; the guest's has it"
}

# crun 1.8 sets the limit and then complains of the one for kernel memory, which Docker sends along.
raise_memory() {
    if [ "$runtime" = crun ]; then
        quiet e update -m "$2" --memory-swap "$2" "$1" || :
    else
        e update -m "$2" --memory-swap "$2" "$1" >/dev/null
    fi
}
