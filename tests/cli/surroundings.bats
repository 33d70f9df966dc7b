#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# hako called from odd places: closed descriptors, a strict umask, hosts without the usual files.

load ../lib/hako

setup_file() {
    hako_setup_file
    hako load -q -i "$("$HAKO_TOP/tests/image/fixture" small)/docker.tar"
    hako tag hako.test/small box
}

box() { hako run --rm --network none "$@"; }

@test "closed standard streams are as good as /dev/null" {
    box box echo hi >&-
    is "$(box box echo hi 2>&-)" hi
    is "$(box box echo hi <&-)" hi
    is "$(box -i box cat <&-)" ""
    box box echo hi <&- >&- 2>&-
    hako run -d --name quiet --network none box sleep 100 <&- >&- 2>&-
    is "$(hako exec quiet echo hi <&-)" hi
    hako exec quiet echo hi >&-
    hako ps >&-
}

@test "a bind source that -v makes is for every user, whatever the umask" {
    (umask 077 && box -v "$T/made/here:/x" -u 1000 box ls /x)
    is "$(stat -c %a "$T/made/here")" 755
    box -u 1000 box cat /etc/hosts >/dev/null
    rm -r "$T/made"
}

@test "a working directory that is gone does not matter" {
    mkdir "$T/gone"
    cd "$T/gone"
    rmdir "$T/gone"
    is "$(box box echo hi)" hi
    hako ps
}

@test "the container ignores and blocks no signal, whatever the caller ignores" {
    local ignored
    ignored=$(trap '' HUP INT QUIT USR1; box box grep -E 'SigBlk|SigIgn' /proc/self/status)
    is "$(xargs <<<"$ignored")" "SigBlk: 0000000000000000 SigIgn: 0000000000000000"
    hako run -d --name target --network none box sh -c 'sleep 100 & wait'
    ignored=$(trap '' HUP INT QUIT USR1; hako exec target grep SigIgn /proc/self/status)
    is "$(xargs <<<"$ignored")" "SigIgn: 0000000000000000"
    is "$(hako run --rm --init --network none box grep SigIgn /proc/self/status | xargs)" "SigIgn: 0000000000000000"
}
