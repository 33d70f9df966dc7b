# SPDX-License-Identifier: MIT
# The first process of `run --init`: it starts the command, reaps orphans, forwards signals.
# bats file_tags=host-only

load ../lib/hako
load bundle

setup() {
    hako_setup
    bundle
    cp "$HAKO_BUILD/hako-init" "$R/bin/hako-init"
}

@test "the command is its child, and its exit code comes through" {
    command_is hako-init -- /bin/init pid
    has "$(launch "$B")" "pid=2 ppid=1"
    command_is hako-init init exit 9
    fails 9 launch "$B"
    command_is hako-init init kill 9
    fails 137 launch "$B"
    command_is hako-init -- nosuch
    fails 127 launch "$B"
    has "$output" "exec nosuch: No such file or directory"
}

@test "orphans are reaped" {
    command_is hako-init init orphan
    has "$(launch "$B")" "zombies=0"
}

@test "signals are forwarded" {
    command_is hako-init init pause
    create box
    lifecycle start box
    wait_for 60 grep -q ready "$T/out"
    lifecycle kill box TERM
    wait_for 60 eval '[ "$(lifecycle state box | jq -r .status)" = stopped ]'
    lifecycle delete box
}

@test "the command has the terminal" {
    config '.process.terminal = true'
    command_is hako-init init tty
    has "$(launch "$B" | tr -d '\r')" "tty=1 ctty=1"
}
