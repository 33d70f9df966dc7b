#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What features, state and spec print is what the schemas of the runtime-spec describe.
# bats file_tags=host-only

load ../lib/hako
load bundle

setup() { box_setup; }
teardown() { box_teardown; }

# The specification's folder, or a skip that says which is missing.
needs_spec() {
    SPEC=${HAKO_SPEC:-$HAKO_TOP/../shared/spec}/runtime
    [ -d "$SPEC" ] || skip "no schemas at $SPEC"
    /usr/bin/python3 -c 'import jsonschema' 2>/dev/null || skip "no python3-jsonschema here"
}
valid() {
    run "$HAKO_TOP/tests/oci/schema" "$SPEC/$1-schema.json" "${@:2}"
    is "$output" ""
    is "$status" 0
}

@test "the check itself tells good documents from bad ones" {
    needs_spec
    valid features "$SPEC"/examples/features/good/*.json
    valid state "$SPEC"/examples/state/good/*.json
    for bad in "$SPEC"/examples/{features,config}/bad/[ml]*.json; do
        kind=${bad#"$SPEC"/examples/}
        run "$HAKO_TOP/tests/oci/schema" "$SPEC/${kind%%/*}-schema.json" "$bad"
        is "$status" 1
    done
}

# covers: features
@test "features" {
    needs_spec
    oci features >"$T/features.json"
    valid features "$T/features.json"
}

@test "spec, for root and rootless" {
    needs_spec
    mkdir "$T/a"
    oci spec -b "$T/a"
    oci spec -b "$T/a" --rootless --file rootless.json
    valid config "$T/a/config.json" "$T/a/rootless.json"
}

@test "state, in every status; what hooks and list are told" {
    needs_spec
    command_is init pause
    config '.annotations = {"a": "b"} | .hooks.createRuntime = [{path: "/bin/sh",
        args: ["sh", "-c", "cat >$0", $f]}]' --arg f "$T/hook.json"
    oci create -b "$B" box </dev/null >"$T/out" 2>&1
    oci state box >"$T/created.json"
    oci start box
    oci state box >"$T/running.json"
    oci list --format json | jq '.[0]' >"$T/listed.json"
    valid state "$T"/{created,running,listed,hook}.json
    oci kill box KILL
    wait_for 60 eval '[ "$(oci state box | jq -r .status)" = stopped ]'
    oci state box >"$T/stopped.json"
    valid state "$T/stopped.json"
}

@test "create refuses the bad examples and takes what the good ones have" {
    needs_spec
    for bad in "$SPEC"/examples/config/bad/*.json; do
        fails 1 oci create -b "$B" -f "$bad" box
        is "$(oci list -q)" ""
    done
    # Its hooks and labels want a host of their own.
    jq 'del(.hooks, .process.apparmorProfile, .process.selinuxLabel, .linux.mountLabel, .linux.resources,
        .linux.intelRdt, .process.rlimits) | .root.path = $r | .process.args = ["init", "exit", "4"]
        | .process.terminal = false | .linux.cgroupsPath = $p | .mounts |= map(select(.type != "cgroup"))
        | .process.env += ["PATH=/bin"] | .process.cwd = "/" | del(.linux.uidMappings, .linux.gidMappings)
        | .linux.namespaces |= map(select(.type != "user")) | del(.linux.sysctl["net.core.somaxconn"])
        | .linux.devices = [] | .linux.rootfsPropagation = "slave" | .ociVersion = "1.0.0"' \
        --arg r "$R" --arg p "/hako/${T##*/}-box" \
        "$SPEC/examples/config/good/spec-example.json" >"$T/good.json"
    fails 4 oci run -b "$B" -f "$T/good.json" box
}

@test "features tells what the parsers' tables hold" {
    oci features >"$T/features.json"
    fields=$("$HAKO_BUILD/tests/oci/oci-fields")
    # values POINTER: the names that the field takes. listed FILTER: those that features has.
    values() { sed -n "s|^$1=||p" <<<"$fields" | sort; }
    listed() { jq -r "$1[]" "$T/features.json" | sort; }
    is "$(listed .mountOptions)" "$(sed -n 's/^mount://p' <<<"$fields" | sort)"
    is "$(listed .linux.namespaces)" "$(values '/linux/namespaces/\*/type')"
    is "$(listed .linux.capabilities)" "$(values /process/capabilities/bounding)"
    is "$(listed .linux.seccomp.actions)" "$(values '/linux/seccomp/syscalls/\*/action')"
    is "$(listed .linux.seccomp.operators)" "$(values '/linux/seccomp/syscalls/\*/args/\*/op')"
    is "$(listed .linux.seccomp.knownFlags)" "$(values /linux/seccomp/flags)"
    is "$(listed .linux.memoryPolicy.modes)" "$(values /linux/memoryPolicy/mode)"
    is "$(listed .linux.memoryPolicy.flags)" "$(values /linux/memoryPolicy/flags)"
    is "$(listed .hooks)" "$(sed -n 's|^/hooks/\([a-zA-Z]*\)/.*|\1|p' <<<"$fields" | sort -u)"
    is "$(listed .linux.seccomp.archs | comm -23 - <(values /linux/seccomp/architectures))" ""
    has "$(listed .linux.seccomp.archs)" SCMP_ARCH_X86_64
    has "$(listed .linux.seccomp.supportedFlags)" SECCOMP_FILTER_FLAG_LOG
    is "$(jq -r '.ociVersionMin, .ociVersionMax' "$T/features.json" | xargs)" \
        "1.0.0 $(oci --version | sed -n 's/^spec: //p')"
}

@test "every annotation that means something is in the table behind features" {
    [ -d "$HAKO_TOP/runtime" ] || skip "no sources here"
    is "$(grep -rnE '"(run\.oci|org\.systemd|org\.criu)\.' "$HAKO_TOP"/{base,oci,cgroup,runtime,engine,cli} \
        --include='*.c' --include='*.h' | grep -v '/oci/annotation\.h:' | grep -vE ':[0-9]+:(/\*| \*)')" ""
    is "$(oci features | jq -r '.potentiallyUnsafeConfigAnnotations[]' | sort)" \
        "$(sed -n 's/^#define ANNOTATION_[A-Z_]* "\(.*\)"$/\1/p' "$HAKO_TOP/oci/annotation.h" | sort)"
}

# covers: /annotations
@test "the pidfd goes where the annotation says" {
    config '.annotations["run.oci.pidfd_receiver"] = $p' --arg p "$T/pidfd"
    fails 1 oci create -b "$B" box
    has "$output" "$T/pidfd"
    command_is init pause
    "$HAKO_TOP/tests/oci/receive.py" pidfd "$T/pidfd" >"$T/got" 3>&- &
    receiver=$!
    wait_for 60 test -S "$T/pidfd"
    oci create -b "$B" box </dev/null >"$T/out" 2>&1
    wait $receiver
    is "$(cat "$T/got")" "pidfd $(oci state box | jq .pid)"
}
