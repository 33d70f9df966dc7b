# SPDX-License-Identifier: MIT
# For tests under systemd: hako-oci with scopes of machine.slice, and what they may leave behind.
# Files run side by side: F is in the names of this file's containers.

systemd_setup() {
    [ -d /run/systemd/system ] || skip "systemd is not process 1 here; the guest has it"
    F=${T##*.}
    hako_setup
    bundle
    command_is init pause
}

# on ARGUMENT...: hako-oci with systemd and a state directory of the file's own.
on() { timeout 200 "$HAKO_BUILD/hako-oci" --root "$T/oci" --systemd-cgroup "$@"; }

# scope_config ID: the bundle's config is for the scope box-F-ID of machine.slice.
scope_config() { config '.linux.cgroupsPath = $path' --arg path "machine.slice:box:$F-$1"; }

# up ID: creates and starts the bundle in $B.
up() {
    scope_config "$1"
    on create --bundle "$B" "$1" </dev/null >"$T/out" 2>&1 || { cat "$T/out"; return 1; }
    on start "$1"
}

scope_there() { [ -e "/sys/fs/cgroup/machine.slice/box-$F-$1.scope" ]; }
# A unit has its file as long as systemd knows it; systemctl would take a third of a second.
scope_gone() { ! scope_there "$1" && [ ! -e "/run/systemd/transient/box-$F-$1.scope" ]; }

down() {
    on delete --force "$1"
    scope_gone "$1"
}

# property ID NAME; has_properties ID NAME=VALUE...; file ID NAME
has_properties() {
    local all line
    all=$(systemctl show "box-$F-$1.scope")
    for line in "${@:2}"; do
        grep -qxF -- "$line" <<<"$all" || { grep "^${line%%=*}=" <<<"$all"; echo "expected: $line"; return 1; }
    done
}
property() { systemctl show --value -p "$2" "box-$F-$1.scope"; }
file() { cat "/sys/fs/cgroup/machine.slice/box-$F-$1.scope/$2"; }

leak_cgroups() {
    find /sys/fs/cgroup /run/systemd/transient -name "*-$F-*.scope*" 2>/dev/null
}
