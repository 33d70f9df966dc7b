# SPDX-License-Identifier: MIT
# For bats files (`load ../lib/hako`): a temporary root a file, a leak check a test, short words.
#
# tests/run sets HAKO_TOP, HAKO_BUILD and TMPDIR, and runs each file in namespaces of its own
# (tests/lib/isolate). A file that needs its own setup or teardown calls hako_setup, hako_teardown,
# hako_setup_file or hako_teardown_file from it.

HAKO_TOP=${HAKO_TOP:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}
HAKO_BUILD=${HAKO_BUILD:-$HAKO_TOP/build}

setup_file() { hako_setup_file; }
teardown_file() { hako_teardown_file; }
setup() { hako_setup; }
teardown() { hako_teardown; }

# $T is the file's own directory; the roots lie in it.
hako_setup_file() {
    T=$(mktemp -d "${TMPDIR:-/tmp}/f.XXXX")
    # overlayfs takes no upper directory on an overlay: a container or live system gets a tmpfs.
    [ "$(stat -f -c %T "$T")" = overlayfs ] && mount -t tmpfs tmpfs "$T"
    export T HAKO_ROOT=$T/lib HAKO_RUNROOT=$T/run
    export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}log_path=$T/sanitizer
    export UBSAN_OPTIONS=${UBSAN_OPTIONS:+$UBSAN_OPTIONS:}log_path=$T/sanitizer
}

