#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# How little memory a container can be started with.

load ../lib/hako
load box

# starts TRIES RUNTIME...: do three of so many runs of the bundle succeed?
starts() {
    local tries=$1 n=0 i
    shift
    for ((i = 0; i < tries && n < 3; i++)); do
        timeout 60 "$@" run -b "$B" "$BOX" </dev/null >"$T/said" 2>&1 3>&- && n=$((n + 1))
        timeout 60 "$@" delete --force "$BOX" >/dev/null 2>&1 || true
    done
    [ $n = 3 ]
}

# Near the edge chance decides: the kernel charges pages in batches a processor.
# covers: /linux/resources/memory/limit
@test "a container starts under a limit as low as crun's" {
    needs crun
    box_bundle
    box_config '.ociVersion = "1.0.2" | .process.args = ["true"] | del(.linux.seccomp)'
    lowest=0
    for kib in 1024 512 288 256 224 192; do
        box_config ".linux.resources.memory.limit = $((kib * 1024))"
        starts 3 crun --root "$T/crun" || break
        lowest=$kib
    done
    [ $lowest -gt 0 ]
    box_config ".linux.resources.memory.limit = $((lowest * 1024))"
    starts 20 "$HAKO_BUILD/hako-oci" --root "$T/oci" ||
        { echo "crun needs $lowest KiB; with as much hako-oci says:"; cat "$T/said"; false; }
}
