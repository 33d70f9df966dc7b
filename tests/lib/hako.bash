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
    # What is still bound there is the machine's.
    grep -F " $T" /proc/self/mounts && return 1
    rm -rf --one-file-system "$T"
    return $failed
}

# bats notes before every command where it stands, in case it fails: that is half of a test's time in
# the guest. Once a command has failed, ERR tells it as well; for a test that hangs, the line will do.
note_failures_only() {
    declare -F bats_error_trap bats_capture_stack_trace >/dev/null || return 0
    trap 'bats_error_trap; note_failure' ERR
    [ -z "$(trap -p ABRT)" ] || trap 'trap - DEBUG; note_timeout' ABRT
    trap 'hako_last=${hako_line-} hako_line=$LINENO' DEBUG
    BATS_DEBUG_LAST_STACK_TRACE=() BATS_DEBUG_LASTLAST_STACK_TRACE=()
}
note_failure() {
    bats_capture_stack_trace
    BATS_DEBUG_LASTLAST_STACK_TRACE=("${BATS_DEBUG_LAST_STACK_TRACE[@]}")
}
note_timeout() {
    bats_capture_stack_trace
    BATS_DEBUG_LASTLAST_STACK_TRACE=("$hako_last ${BATS_DEBUG_LAST_STACK_TRACE[0]#* }"
        "${BATS_DEBUG_LAST_STACK_TRACE[@]:1}")
    BATS_TIMED_OUT=1
    exit 1
}

# What was there at the end of the file's last test is there at the beginning of the next.
hako_setup() {
    note_failures_only
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
# Every test asks for this: few processes.
leak_state() {
    local - point links found line groups=()
    set +e # what is not there yet is no failure, and must not end the list
    while read -r _ _ _ _ point _; do echo "mount $point"; done </proc/self/mountinfo
    mapfile -t links </proc/self/net/dev
    [ ${#links[@]} -le 3 ] || # two lines of headings, and lo
        ip -o link | awk -F': ' '!/^1: lo:|alias hako network bridge / { sub(/@.*/, "", $2); print "link", $2 }'
    leak_orphans
    mapfile -t found < <(leak_files 2>/dev/null)
    for line in "${found[@]}"; do
        case $line in
        "cgroup "*) groups+=("${line#cgroup }") ;;
        *) echo "$line" ;;
        esac
    done
    leak_cgroups "${groups[@]}"
    return 0
}

leak_files() {
    find /sys/fs/cgroup /run/netns "$HAKO_RUNROOT"/{networks,containers,oci} "$HAKO_ROOT" \
        -path '/sys/fs/cgroup*/hako/*/cgroup.events' -printf 'cgroup %h\n' -o \
        -path '/run/netns/*' -printf 'netns %f\n' -o \
        -path "$HAKO_RUNROOT/networks/*" -type f -printf 'lease %p\n' -o \
        \( -path "$HAKO_RUNROOT/containers/*" -o -path "$HAKO_RUNROOT/oci/*" \) -prune \
        ! -name .lock -printf 'state %p\n' -o \
        -path "$HAKO_ROOT/layers/*" -prune -o \
        -regex "$HAKO_ROOT/\(containers\|names\|volumes\)/[^/]*" ! -name .lock -printf 'state %p\n' -o \
        -path "$HAKO_ROOT/*" \( -name '.tmp-*' -o -path "$HAKO_ROOT/tmp/*" \) -printf 'temporary file %p\n'
}

# Processes whose parent is gone: adopted by the namespace's first process. Under systemd files run
# side by side, and services come and go: only those count that have this file's environment.
leak_orphans() {
    local ours=/proc/[0-9]*/status
    if [ -d /run/systemd/system ]; then
        ours=$(grep -lsz "^T=$T$" /proc/[0-9]*/environ | sed 's/environ$/status/')
        [ -n "$ours" ] || return 0
    fi
    # shellcheck disable=SC2086
    cat $ours 2>/dev/null | awk '
        /^Name:/ { name = $2 } /^State:/ { state = $2 } /^Pid:/ { pid = $2 }
        /^PPid:/ && $2 == 1 && state != "Z" && name != "bats" && name != "timeout" {
            print "process", pid, name
        }'
}

# leak_cgroups GROUP...: those that are empty and nobody else's. Other test files run at the same time: a
# populated group is somebody's who lives; one named after another file's directory, or whose
# container has a record or state below another file's root, is that file's.
leak_cgroups() {
    local group id events
    for group; do
        { events=$(<"$group/cgroup.events"); } 2>/dev/null && [[ $events == *"populated 0"* ]] || continue
        id=${group#*/hako/}
        id=${id%%/*}
        [[ $id == f.????-* && $id != "${T##*/}"-* ]] && continue
        compgen -G "${TMPDIR:-/tmp}/f.*/lib/containers/$id" | grep -qv "^$T/" && continue
        compgen -G "${TMPDIR:-/tmp}/f.*/run/oci/$id" | grep -qv "^$T/" && continue
        echo "cgroup $group"
    done
}

# Fails when something is there that was not before the test; waits for what is on its way out.
leak_check() {
    local left now end=$((SECONDS + 40)) before=$BATS_FILE_TMPDIR/leaks
    [ -e "$before" ] || return 0 # a setup of the file's own, without hako_setup
    while
        left=
        now=$(leak_state)
        [ "$now" = "$(<"$before")" ] || left=$(comm -13 <(sort "$before") <(sort <<<"$now"))
        [ -n "$left" ] && [ $SECONDS -lt $end ]
    do
        sleep 0.1
    done
    echo "$now" >"$before"
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

# wait_for SECONDS COMMAND...: until the command succeeds; fails when it does not in time. That only ends a
# hang: on a machine that starves, half of what the whole test may take is not too much.
wait_for() {
    local least=$((${BATS_TEST_TIMEOUT:-120} / 2))
    local end=$((${EPOCHREALTIME/./} + ($1 > least ? $1 : least) * 1000000))
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
