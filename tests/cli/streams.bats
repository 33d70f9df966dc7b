#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Containers without a terminal: standard streams, exit codes, signals.
# bats file_tags=host-only

load ../lib/hako

setup_file() {
    hako_setup_file
    hako load -q -i "$("$HAKO_TOP/tests/image/fixture" small)/docker.tar"
    hako tag hako.test/small box
}

box() { hako run --rm --network none "$@"; }

@test "output and error stay apart" {
    box box sh -c 'echo out; echo err >&2' >"$T/out" 2>"$T/err"
    is "$(<"$T/out")" out
    is "$(grep -v warning "$T/err")" err
}

@test "input reaches the container with -i, and ends" {
    is "$(echo hello | box -i box cat)" hello
    is "$(echo hello | box box sh -c 'cat; echo end')" end
    is "$(box -i box sh -c 'cat; echo end' </dev/null)" end
}

@test "a file as input" {
    seq 1000 >"$T/numbers"
    is "$(box -i box sh -c 'wc -l' <"$T/numbers" | xargs)" 1000
}

@test "much in both directions at once does not stall" {
    is "$(head -c 30000000 /dev/zero | timeout 100 "$HAKO_BUILD/hako" run --rm -i --network none box cat | wc -c)" 30000000
}

@test "a reader that goes away ends hako" {
    run bash -c '"$HAKO_BUILD/hako" run --rm --network none box yes 2>/dev/null | head -n 1; echo ${PIPESTATUS[0]}'
    is "$output" "y
141"
    hako ps -q | xargs -r "$HAKO_BUILD/hako" rm -f
}

@test "the exit code is the process's, or 128 and its signal" {
    fails 0 box box true
    fails 1 box box false
    fails 42 box box sh -c 'exit 42'
    hako run -d --name target --network none box sleep 100
    hako kill target
    is "$(hako wait target)" 137
}

@test "125, 126 and 127" {
    fails 127 box box nosuch
    has "$output" 'executable file not found in $PATH'
    fails 127 box box /no/such
    fails 126 box box /etc
    fails 126 box box /etc/passwd
    fails 125 box --mount type=bind,src=/nonexistent,dst=/x box true
    has "$output" "/nonexistent"
    is "$(hako ps -aq)" ""
}

@test "options behind the image are its command, and said to be" {
    fails 127 box box --rm
    has "$output" "options of 'hako run' stand before the image"
}

# signal_when_up SIG OPTION... -- COMMAND...: runs a container in the foreground, sends hako the
# signal once the command has said "up", and puts hako's exit code into $status.
signal_when_up() {
    local sig=$1 options=() pid
    shift
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    : >"$T/out" # what another run has said is not this one's
    "$HAKO_BUILD/hako" run --network none "${options[@]}" box "$@" >"$T/out" 3>&- &
    pid=$!
    wait_for 60 grep -q up "$T/out"
    kill -s "$sig" "$pid"
    status=0
    wait "$pid" || status=$?
}

@test "signals go to the process" {
    signal_when_up TERM --rm -- sh -c 'trap "exit 7" TERM; echo up; while :; do sleep 0.1; done'
    is "$status" 7
    signal_when_up USR1 --rm -- sh -c \
        'trap "echo usr1; exit 0" USR1; echo up; while :; do sleep 0.1; done'
    is "$status $(tail -n 1 "$T/out")" "0 usr1"
}

@test "with --sig-proxy=false they end hako and leave the container" {
    signal_when_up TERM --name alone --sig-proxy=false -- sh -c 'echo up; sleep 100'
    is "$status" 143
    is "$(hako inspect -f '{{.State.Running}}' alone)" true
}

@test "-d prints the id, and the streams are in the log" {
    local id
    id=$(hako run -d --name logged --network none box sh -c 'echo out; echo err >&2' 2>/dev/null)
    [[ $id =~ ^[0-9a-f]{64}$ ]]
    is "$(hako wait logged)" 0
    is "$(hako logs logged 2>/dev/null)" out
    is "$(hako logs logged 2>&1 >/dev/null)" err
    is "$(hako logs --tail 0 logged)" ""
    [[ $(hako logs -t logged 2>/dev/null) =~ ^20..-..-..T..:..:..\.[0-9]{9}Z\ out$ ]]
}

@test "logs -f follows to the end" {
    hako run -d --name followed --network none box sh -c 'for i in 1 2 3; do echo $i; sleep 0.2; done'
    is "$(hako logs -f followed | xargs)" "1 2 3"
}

@test "-a stdout leaves error out, -a stdin prints the id" {
    is "$(box -a stdout box sh -c 'echo out; echo err >&2' 2>&1 | grep -v warning)" out
    [[ $(echo x | box -a stdin -i box cat) =~ ^[0-9a-f]{64}$ ]]
}

