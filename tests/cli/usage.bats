#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Command lines that hako understands, and those that it does not: help, hints, exit codes.
# bats file_tags=host-only

load ../lib/hako

@test "hako alone prints its help" {
    run hako
    [ "$status" = 0 ]
    has "$output" "Usage:  hako [OPTIONS] COMMAND"
    has "$output" "  run          Create and run a new container from an image"
    lacks "$output" __options
}

@test "--help of every command prints usage, summary and options" {
    local path
    while read -r path; do
        run hako $path --help
        [ "$status" = 0 ]
        has "$output" "Usage:  hako $path"
        run hako help $path
        [ "$status" = 0 ]
        has "$output" "Usage:  hako $path"
    done < <(hako __options | cut -f1)
}

@test "--help wins wherever it stands, but not behind the image" {
    run hako --help run
    has "$output" "Usage:  hako run"
    run hako run --bogus-comes-later=1 --help
    [ "$status" = 125 ]
    run hako run --rm --help --bogus
    [ "$status" = 0 ]
    fails 125 hako run nosuch/image --help
    has "$output" "No such image"
}

@test "-h is help where no option has that letter" {
    run hako ps -h
    [ "$status" = 0 ]
    has "$output" "Usage:  hako ps"
    fails 125 hako run -h
    has "$output" "option --hostname needs a value"
}

@test "a group without a command lists its commands" {
    run hako network
    [ "$status" = 0 ]
    has "$output" "Usage:  hako network COMMAND"
    has "$output" "  create "
}

@test "-v and version tell the version" {
    run hako -v
    has "$output" "hako version "
    is "$(hako --version)" "hako version $(hako version --format '{{.Client.Version}}')"
    hako version -f json | jq -e .Client.Os
}

@test "an unknown option is one sentence, the nearest name, and exit code 125" {
    fails 125 hako run --nmae x image
    is "$output" "hako: unknown option --nmae
hint: did you mean --name?
See 'hako run --help'."
    fails 125 hako ps --al
    has "$output" "hint: did you mean --all?"
    fails 125 hako --rot /x ps
    has "$output" "hint: did you mean --root?"
    fails 125 hako network create --zzz
    is "$output" "hako: unknown option --zzz
See 'hako network create --help'."
}

@test "an unknown command is one sentence, the nearest name, and exit code 1" {
    fails 1 hako rn image
    has "$output" "hako: 'rn' is not a command of hako"
    has "$output" "hint: did you mean 'hako run'?"
    fails 1 hako contaner ls
    has "$output" "did you mean 'hako container'?"
    fails 1 hako network lst
    has "$output" "did you mean 'hako network ls'?"
    fails 1 hako help nosuch
    has "$output" "unknown help topic: nosuch"
}

@test "a wrong number of operands says how many, and how" {
    fails 1 hako run
    is "$output" "hako: 'hako run' requires at least 1 argument
hint: usage: hako run [OPTIONS] IMAGE [COMMAND] [ARG...]
See 'hako run --help'."
    fails 1 hako exec box
    has "$output" "'hako exec' requires at least 2 arguments"
    fails 1 hako create
    fails 1 hako rm
    has "$output" "'hako rm' requires at least 1 argument"
    fails 1 hako ps box
    has "$output" "'hako ps' accepts no arguments"
    fails 1 hako tag one
    has "$output" "'hako tag' requires exactly 2 arguments"
    fails 1 hako images a b
    has "$output" "'hako images' requires at most 1 argument"
}

@test "bad values name the option and what it takes" {
    fails 125 hako run -m lots image
    has "$output" 'hako: option --memory: invalid value "lots": expected a size'
    fails 125 hako run --cpus many image
    has "$output" "option --cpus"
    fails 125 hako run --pids-limit -2 image
    has "$output" "option --pids-limit"
    fails 125 hako run --oom-score-adj 1001 image
    has "$output" "out of range (-1000 to 1000)"
    fails 125 hako run --rm=perhaps image
    has "$output" "expected true or false"
    fails 125 hako stop -t soon box
    has "$output" "option --timeout"
    fails 125 hako inspect --type secret box
    has "$output" "expected one of"
    fails 125 hako --log-level loud ps
    has "$output" "expected one of error, warn, info, debug"
    fails 125 hako inspect --type bogus box
    has "$output" "expected one of container, image, network, volume"
}

@test "options that exclude each other, or cannot be had, are errors before anything happens" {
    fails 125 hako run -d -a stdout image
    has "$output" "--attach and --detach exclude each other"
    fails 125 hako run -a nothing image
    has "$output" "valid streams are stdin, stdout and stderr"
    fails 125 hako run --pull always image
    has "$output" "images are local only"
    has "$output" "hint: "
    fails 125 hako run --pull sometimes image
    fails 125 hako run --platform plan9/mips image
    has "$output" "this machine is linux/"
    fails 125 hako run --detach-keys ctrl-1 image
    has "$output" "invalid detach keys"
    fails 1 hako run -it image </dev/null
    has "$output" "stdin is not a terminal"
    fails 1 hako kill -s NOSUCH box
    has "$output" "invalid signal: NOSUCH"
    fails 1 hako start -a one two
    fails 1 hako logs --since tomorrow box
    has "$output" 'hako: --since: "tomorrow" is neither'
}

@test "unknown containers and images are errors with docker's words" {
    fails 125 hako run nosuch
    has "$output" "hako: No such image: nosuch"
    has "$output" "hint: "
    fails 1 hako create nosuch
    fails 1 hako exec nosuch true
    has "$output" "No such container: nosuch"
    fails 1 hako rm nosuch
    has "$output" "No such container: nosuch"
    fails 1 hako inspect nosuch
    has "$output" "No such object: nosuch"
    is "$(hako inspect nosuch 2>/dev/null)" "[]"
    fails 1 hako network rm nosuch
    fails 1 hako rmi nosuch
    has "$output" "No such image: nosuch"
    hako rm -f nosuch
    hako rmi -f nosuch
    hako network rm -f nosuch
}

@test "a command with several names goes on after a failure" {
    run hako rm nosuch1 nosuch2
    [ "$status" = 1 ]
    has "$output" nosuch1
    has "$output" nosuch2
}

@test "the trees are those of --root and --runroot, before the environment's" {
    hako --root "$T/other" --runroot "$T/otherrun" ps
    [ -d "$T/other" ]
    is "$(HAKO_ROOT=$T/third hako info -f '{{.DockerRootDir}}')" "$T/third"
    is "$(hako --root "$T/other" info -f '{{.DockerRootDir}}')" "$T/other"
}

@test "a symlink called docker is hako" {
    ln -s "$HAKO_BUILD/hako" "$T/docker"
    is "$("$T/docker" ps --format json)" ""
    fails 125 "$T/docker" run --bogus
    has "$output" "unknown option --bogus"
}
