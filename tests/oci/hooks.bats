# SPDX-License-Identifier: MIT
# Hooks: which, in what order, in which namespaces, with what on their stdin.

load ../lib/hako
load bundle

setup() {
    hako_setup
    bundle
    cat >"$T/hook" <<'SH'
#!/bin/sh
# hook NAME: notes its name, its network namespace and the state that it is given.
echo "$1 $(readlink /proc/self/ns/net) $(cat)" >>"$LOG"
exit ${CODE:-0}
SH
    chmod +x "$T/hook"
    rm -f "$T/log"
}

hook() { # KIND [EXTRA]
    config '.hooks[$k] += [{path: $p, args: ["hook", $k], env: ["PATH=/usr/bin:/bin", "LOG=" + $l]} + $x]' \
        --arg k "$1" --arg p "$T/hook" --arg l "$T/log" --argjson x "${2:-{\}}"
}

@test "they run in the order of the spec, with the state of the moment" {
    for kind in prestart createRuntime createContainer poststart poststop; do
        hook $kind
    done
    config '.hooks.startContainer = [{path: "/bin/init", args: ["init", "hook", "/log", "startContainer"]}]'
    command_is init pause
    create box
    is "$(cut -d' ' -f1 "$T/log" | xargs)" "prestart createRuntime createContainer"
    has "$(grep createContainer "$T/log")" '"status":"creating"'
    has "$(grep prestart "$T/log")" '"id":"box"'
    [ ! -e "$R/log" ]
    lifecycle start box
    has "$(cat "$R/log")" '"status":"created"'
    has "$(grep poststart "$T/log")" '"status":"running"'
    is "$(jq .pid <<<"$(grep poststart "$T/log" | cut -d' ' -f3-)")" "$(lifecycle state box | jq .pid)"
    lifecycle delete box force
    has "$(grep poststop "$T/log")" '"status":"stopped"'
}

@test "createContainer is in the container's namespaces, createRuntime in the runtime's" {
    hook createRuntime
    hook createContainer
    in_box true
    has "$(grep createRuntime "$T/log")" "$(readlink /proc/self/ns/net)"
    lacks "$(grep createContainer "$T/log")" "$(readlink /proc/self/ns/net)"
}

@test "a failure ends the launch and names hook, status and last words" {
    config '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "echo broken >&2; exit 3"]}]'
    run in_box true
    is "$status" 125
    has "$output" "createRuntime hook /bin/sh: exit status 3: broken"
    config '.hooks = {createContainer: [{path: "/no/such/hook"}]}'
    run in_box true
    has "$output" "createContainer hook /no/such/hook: exit status 127: No such file or directory"
    config '.hooks = {createRuntime: [{path: "/bin/sleep", args: ["sleep", "100"], timeout: 1}]}'
    run in_box true
    has "$output" "not finished after 1 s"
}

@test "a poststart hook that fails stops the container" {
    config '.hooks.poststart = [{path: "/bin/false"}]'
    command_is init pause
    create box
    run lifecycle start box
    is "$status" 1
    has "$output" "poststart hook /bin/false"
    is "$(lifecycle state box | jq -r .status)" stopped
    lifecycle delete box
}
