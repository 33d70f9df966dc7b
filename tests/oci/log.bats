#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Where hako-oci's messages go, and the sockets for the terminal and the pidfd.
# bats file_tags=host-only

load ../lib/hako
load bundle

program() { timeout 60 "$HAKO_BUILD/hako-oci" --root "$T/oci" "$@"; }

setup() { box_setup; }

teardown() {
    program delete --force box
    hako_teardown
}

# covers: global:--log global:--log-format
@test "a log file gets a line a message, in text or JSON" {
    log=$T/log
    rm -f "$log"
    fails 1 program --log "$log" state nobox
    is "$output" 'hako-oci: container "nobox" does not exist'
    is "$(stat -c %a "$log")" 600
    grep -qE '^time="[0-9TZ:-]+" level=error msg="container \\"nobox\\" does not exist"$' "$log"
    fails 1 program --log "file:$log" state nobox2
    is "$(wc -l <"$log")" 2
    rm "$log"
    fails 1 program --log="$log" --log-format=json state nobox
    fails 1 program --log="$log" --log-format json state $'a\n"b\\\x01\xff'
    is "$(wc -l <"$log")" 2
    is "$(jq -r '.level, (.time | fromdate > 0)' "$log" | xargs)" "error true error true"
    is "$(jq -r .msg "$log" | head -1)" 'container "nobox" does not exist'
    fails 1 program --log-format json state nobox
    is "$(jq -r .msg <<<"$output")" 'container "nobox" does not exist'
    # Mistakes in the command line are told there, too.
    rm "$log"
    fails 1 program --log "$log" --log-format json nosuch
    has "$(jq -r .msg "$log")" "'nosuch' is not a command"
    fails 1 program --log "$T/no/such/dir/log" list
    has "$output" "--log: open $T/no/such/dir/log"
    fails 1 program --log journald: list
    program --log "" list
}

# covers: global:--timings
@test "how long each step took, the container's too" {
    log=$T/timings
    rm -f "$log"
    program --log "$log" --log-format json run -b "$B" box
    [ ! -s "$log" ]
    program --timings --log "$log" --log-format json run -b "$B" box
    for step in "hako-oci: read the bundle" "hako-oci: clone" "container: mounts" "container: pivot" \
        "hako-oci: wait for its set-up" "hako-oci: release and exec" "hako-oci: remove the state"; do
        grep -qE "timing: [0-9]+ us, at [0-9]+: $step\"" "$log"
    done
    is "$(jq -r .level "$log" | sort -u)" info
    # in the order of their ends
    jq -r .msg "$log" | sed 's/.* at //; s/:.*//' | sort -nc
}

# covers: global:--log-level global:--debug
@test "levels" {
    config '.process.capabilities.bounding += ["CAP_NEWER_THAN_US"]'
    log=$T/levels
    for how in --log-level=error --log-level=warning --log-level=info --log-level=debug --debug; do
        rm -f "$log"
        program "$how" --log "$log" --log-format json run -b "$B" box
        case $how in
        *error) [ ! -s "$log" ] ;;
        *) is "$(jq -r .level "$log" | grep -c warning)" 1 ;;
        esac
    done
}

@test "many writers do not mix their lines" {
    log=$T/many
    pids=()
    for i in {1..20}; do
        program --log "$log" --log-format json state "nobox$i" 2>/dev/null 3>&- &
        pids+=($!)
    done
    wait "${pids[@]}" || true
    is "$(jq -r .msg "$log" | sort -u | wc -l)" 20
}

# sent SOCKET WORD...: the datagrams that hako-oci sends there.
sent() {
    "$HAKO_TOP/tests/oci/receive.py" datagrams "$1" "$HAKO_BUILD/hako-oci" --root "$T/oci" "${@:2}" 2>"$T/said"
}
export -f sent

