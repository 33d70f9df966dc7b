#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Commands in the wrong state: refused in runc's words, which callers look for, and nothing changed.
# bats file_tags=host-only

load ../lib/hako
load bundle

setup() {
    box_setup
    command_is init pause
}

teardown() { box_teardown; }

status_of() { oci state "$1" | jq -r .status; }

# bring STATE: a container that is in it.
bring() {
    oci delete --force box
    [ "$1" = none ] && return
    oci create -b "$B" box </dev/null >"$T/out" 2>&1
    [ "$1" = created ] || oci start box
    case $1 in
    paused) oci pause box ;;
    stopped)
        oci kill box KILL
        wait_for 60 eval '[ "$(status_of box)" = stopped ]'
        ;;
    esac
}

# All that may be seen of the container from outside.
facts() {
    oci state box 2>&1 || true
    oci list
    ls --ignore=lock "$T/oci/box" 2>&1 || true
}

# STATE | COMMAND | what its error has
table() {
    cat <<'EOF'
none    | start box                | does not exist
none    | state box                | does not exist
none    | kill box KILL            | does not exist
none    | kill --all box KILL      | does not exist
none    | delete box               | does not exist
none    | pause box                | does not exist
none    | resume box               | does not exist
none    | ps box                   | does not exist
none    | exec box init true       | does not exist
created | create -b BUNDLE box     | container with given ID already exists
created | run -b BUNDLE box        | container with given ID already exists
created | resume box               | container not paused
running | create -b BUNDLE box     | container with given ID already exists
running | start box                | cannot start an already running container
running | delete box               | cannot delete container box that is not stopped: running
running | resume box               | container not paused
paused  | start box                | cannot start a container in the paused state
paused  | delete box               | cannot delete container box that is not stopped: paused
paused  | pause box                | container not running
paused  | exec box init true       | cannot exec in a paused container
stopped | create -b BUNDLE box     | container with given ID already exists
stopped | start box                | cannot start a container that has stopped
stopped | kill box TERM            | container not running
stopped | kill box 0               | container not running
stopped | pause box                | container not running
stopped | resume box               | container not paused
stopped | exec box init true       | cannot exec in a stopped container
EOF
}

@test "each is refused, says why, and changes nothing" {
    state=
    while IFS='|' read -r want command text; do
        want=${want// /} text=${text# }
        [ "$want" = "$state" ] || bring "$want"
        state=$want
        before=$(facts)
        read -ra words <<<"${command//BUNDLE/$B}"
        run oci "${words[@]}"
        [ "$status" -ne 0 ] || { echo "$state: $command went through"; return 1; }
        has "$output" "$text"
        is "$(facts)" "$before"
    done < <(table)
}

@test "a signal for all processes of a container that has none is no failure" {
    bring stopped
    oci kill --all box TERM
    oci kill --all box KILL
    is "$(status_of box)" stopped
}

# containerd's checkKillError() takes the last line of level "error" of the log.
@test "the log's last error line has the phrases that callers classify by" {
    bring stopped
    log=$T/log.json
    for want in 'kill box KILL|container not running' 'kill nobox KILL|does not exist' \
        'delete nobox|does not exist'; do
        rm -f "$log"
        read -ra words <<<"${want%|*}"
        fails 1 oci --log "$log" --log-format json "${words[@]}"
        is "$(jq -r 'select(.level == "error") | .level' "$log" | tail -1)" error
        has "$(jq -r 'select(.level == "error") | .msg' "$log" | tail -1)" "${want#*|}"
    done
    # podman: OCI permission denied, and 127 for what is not found
    oci delete box
    command_is nosuch
    fails 127 oci create -b "$B" box
    grep -qE 'executable file not found in|no such file or directory|open executable' <<<"$output"
    printf 'x' >"$R/etc/noexec"
    command_is /etc/noexec
    fails 126 oci create -b "$B" box
    grep -qE 'permission denied|operation not permitted' <<<"$output"
    # moby: EISDIR and ENOTDIR
    command_is /etc
    run oci create -b "$B" box
    [[ $status = 126 || $status = 127 ]]
    command_is /etc/noexec/x
    fails 127 oci create -b "$B" box
    has "$output" "not a directory"
}

@test "a start that was killed behind its release leaves a running container" {
    bring created
    strace -f -o /dev/null -e trace=unlinkat -e inject=unlinkat:signal=KILL \
        "$HAKO_BUILD/hako-oci" --root "$T/oci" start box || true
    wait_for 60 eval '[ "$(status_of box)" = running ]'
    fails 1 oci start box
    has "$output" "cannot start an already running container"
    oci exec box init true
}

@test "a container that was killed before its start is stopped" {
    bring created
    kill -KILL "$(oci state box | jq .pid)"
    wait_for 60 eval '[ "$(status_of box)" = stopped ]'
    fails 1 oci start box
    has "$output" "cannot start a container that has stopped"
    oci delete box
}

@test "a create that is deleted meanwhile says so, and leaves nothing" {
    config '.hooks.createRuntime = [{path: $p, args: ["hako-oci", "--root", $r, "delete", "--force", "box"]}]' \
        --arg p "$HAKO_BUILD/hako-oci" --arg r "$T/oci"
    fails 1 oci create -b "$B" box
    is "$output" "hako-oci: container box was deleted while it was created"
    is "$(oci list -q)" ""
}

@test "several deletes at once: all find it gone in the end" {
    for i in {1..40}; do
        bring created
        pids=()
        for k in 1 2 3 4; do
            oci delete --force box >>"$T/said" 2>&1 3>&- &
            pids+=($!)
        done
        for pid in "${pids[@]}"; do wait $pid || echo failed >>"$T/said"; done
        is "$(cat "$T/said")" ""
        is "$(oci list -q)" ""
    done
}

@test "a signal for run is the container's" {
    : >"$T/out" # what another container has said is not this one's
    "$HAKO_BUILD/hako-oci" --root "$T/oci" run -b "$B" box </dev/null >"$T/out" 2>&1 3>&- &
    wait_for 60 grep -q ready "$T/out"
    kill -TERM $!
    wait $!
    is "$(oci list -q)" ""
}

@test "two starts at once: one goes through" {
    for i in 1 2 3 4 5; do
        bring created
        oci start box 2>"$T/a" &
        a=$!
        oci start box 2>"$T/b" &
        b=$!
        codes=0
        wait $a || codes=$((codes + 1))
        wait $b || codes=$((codes + 1))
        is $codes 1
        has "$(cat "$T/a" "$T/b")" "cannot start an already running container"
    done
}
