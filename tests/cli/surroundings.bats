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
