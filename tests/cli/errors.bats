#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Error texts: each thing is named once, with the remedy.
# bats file_tags=host-only

load ../lib/hako

I=hako.test/small:latest

setup_file() {
    hako_setup_file
    hako load -qi "$(fixture small)/docker.tar" >/dev/null
}

@test "an archive that is not there, or none" {
    fails 1 hako load -i "$T/nowhere.tar"
    is "$output" "hako: $T/nowhere.tar: open: No such file or directory"
    fails 1 hako load -i "$T"
    is "$output" "hako: $T: read: Is a directory"
}

@test "a network that cannot be joined is named once" {
    hako network create --subnet 10.99.0.0/24 named
    fails 125 hako run --rm --network named --ip 1.2.3.4 $I true
    is "$(grep -v warning <<<"$output")" \
        "hako: attach to network named: no configured subnet contains the IP address 1.2.3.4: network named has 10.99.0.0/24"
    hako network rm named
}

@test "a seccomp profile that forbids everything" {
    local action
    grep -q __asan_init "$HAKO_BUILD/hako" && skip "a sanitizer's runtime cannot even end there"
    for action in ERRNO KILL_PROCESS TRAP; do
        echo '{"defaultAction":"SCMP_ACT_'$action'"}' >"$T/none.json"
        fails 125 hako run --rm --network none --security-opt seccomp="$T/none.json" $I true
        has "$output" "hint: its seccomp profile may forbid what the start itself needs"
    done
}

@test "who is not root is told that it takes root" {
    local dir nobody
    dir=$(mktemp -d /tmp/hako-nobody.XXXXXX)
    chmod 755 "$dir"
    cp "$HAKO_BUILD/hako" "$HAKO_BUILD/hako-image" "$(fixture small)/docker.tar" "$dir"
    nobody="setpriv --reuid=65534 --regid=65534 --clear-groups"
    mkdir "$dir/tree"
    chown 65534 "$dir/tree"
    fails 1 $nobody "$dir/hako" --root "$dir/closed" --runroot "$dir/tree/run" ps
    is "$output" "hako: mkdir $dir/closed: Permission denied
hint: hako needs root, rootless operation is not supported yet: use sudo"
    fails 1 $nobody "$dir/hako" --root "$dir/tree/lib" --runroot "$dir/tree/run" \
        load -qi "$dir/docker.tar"
    has "$output" "chown: Operation not permitted"
    has "$output" "hint: hako needs root"
    rm -rf "$dir"
}