@test "exec has streams and codes of its own" {
    hako run -d --name ex --network none box sleep 100
    is "$(echo in | hako exec -i ex cat)" in
    is "$(hako exec ex sh -c 'cat; echo none' </dev/zero)" none
    fails 3 hako exec ex sh -c 'exit 3'
    fails 127 hako exec ex nosuch
    fails 126 hako exec ex /etc
    is "$(hako exec -e A=1 -w /tmp ex sh -c 'echo $A $PWD')" "1 /tmp"
    is "$(hako exec -d ex touch /tmp/made)" ""
    wait_for 60 hako exec ex test -e /tmp/made
}

@test "start -a has the output and the exit code" {
    hako create --name sa --network none box sh -c 'echo started; exit 5'
    fails 5 hako start -a sa
    has "$output" started
    is "$(hako start sa)" sa
    is "$(hako wait sa)" 5
}

@test "lists tell what runs and what has run" {
    hako run -d --name one -l team=red -l tier --network none box sleep 100
    hako create --name two --network none box true
    is "$(hako ps --format '{{.Names}} {{.State}} {{.Image}} {{.Networks}}')" "one running box none"
    is "$(hako ps -a --format '{{.Names}}' | xargs)" "two one"
    is "$(hako ps -l --format '{{.Names}}')" two
    is "$(hako ps -n 1 -q | wc -l)" 1
    is "$(hako ps --format '{{.Command}}')" '"sleep 100"'
    is "$(hako ps -f label=team --format '{{.Label "team"}} {{.Labels}}')" "red team=red,test=small,tier="
    is "$(hako ps -q -f label=team=blue)" ""
    is "$(hako ps -f status=created --format '{{.Names}}')" two
    is "$(hako ps -a -f name=^t --format '{{.Names}}')" two
    is "$(hako ps -a -f before=two --format '{{.Names}}')" one
    is "$(hako ps -a -f since=one --format '{{.Names}}')" two
    is "$(hako ps -f ancestor=hako.test/small --format '{{.Names}}')" one
    is "$(hako ps -f network=none --format '{{.Names}}')" one
    is "$(hako ps -q --no-trunc)" "$(hako inspect -f '{{.Id}}' one)"
    is "$(hako ps -s --format '{{.Size}}' | grep -o 'virtual')" virtual
    hako ps --format json | jq -e '.Names == "one" and .State == "running"'
    is "$(hako kill one)" one
    is "$(hako wait one)" 137
    is "$(hako ps -a -f exited=137 --format '{{.Names}}')" one
}

@test "inspect prints docker's documents" {
    hako create --name seen -e A=1 -w /tmp --network none box sh -c 'exit 1'
    hako inspect seen | jq -e '.[0] | .Name == "/seen" and .State.Status == "created"'
    is "$(hako inspect -f '{{.Config.WorkingDir}} {{json .Config.Cmd}}' seen)" '/tmp ["sh","-c","exit 1"]'
    hako inspect -s seen | jq -e '.[0].SizeRootFs > 1000000'
    is "$(hako inspect --type image -f '{{index .RepoTags 0}}' box)" "hako.test/small:latest"
    is "$(hako image inspect box | jq -r '.[0].Os')" linux
    is "$(hako inspect -f '{{.HostConfig.RestartPolicy.Name}} {{if .State.Health}}x{{end}}{{.Config.StopSignal}}' seen)" "no SIGTERM"
    is "$(hako inspect -f '{{json .Config.Entrypoint}} {{json .Config.Volumes}} {{.Config.User}}' box)" "null null "
    hako create --name bound -v /etc:/x:ro -v /etc:/y --network none box
    is "$(hako inspect -f '{{json .HostConfig.Binds}}' bound)" '["/etc:/x:ro","/etc:/y"]'
    is "$(hako inspect -f '{{json .HostConfig.Binds}}' seen)" null
    fails 1 hako inspect -f '{{.Bogus}}' seen
    fails 1 hako inspect --type image seen
    fails 1 hako container inspect box
}

@test "an image that a container uses stays" {
    hako create --name user --network none box true
    fails 1 hako rmi "$(hako images -q box)"
    has "$output" conflict
    hako tag box:latest other
    is "$(hako rmi other)" "Untagged: other:latest"
    is "$(hako images --format '{{.Repository}}' -f reference=box)" box
    is "$(hako images -q | sort -u | wc -l)" 1
}

@test "a process that fails while it is set up tells why, however early it ends" {
    local i
    for i in {1..10}; do
        fails 125 hako run --rm --tmpfs /tmp:bogus box true
        has "$output" bogus
    done
}
