# SPDX-License-Identifier: MIT
# Bundles for the tests of runtime/ and hako-oci: docker's defaults around a static init of our own.

# Words in $WITHOUT: what the kernel is to lack (enosys.c).
without() {
    if [ -n "${WITHOUT:-}" ]; then
        # shellcheck disable=SC2086 # words
        timeout 60 "$HAKO_BUILD/tests/oci/enosys" $WITHOUT -- "$@"
    else
        timeout 60 "$@"
    fi
}
launch() { without "$HAKO_BUILD/tests/oci/launch-test" "$@"; }
oci() { timeout 60 "$HAKO_BUILD/hako-oci" --root "$T/oci" "$@"; }
lifecycle() { timeout 60 "$HAKO_BUILD/tests/oci/lifecycle-test" "$T/oci" "$@"; }

# create ID [PIDFILE]: of the bundle in $B. The container keeps its creator's stdio: a file, $T/out.
# Its group is named after the file's directory too: files run side by side, and groups are the host's.
create() {
    config '.linux.cgroupsPath = $path' --arg path "/hako/${T##*/}-$1"
    lifecycle create "$1" "$B" "${@:2}" </dev/null >"$T/out" 2>&1 || { cat "$T/out"; return 1; }
}

# bundle [NAME]: a fresh bundle in $B, its rootfs in $R. Its command is `init true`.
bundle() {
    B=$T/${1:-bundle} R=$T/${1:-bundle}/rootfs
    rm -rf --one-file-system "$B"
    mkdir -p "$R"/{bin,etc,proc,sys,dev}
    chmod 711 "$T" # user namespaces must get through
    cp "$HAKO_BUILD/tests/oci/oci-init" "$R/bin/init"
    # No cgroup is made by launch-test, so there are no rules for devices to attach.
    [ -s "$T/spec.json" ] || # jq is slow: once a file
        lifecycle spec | jq '.process.args = ["init", "true"] | .hostname = "box" | del(.linux.resources)' \
            >"$T/spec.json"
    cp "$T/spec.json" "$B/config.json"
}

# config FILTER [JQ-OPTION...]: changes the bundle's config.json.
config() {
    local filter=$1
    shift
    jq "$filter" "$@" <"$B/config.json" >"$B/config.new"
    mv "$B/config.new" "$B/config.json"
}

# command WORD...: what the container runs.
command_is() { config '.process.args = $ARGS.positional' --args "$@"; }

# in_box WORD...: runs init's command in the bundle.
in_box() {
    command_is init "$@"
    launch "$B"
}

# box_setup, box_teardown: for a test's setup and teardown: a bundle, whose container is called box.
box_setup() {
    hako_setup
    bundle
    G=/hako/${T##*/}-box
    config '.linux.cgroupsPath = $path' --arg path "$G"
}
box_teardown() {
    oci delete --force box
    hako_teardown
}
