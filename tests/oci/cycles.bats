#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Many containers, and kill -9 of hako-oci at random moments: delete --force leaves nothing of it.
# bats file_tags=host-only

load ../lib/hako
load bundle
load remains

@test "1,000 cycles of create, start and delete, one after the other" {
    for ((i = 0; i < 1000; i++)); do
        $H create -b "$B" box </dev/null >/dev/null
        $H start box
        $H delete --force box
    done
    nothing_left
}

cycle() {
    jq -c --arg p "$G-$1" '.linux.cgroupsPath = $p' "$B/config.json" >"$T/pids/$1.json"
    $H create -b "$B" -f "$T/pids/$1.json" --pid-file "$T/pids/$1" "$1" </dev/null >/dev/null &&
        $H start "$1" && [ "$($H state "$1" | jq -r .status)" = running ] &&
        $H kill "$1" KILL && $H delete --force "$1" || echo "$1 failed"
}

@test "200 cycles at once" {
    pids=()
    for ((i = 0; i < 200; i++)); do
        cycle "c$i" >>"$T/failures" 2>&1 3>&- &
        pids+=($!)
    done
    wait "${pids[@]}"
    is "$(cat "$T/failures")" ""
    nothing_left
}

# in_ms MILLISECONDS COMMAND...: killed -9 when it has run so long; not waited for its children.
in_ms() {
    local pid ms=$1
    shift
    "$@" </dev/null >/dev/null 2>&1 3>&- &
    pid=$!
    sleep "$(printf '0.%04d' "$ms")"
    kill -KILL $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
}

@test "killed at 200 random moments of create, start, exec, kill, pause, delete and run" {
    RANDOM=7
    for ((i = 0; i < 200; i++)); do
        when=$((RANDOM % 100))
        case $((i % 10)) in
        [0-3]) in_ms $when $H create -b "$B" --pid-file "$T/pids/pid" box ;;
        [45]) in_ms $when $H run -b "$B" box ;;
        *)
            $H create -b "$B" box </dev/null >/dev/null
            [ $((i % 10)) = 6 ] || $H start box
            case $((i % 10)) in
            6) in_ms $((when / 2)) $H start box ;;
            7) in_ms $when $H exec box init pause ;;
            8) in_ms $((when / 2)) $H pause box ;;
            9) in_ms $((when / 2)) $H delete --force box ;;
            esac
            ;;
        esac
        $H delete --force box
        rm -f "$T/pids/pid"
        nothing_left "round $i, after $when/10 ms"
    done
}
