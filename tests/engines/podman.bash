# SPDX-License-Identifier: MIT
# podman for engine.bash: no daemon, its storage below $T.

no_interpreter=126

podman_config() {
    mkdir -p "$T/podman"
    cat >"$T/containers.conf" <<END
[engine]
cgroup_manager = "${cgroup_manager:-cgroupfs}"
events_logger = "file"
init_path = "$HAKO_ENGINES/usr/bin/tini-static"
runtime_supports_json = ["crun", "hako-oci"]
runtime_supports_nocgroup = ["crun", "hako-oci"]
helper_binaries_dir = ["/usr/lib/podman", "/usr/libexec/podman", "$HAKO_ENGINES/usr/bin"]
[containers]
pids_limit = 0
log_driver = "k8s-file"
END
    export CONTAINERS_CONF=$T/containers.conf
}

engine_up() {
    podman_config
    runtime=hako
    e load -q -i "$(fixture plain)/docker.tar"
}

engine_down() {
    runtime=hako e rm -af -t 0 && runtime=hako e volume rm -af
}

# When a container ends, conmon starts a podman that cleans up after it, and an `rm` at the same time
# is in its way. And conmon has a mount namespace of its own where the container has a user namespace:
# what is unmounted there stays mounted here, and podman thinks it gone, and fails to remove it.
engine_clean() {
    wait_for $patience all_ended && unmount_rest && e rm -af -t 0 || return
    in_guest || { e volume rm -af && e pod rm -af; } # every command takes seconds there
}

# Kills what conmon watches (`podman kill` would take no paused containers), and looks for the rest.
all_ended() {
    local watchers
    watchers=$(pgrep -d, -x conmon) &&
        ps --no-headers -o pid=,comm= --ppid "$watchers" | awk '$2 != "podman" { print $1 }' |
        xargs -r kill -KILL 2>/dev/null
    ! pgrep -x 'conmon|podman' >/dev/null
}

unmount_rest() {
    cut -d' ' -f5 /proc/self/mountinfo | grep "^$T/podman/.*/\(userdata/shm\|merged\)$" | xargs -r umount
}

e() {
    timeout --foreground -k 5 $patience podman --root "$T/podman/root" --runroot "$T/podman/run" \
        --tmpdir "$T/podman/tmp" --network-config-dir "$T/podman/networks" --storage-driver overlay \
        --storage-opt overlay.skip_mount_home=true \
        --runtime "$(runtime_path)" "$@"
}

# check_health NAME WANT: podman's timers need systemd: the check is run by hand.
check_health() {
    e healthcheck run "$1" || :
    wait_for $patience field_is "$1" '{{.State.Health.Status}}' "$2" && echo "is $2"
}

show_top() { e top "$1" args; }

# podman asks for what it has itself.
needs_all_capabilities() { :; }

# This podman has no `update`: the runtime's own is what a newer one calls.
raise_memory() {
    "$(runtime_path)" update --memory $((${2%m} << 20)) --memory-swap $((${2%m} << 20)) \
        "$(field "$1" '{{.Id}}')"
}
