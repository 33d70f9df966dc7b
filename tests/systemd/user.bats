#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Containers of an ordinary user, in scopes of the user's own systemd.

load ../lib/hako
load ../oci/bundle
load scope

setup() { systemd_setup; }

as() { runuser -u tester -- env XDG_RUNTIME_DIR=/run/user/1000 T="$T" HAKO_BUILD="$HAKO_BUILD" "$@"; }

# mine ARGUMENT...: hako-oci as the user, from outside the user's part of the tree.
mine() { as timeout 60 "$HAKO_BUILD/hako-oci" --root "$T/state" --systemd-cgroup "$@"; }

user_bundle() {
    bundle user
    rm -f "$B/config.json"
    mkdir -p "$T/state"
    chown -R tester "$B" "$T/state"
    mine spec --rootless --bundle "$B"
    config '.process.terminal = false | .process.args = ["init", "pause"] | del(.mounts)'
    chown tester "$B/config.json"
}

@test "a container from a login session, which is no part of the user's tree: made, entered, changed, ended" {
    user_bundle
    config '.linux.resources = {memory: {limit: 67108864}, pids: {limit: 20}}'
    mine create --bundle "$B" nine </dev/null >"$T/out" 2>&1 || { cat "$T/out"; false; }
    mine start nine
    local group name pid
    pid=$(mine state nine | jq .pid)
    name=$(cut -d: -f3 "/proc/$pid/cgroup")
    group=/sys/fs/cgroup$name
    is "${name##*/}" hako-nine.scope
    has "$name" /user@1000.service/user.slice/
    is "$(cat "$group/memory.max") $(cat "$group/pids.max")" "67108864 20"
    mine exec --detach --pid-file "$B/second" nine init pause </dev/null >/dev/null 2>&1
    is "$(cut -d: -f3 "/proc/$(cat "$B/second")/cgroup")" "$name"
    mine pause nine
    is "$(mine state nine | jq -r .status)" paused
    mine resume nine
    mine update --pids-limit 30 nine
    is "$(as systemctl --user show --value -p TasksMax hako-nine.scope) $(cat "$group/pids.max")" "30 30"
    # The same from inside it.
    as systemd-run --user --quiet --pipe --wait --collect "$HAKO_BUILD/hako-oci" \
        --root "$T/state" exec nine init true
    mine delete --force nine
    [ ! -e "$group" ]
}

@test "root of a user namespace, as rootless engines are, asks the user's systemd" {
    user_bundle
    config '.linux.uidMappings[0].hostID = 0 | .linux.gidMappings[0].hostID = 0'
    as unshare --user --map-root-user "$HAKO_BUILD/hako-oci" --root "$T/state" --systemd-cgroup \
        create --bundle "$B" root </dev/null >"$T/out" 2>&1 || { cat "$T/out"; false; }
    has "$(cat "/proc/$(mine state root | jq .pid)/cgroup")" /user@1000.service/user.slice/hako-root.scope
    as unshare --user --map-root-user "$HAKO_BUILD/hako-oci" --root "$T/state" delete --force root
    is "$(as systemctl --user list-units --all --no-legend --plain 'hako-root.scope')" ""
}

@test "without a session: what is missing and what to do instead" {
    user_bundle
    config '.linux.resources = {memory: {limit: 67108864}}'
    fails 1 runuser -u tester -- env -u XDG_RUNTIME_DIR "$HAKO_BUILD/hako-oci" --root "$T/state" \
        --systemd-cgroup create --bundle "$B" ten </dev/null
    has "$output" "connect the user's D-Bus: No such file or directory"
    has "$output" "hint: XDG_RUNTIME_DIR is not set: is there a systemd user session"
}