hako_teardown_file() {
    local point failed=0
    hako_remove_all || failed=1
    sanitizer_reports || failed=1
    tac /proc/self/mounts | while read -r _ point _; do
        [[ $point == "$T" || $point == "$T"/* ]] && umount -l "$point"
    done
    rm -rf --one-file-system "$T"
    return $failed
}

# What was there at the end of the file's last test is there at the beginning of the next.
hako_setup() {
    [ -e "$BATS_FILE_TMPDIR/leaks" ] || leak_state >"$BATS_FILE_TMPDIR/leaks"
}

# Removes the test's containers, then fails the test if it left anything else.
hako_teardown() {
    local failed=0
    hako_remove_all || failed=1
    sanitizer_reports || failed=1
    leak_check || failed=1
    return $failed
}

hako() { "$HAKO_BUILD/hako" "$@"; }
hako_oci() { "$HAKO_BUILD/hako-oci" "$@"; }

# Removes every container, running or not. Containers that a file shares between its tests are
# listed in $HAKO_KEEP (names) and stay until the file ends.
hako_remove_all() {
    local name failed=0
    [ -d "$HAKO_ROOT/names" ] || return 0
    for name in "$HAKO_ROOT"/names/*; do
        name=${name##*/}
        [ "$name" = '*' ] && break
        [[ " ${HAKO_KEEP:-} " == *" $name "* && -n $BATS_TEST_NAME ]] ||
            hako rm -f "$name" >/dev/null || failed=1
    done
    return $failed
}

# What a test can leave behind, one line a thing: mounts, links, named namespaces, orphans,
# empty cgroups of hako's, leases, volumes, runtime directories, temporary files. The default network's
# bridge comes with the first container and stays, as every network does until it is removed.
leak_state() {
    {
        set +e # what is not there yet is no failure, and must not end the list
        awk '{ print "mount", $5 }' /proc/self/mountinfo
        ip -o link | awk -F': ' '!/alias hako network bridge / { sub(/@.*/, "", $2); print "link", $2 }'
        find /run/netns -mindepth 1 -printf 'netns %f\n' 2>/dev/null
        leak_orphans
        leak_cgroups
        find "$HAKO_RUNROOT"/networks -type f -printf 'lease %p\n' 2>/dev/null
        find "$HAKO_ROOT/volumes" -mindepth 1 -maxdepth 1 -printf 'volume %p\n' 2>/dev/null
        find "$HAKO_RUNROOT"/{containers,oci} "$HAKO_ROOT"/{containers,names} \
            -mindepth 1 -maxdepth 1 ! -name .lock -printf 'state %p\n' 2>/dev/null
        find "$HAKO_ROOT" -path "$HAKO_ROOT/layers/*" -prune -o \
            \( -name '.tmp-*' -o -path "$HAKO_ROOT/tmp/*" \) -printf 'temporary file %p\n' 2>/dev/null
    } | sort
}

# Processes whose parent is gone: adopted by the namespace's first process. Under systemd files run
# side by side, and services come and go: only those count that have this file's environment.
leak_orphans() {
    local pid
    if [ -d /run/systemd/system ]; then
        for pid in $(grep -lsz "^T=$T$" /proc/[0-9]*/environ | cut -d/ -f3); do
            awk '/^Name:/ { name = $2 } /^PPid:/ && $2 == 1 { print "process", name }' \
                "/proc/$pid/status" 2>/dev/null
        done
        return
    fi
    cat /proc/[0-9]*/status 2>/dev/null | awk '
        /^Name:/ { name = $2 } /^State:/ { state = $2 } /^Pid:/ { pid = $2 }
        /^PPid:/ && $2 == 1 && state != "Z" && name != "bats" && name != "timeout" {
            print "process", pid, name
        }'
}

# Empty groups of hako's. Other test files run at the same time: a populated group is somebody's who
# lives; one named after another file's directory, or whose container has a record or state below
# another file's root, is that file's.
leak_cgroups() {
    local events id
    find /sys/fs/cgroup -path '*/hako/*/cgroup.events' 2>/dev/null | while read -r events; do
        grep -qs '^populated 0' "$events" || continue
        id=${events#*/hako/}
        id=${id%%/*}
        [[ $id == f.????-* && $id != "${T##*/}"-* ]] && continue
        compgen -G "${TMPDIR:-/tmp}/f.*/lib/containers/$id" | grep -qv "^$T/" && continue
        compgen -G "${TMPDIR:-/tmp}/f.*/run/oci/$id" | grep -qv "^$T/" && continue
        echo "cgroup ${events%/cgroup.events}"
    done
}

# Fails when something is there that was not before the test; waits for what is on its way out.
leak_check() {
    local left end=$((SECONDS + 5)) before=$BATS_FILE_TMPDIR/leaks now=$BATS_FILE_TMPDIR/leaks.now
    while
        leak_state >"$now"
        left=$(comm -13 "$before" "$now")
        [ -n "$left" ] && [ $SECONDS -lt $end ]
    do
        sleep 0.1
    done
    mv "$now" "$before"
    [ -n "$left" ] || return 0
    printf 'left behind:\n%s\n' "$left"
    return 1
}

# Fails when a sanitizer of an instrumented build wrote a report, in whichever process. One that has
# left for its container's root cannot: it dies with exit code 1, and the container does not start.
sanitizer_reports() {
    local file found=0
    for file in "$T"/sanitizer.*; do
        [ -f "$file" ] || continue
        cat "$file"
        rm -f "$file"
        found=1
    done
    return $found
}

# wait_for SECONDS COMMAND...: until the command succeeds; fails when it does not in time.
wait_for() {
    local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
    shift
    until "$@"; do
        if [ "${EPOCHREALTIME/./}" -gt "$end" ]; then
            echo "waited in vain for: $*"
            return 1
        fi
        sleep 0.05
    done
}

# is GOT WANT / has TEXT PART / lacks TEXT PART: fail and show both.
is() {
    [ "$1" = "$2" ] || { printf 'got:      %s\nexpected: %s\n' "$1" "$2"; return 1; }
}
has() {
    [[ $1 == *"$2"* ]] || { printf 'in:      %s\nmissing: %s\n' "$1" "$2"; return 1; }
}
lacks() {
    [[ $1 != *"$2"* ]] || { printf 'in:         %s\nunexpected: %s\n' "$1" "$2"; return 1; }
}

# fails CODE COMMAND...: the exit code must be CODE; its output goes to $output.
fails() {
    local want=$1 code=0
    shift
    output=$("$@" 2>&1) || code=$?
    [ "$code" = "$want" ] ||
        { printf '%s\nexit code %s, expected %s\noutput: %s\n' "$*" "$code" "$want" "$output"; return 1; }
}

# fixture NAME: the directory of an image made by peers (tests/image/fixture). The guest has only
# what tests/vm/suite sends in; call needs_fixture first where that may not be enough.
fixture() {
    "$HAKO_TOP/tests/image/fixture" "$1"
}
needs_fixture() {
    [ -z "${HAKO_FIXTURES:-}" ] || [ -d "$HAKO_FIXTURES/$1" ] || skip "no image $1 in the guest"
}

# needs COMMAND...: skips the test without them.
needs() {
    local command
    for command; do
        command -v "$command" >/dev/null || skip "no $command here"
    done
}

# needs_controllers NAME...: skips the test unless cgroup v2 has them all (the guest has).
needs_controllers() {
    local name have
    have=" $(cat /sys/fs/cgroup/cgroup.controllers 2>/dev/null || :) "
    for name; do
        [[ $have == *" $name "* ]] || skip "no cgroup v2 controller $name here; the guest has it"
    done
}

in_guest() { [ "$(hostname)" = guest ]; }
