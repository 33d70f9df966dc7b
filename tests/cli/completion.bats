#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Completion: the words that hako offers, and the script that asks for them in bash.
# bats file_tags=host-only

load ../lib/hako

words() {
    hako __complete "$@" | cut -f1 | xargs
}

# What bash would offer for a line with the cursor at its end.
in_bash() {
    PATH=$HAKO_BUILD:$PATH bash --norc -c '
        source <(hako completion bash)
        compopt() { :; }
        COMP_LINE=$1 COMP_POINT=${#1}
        _hako_complete
        printf "%s\n" "${COMPREPLY[@]}"' bash "$1" | xargs
}

@test "commands, groups and their commands" {
    is "$(words r)" "run rm rmi"
    is "$(words network '')" "create inspect ls rm"
    is "$(words --root /x net)" "network"
    is "$(words __)" ""
}

@test "options, by name and not the hidden ones" {
    is "$(words run --net)" "--network --network-alias"
    is "$(words run --kernel)" ""
    has "$(words run -)" "--volume"
    is "$(words run image --net)" ":file"
}

@test "values of options" {
    is "$(words run --network '')" "bridge host none"
    is "$(words run --net ho)" "host"
    is "$(words run --network=n)" "--network=none"
    has " $(words run --cap-add SYS_) " " SYS_ADMIN "
    is "$(words stop -s SIGT)" "SIGTRAP SIGTERM SIGTSTP SIGTTIN SIGTTOU"
    is "$(words run -v '')" ":file"
    is "$(words --root '')" ":dir"
    is "$(words run --rm=)" "--rm=true --rm=false"
}

@test "networks by name, in the roots that the line names" {
    hako --root "$T/other" --runroot "$T/otherrun" network create elsewhere
    is "$(words network rm e)" ""
    is "$(words --root "$T/other" --runroot "$T/otherrun" network rm e)" "elsewhere"
    hako --root "$T/other" --runroot "$T/otherrun" network rm elsewhere
}

@test "scripts for three shells, and no fourth" {
    hako completion bash | bash -n
    has "$(hako completion zsh)" "#compdef hako"
    has "$(hako completion fish)" "complete -c hako"
    fails 1 hako completion tcsh
    has "$output" "expected bash, zsh or fish"
}

@test "in bash" {
    is "$(in_bash 'hako r')" "run rm rmi"
    is "$(in_bash 'hako network ')" "create inspect ls rm"
    is "$(in_bash 'hako run --net')" "--network --network-alias"
    is "$(in_bash 'hako run --network ')" "bridge host none"
    is "$(in_bash 'hako run --network=ho')" "host"
    touch "$T/somefile"
    is "$(cd "$T" && in_bash 'hako load -i some')" "somefile"
}
