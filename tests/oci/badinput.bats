#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Bad configs, ids, flags and files: an error, no crash, nothing created.
# bats file_tags=host-only

load ../lib/hako
load bundle

setup() { box_setup; }
teardown() { box_teardown; }

nothing_made() {
    is "$(ls -A "$T/oci" 2>/dev/null | grep -vx .seccomp)" ""
    is "$(find /sys/fs/cgroup -type d -path "*/hako/${T##*/}-box" 2>/dev/null)" ""
}

# refused TEXT: create fails with 1 and says so.
refused() {
    fails 1 oci create -b "$B" box
    has "$output" "$1"
    nothing_made
}

@test "a config of 100 MB" {
    { printf '{"ociVersion":"1.0.0","annotations":{"a":"'; head -c 100000000 /dev/zero | tr '\0' x; printf '"}}'; } \
        >"$B/config.json"
    refused "config.json"
    has "$output" "16777216"
    truncate -s 100G "$B/config.json"
    refused "config.json"
}

@test "a config of depth 100,000" {
    for open in '[' '{"a":'; do
        python3 -c 'import sys; print("{\"ociVersion\":\"1.0.0\",\"x\":" + sys.argv[1] * 100000)' "$open" \
            >"$B/config.json"
        refused "deep"
    done
}

@test "a config of a million values" {
    python3 -c 'print("{\"ociVersion\":\"1.0.0\",\"x\":[" + "1," * 2000000 + "1]}")' >"$B/config.json"
    refused "config.json"
}

@test "keys that are there twice" {
    good=$(jq -c . "$B/config.json")
    for part in '"ociVersion":"1.0.0"' '"process":{"cwd":"/"}' '"linux":{}' '"hostname":"x"'; do
        printf '{%s,%s' "$part" "${good#\{}" >"$B/config.json"
        refused "duplicate"
    done
    printf '{"annotations":{"a":"1","a":"2"},%s' "${good#\{}" >"$B/config.json"
    refused "/annotations: duplicate key"
}

@test "numbers out of range, and what is no number" {
    good=$(cat "$B/config.json")
    for value in 4294967296 -1 1.5 1e10 99999999999999999999999999 '"0"' true '[]' '{}'; do
        jq ".process.user.uid = 12321" <<<"$good" | sed "s/12321/$value/" >"$B/config.json"
        refused "/process/user/uid: expected integer"
    done
    for field in .linux.resources.memory.limit .linux.resources.cpu.quota; do
        jq "$field = 12321" <<<"$good" | sed 's/12321/9223372036854775808/' >"$B/config.json"
        refused "expected integer"
    done
    for bad in NaN Infinity 01 +1 0x10 1. .5 --1; do
        jq ".process.user.uid = 12321" <<<"$good" | sed "s/12321/$bad/" >"$B/config.json"
        refused "config.json"
    done
}

@test "text that is not UTF-8, control characters, no JSON at all" {
    good=$(jq -c . "$B/config.json")
    printf '{"hostname":"a\xff",%s' "${good#\{}" >"$B/config.json"
    refused "config.json"
    printf '{"hostname":"a\nb",%s' "${good#\{}" >"$B/config.json"
    refused "config.json"
    for text in '' ' ' null '[]' '""' 1 'hello' '{}' '{} {}' "$good x" $'\0' '<?xml?>'; do
        printf '%s' "$text" >"$B/config.json"
        refused "config.json"
    done
    head -c 100000 /dev/urandom >"$B/config.json"
    refused "config.json"
}

@test "a config that is cut anywhere" {
    good='{"ociVersion":"1.0.0","process":{"cwd":"/","args":["init"],"user":{"uid":0,"gid":0}},"root":{"path":"rootfs"},"linux":{"namespaces":[{"type":"mount"},{"type":"pid"}]}}'
    for ((n = 0; n < ${#good}; n++)); do
        printf '%s' "${good:0:n}" >"$B/config.json"
        code=0
        "$HAKO_BUILD/hako-oci" --root "$T/oci" create -b "$B" box >"$T/said" 2>&1 || code=$?
        [ $code = 1 ] && [ -s "$T/said" ] || { echo "cut at $n: $code"; return 1; }
    done
    nothing_made
    whole=$(oci spec -f /dev/null 2>/dev/null; lifecycle spec | jq -c .)
    for ((n = 0; n < ${#whole}; n += 17)); do
        printf '%s' "${whole:0:n}" >"$B/config.json"
        code=0
        "$HAKO_BUILD/hako-oci" --root "$T/oci" create -b "$B" box >"$T/said" 2>&1 || code=$?
        [ $code = 1 ] && [ -s "$T/said" ] || { echo "cut at $n: $code"; return 1; }
    done
    nothing_made
}

@test "a config that is no file, and a bundle that is no directory" {
    rm "$B/config.json"
    refused "config.json"
    mkdir "$B/config.json"
    refused "config.json"
    rmdir "$B/config.json"
    ln -s config.json "$B/config.json"
    refused "config.json"
    B=$T/nosuch refused "open bundle"
    B=/dev/null refused "open bundle"
}

# covers: /ociVersion
@test "versions of the specification" {
    command_is init true
    for version in '' 1 1.0 0.9.0 2.0.0 v1.0.0 1.0.0x latest; do
        config '.ociVersion = $v' --arg v "$version"
        refused "/ociVersion"
    done
    config 'del(.ociVersion)'
    refused "ociVersion"
    for version in 1.0.0 1.0.2-dev 1.2.1 1.3.0 1.3.0+dev; do
        config '.ociVersion = $v' --arg v "$version"
        oci run -b "$B" box
    done
}

@test "ids" {
    command_is init true
    long=$(printf 'a%.0s' {1..1025})
    for id in '' . .. .a a/b ../a /a 'a b' 'a:b' 'a@b' $'a\nb' $'\xc3\xa9' "$long"; do
        for command in "create -b $B" "run -b $B" start state "kill" delete "delete --force" pause resume ps; do
            fails 1 oci $command "$id"
            has "$output" "invalid container id"
        done
        fails 255 oci exec "$id" init true
    done
    nothing_made
    for id in a A-b_c.d+e _x 9 +p a..b a-; do
        config '.linux.cgroupsPath = $path' --arg path "/hako/${T##*/}-$id"
        oci run -b "$B" "$id"
        oci run -b "$B" -- "-$id"
    done
    nothing_made
}

@test "operands and flags that are not there" {
    for command in create run start state kill delete pause resume ps; do
        fails 1 oci $command
        fails 1 oci $command --no-such-flag box
    done
    for command in create run start state delete pause resume; do
        fails 1 oci $command box more words
    done
    fails 1 oci create -b "$B" --preserve-fds x box
    fails 1 oci create -b "$B" --preserve-fds -1 box
    fails 1 oci create -b
    fails 1 oci --log-format yaml list
    fails 1 oci --log-level loud list
    nothing_made
}

@test "a state directory that is damaged" {
    command_is init pause
    oci create -b "$B" box </dev/null >"$T/out" 2>&1
    pid=$(oci state box | jq .pid)
    for text in '' '{' '[]' '{"state":{}}' null; do
        printf '%s' "$text" >"$T/oci/box/state.json"
        for command in state start kill delete pause; do
            fails 1 oci $command box
        done
        is "$(oci list -q 2>/dev/null)" ""
    done
    oci delete --force box
    nothing_made
    wait_for 60 eval '! kill -0 '"$pid"' 2>/dev/null'
}