@test "the journal and syslog" {
    mkdir -p /run/systemd/journal
    mount -t tmpfs none /run/systemd/journal
    got=$(sent /run/systemd/journal/socket --log journald:myid state nobox)
    umount /run/systemd/journal
    has "$got" 'PRIORITY=3\nSYSLOG_IDENTIFIER=hako-oci\nMESSAGE\n'
    has "$got" 'container "nobox" does not exist\nID\n'
    has "$got" 'myid\n'
    fails 1 program --log journald:myid state nobox
    has "$output" "--log: connect /run/systemd/journal/socket"
    # A /dev of the test's own, so that its log socket is not the machine's.
    mkdir "$T/dev"
    mount -t tmpfs none "$T/dev"
    for node in null urandom; do
        touch "$T/dev/$node"
        mount --bind /dev/$node "$T/dev/$node"
    done
    got=$(timeout 100 unshare --mount --propagation private bash -c '
        mount --rbind "$T/dev" /dev && sent /dev/log --log syslog:myid state nobox')
    umount -R "$T/dev"
    grep -qE '<27>.* myid\[[0-9]+\]: container "nobox" does not exist' <<<"$got"
}

# covers: create:--console-socket run:--console-socket /process/terminal
@test "the terminal's master goes to the console socket" {
    config '.process.terminal = true'
    command_is init tty
    fails 1 program create -b "$B" box
    has "$output" "cannot allocate tty if hako-oci will detach without setting console socket"
    fails 1 program run -d -b "$B" box
    has "$output" "cannot allocate tty if hako-oci will detach without setting console socket"
    for how in "create" "run -d"; do
        rm -f "$T/console"
        "$HAKO_TOP/tests/oci/receive.py" terminal "$T/console" >"$T/got" 3>&- &
        receiver=$!
        wait_for 60 test -S "$T/console"
        program $how -b "$B" --console-socket "$T/console" box
        [ "$how" = "run -d" ] || program start box
        wait_for 60 grep -q ctty=1 "$T/got"
        has "$(cat "$T/got")" "True"
        has "$(cat "$T/got")" "tty=1 ctty=1 console=1"
        program delete --force box
        wait $receiver
    done
    fails 1 program create -b "$B" --console-socket "$T/no/such" box
    has "$output" "$T/no/such"
    fails 1 program create -b "$B" --console-socket "$B/config.json" box
    config '.process.terminal = false'
    fails 1 program create -b "$B" --console-socket "$T/console" box
    has "$output" "cannot use console socket if hako-oci will not detach or allocate tty"
    is "$(program list -q)" ""
}

# covers: /process/consoleSize/height /process/consoleSize/width
@test "the terminal's size: the config's, but in the foreground the caller's" {
    config '.process.terminal = true | .process.consoleSize = {height: 10, width: 110}'
    command_is init tty
    for how in "create" "run -d"; do
        rm -f "$T/console"
        "$HAKO_TOP/tests/oci/receive.py" terminal "$T/console" >"$T/got" 3>&- &
        receiver=$!
        wait_for 60 test -S "$T/console"
        program $how -b "$B" --console-socket "$T/console" box
        [ "$how" = "run -d" ] || program start box
        wait_for 60 grep -q size=10x110 "$T/got"
        program delete --force box
        wait $receiver
    done
    has "$(script -qec "stty rows 33 cols 77; '$HAKO_BUILD/hako-oci' --root '$T/oci' run -b '$B' box" \
        /dev/null </dev/null)" size=33x77
    config '.process.consoleSize = {height: 70000, width: 1}'
    fails 1 program create -b "$B" --console-socket "$T/console" box
    has "$output" /process/consoleSize/height
}

# covers: create:--pidfd-socket run:--pidfd-socket
@test "a pidfd of the process goes to the pidfd socket" {
    command_is init pause
    fails 1 program create -b "$B" --pidfd-socket "$T/no/such" box
    has "$output" "$T/no/such"
    for how in "create" "run -d"; do
        rm -f "$T/pidfd"
        "$HAKO_TOP/tests/oci/receive.py" pidfd "$T/pidfd" >"$T/got" 3>&- &
        receiver=$!
        wait_for 60 test -S "$T/pidfd"
        program $how -b "$B" --pidfd-socket "$T/pidfd" box </dev/null >"$T/out" 2>&1
        wait $receiver
        is "$(cat "$T/got")" "pidfd $(program state box | jq .pid)"
        program delete --force box
    done
}
