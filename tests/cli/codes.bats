#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Exit codes as docker's: 125 for run's own failures and for bad options, 126 and 127 for commands
# that cannot be run, 1 for all else.
# bats file_tags=host-only

load ../lib/hako

I=hako.test/small:latest

setup_file() {
    hako_setup_file
    hako load -qi "$(fixture small)/docker.tar" >/dev/null
    hako run -d --name code-up --network none $I sleep 1000
    hako create --name code-down --network none $I nosuch
    export HAKO_KEEP="code-up code-down" PATH=$HAKO_BUILD:$PATH
}

@test "exec: 1 without a running container, 126 and 127 for a command that cannot start" {
    fails 1 hako exec code-down true
    is "$output" "hako: container $(hako inspect -f '{{.Id}}' code-down) is not running"
    fails 1 hako exec code-none true
    is "$output" "hako: No such container: code-none"
    fails 1 hako exec --env-file /no/such code-up true
    fails 1 hako exec -it code-up true </dev/null
    fails 127 hako exec code-up nosuch
    fails 126 hako exec code-up /etc
    fails 127 hako exec -w /no/such code-up pwd
    has "$output" '/no/such: No such file or directory'
    fails 126 hako exec -w relative code-up pwd
    fails 126 hako exec -u nobodyatall code-up true
    has "$output" "unable to find user nobodyatall: no matching entries in passwd file"
    fails 125 hako exec --bogus code-up true
}

@test "run: the working directory is made; 1 without the terminal that -it needs" {
    is "$(hako run --rm --network none -w /made/on/the/way $I pwd)" /made/on/the/way
    fails 125 hako run --rm --network none -w relative $I pwd
    fails 1 hako run --rm -it --network none $I true </dev/null
    has "$output" "stdin is not a terminal"
    fails 125 hako run --rm --network none -u nobodyatall $I true
    fails 125 hako run --name code-up --network none $I true
}

@test "create: 125 for bad values, 1 for what is not there or taken" {
    fails 1 hako create code-none
    fails 1 hako create --name code-up $I true
    has "$output" "Conflict. The container name \"/code-up\" is already in use"
    fails 125 hako create -v relative/path $I
    fails 125 hako create --bogus $I
}

@test "start: 1, whatever was wrong with the command" {
    hako create --name code-bad --network none $I nosuch
    fails 1 hako start code-bad
    has "$output" 'executable file not found in $PATH'
    fails 1 hako start -a code-bad
    fails 1 hako start code-none
    fails 1 hako start -a code-none
    fails 125 hako start --bogus code-bad
}

@test "all others: 1" {
    local command
    for command in attach kill logs rm stop wait inspect rmi "network rm" "tag code-none"; do
        fails 1 hako $command code-none
    done
    fails 1 hako attach code-down
    fails 1 hako kill code-down
    fails 1 hako ps -f bogus=1
    fails 1 hako images -f bogus=1
    fails 1 hako load -i /no/such
    fails 1 hako load -i "$BATS_TEST_FILENAME"
}

@test "a wrong number of operands: 1" {
    fails 1 hako run
    fails 1 hako create
    fails 1 hako exec code-up
    fails 1 hako rm
    fails 1 hako load one
}

@test "load does not wait for an archive from a terminal" {
    run expect -c 'spawn hako load; expect eof; exit [lindex [wait] 3]'
    [ "$status" = 1 ]
    has "$output" "requested load from stdin, but stdin is empty"
    has "$output" "hint: name an archive with -i FILE"
}
