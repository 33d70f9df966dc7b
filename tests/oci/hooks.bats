# SPDX-License-Identifier: MIT
# Hooks: which, in what order, in which namespaces, with what on their stdin.
# bats file_tags=host-only

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

@test "the bundle is the working directory of those that can see it" {
    for kind in createRuntime createContainer poststart poststop; do
        config '.hooks[$k] = [{path: "/bin/sh", args: ["sh", "-c", "pwd >>\($l)"]}]' \
            --arg k $kind --arg l "$T/log"
    done
    command_is init pause
    create box
    lifecycle start box
    lifecycle delete box force
    is "$(uniq -c "$T/log" | xargs)" "4 $B"
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

# box COMMAND [OPTION...]: hako-oci create or run; the container's group is this file's own.
box() {
    config '.linux.cgroupsPath = $p' --arg p "/hako/${T##*/}-box"
    oci "$1" "${@:2}" -b "$B" box </dev/null
}

# A shell to run hooks inside: the program that startContainer's path finds in the container.
KINDS="prestart createRuntime createContainer startContainer poststart poststop"

# one KIND JSON: that hook alone, run by hand-made programs on both sides.
one() { config '.hooks = {($k): [$x]}' --arg k "$1" --argjson x "$2"; }

# covers: /hooks/*/*/path /hooks/*/*/args /hooks/*/*/env
@test "each kind: path, arguments and environment, and nothing of the runtime's" {
    command_is init true
    for kind in $KINDS; do
        rm -f "$T/log"
        local path="$HAKO_BUILD/tests/oci/oci-init" log=$T/log
        [ $kind = startContainer ] && path=/bin/init
        one $kind "{\"path\": \"$path\", \"args\": [\"zero\", \"echo\", \"a b\", \"c\", \";\", \"env\", \";\", \"fds\"], \"env\": [\"X=1\"]}"
        config '.annotations["run.oci.hooks.stdout"] = $l' --arg l "$log"
        SECRET=x box run 3</dev/null 4</dev/null >"$T/out" 2>&1 || { cat "$T/out"; return 1; }
        is "$kind: $(cat "$log")" "$kind: a b c
X=1
0 1 2 "
        is "$(cat "$T/out")" ""
    done
    # Without arguments the path is the zeroth.
    one createRuntime "{\"path\": \"$HAKO_BUILD/tests/oci/oci-init\"}"
    run box run
    has "$output" "createRuntime hook $HAKO_BUILD/tests/oci/oci-init: exit status 64"
    one createRuntime '{"path": "relative"}'
    run box run
    has "$output" "/hooks/createRuntime/0/path"
}

@test "an environment that is left out is the caller's, or in the container the process's" {
    command_is init true
    config '.process.env = ["PATH=/bin", "WHOSE=container"]'
    for kind in $KINDS; do
        rm -f "$T/log"
        local path="$HAKO_BUILD/tests/oci/oci-init"
        [ $kind = startContainer ] && path=/bin/init
        one $kind "{\"path\": \"$path\", \"args\": [\"zero\", \"env\"]}"
        config '.annotations["run.oci.hooks.stdout"] = $l' --arg l "$T/log"
        WHOSE=caller box run
        case $kind in
        startContainer) is "$(grep WHOSE "$T/log")" WHOSE=container ;;
        *) is "$kind $(grep WHOSE "$T/log")" "$kind WHOSE=caller" ;;
        esac
        config '.hooks[$k][0].env = []' --arg k $kind
        rm -f "$T/log"
        WHOSE=caller box run
        is "$kind $(cat "$T/log")" "$kind "
    done
}

# covers: /hooks/*/*/timeout
@test "each kind: its time, and what comes of a failure" {
    command_is init pause
    for kind in $KINDS; do
        local path="$HAKO_BUILD/tests/oci/oci-init" start=$SECONDS
        [ $kind = startContainer ] && path=/bin/init
        one $kind "{\"path\": \"$path\", \"args\": [\"init\", \"sleep\", \"100\"], \"timeout\": 1}"
        status=0
        box run -d >"$T/out" 2>&1 || status=1
        [ $kind = poststop ] || is "$status" 1
        [ $kind != poststop ] || oci delete --force box 2>"$T/out"
        has "$(cat "$T/out")" "$kind hook $path: not finished after 1 s"
        [ $((SECONDS - start)) -lt 90 ] # not the hundred that it sleeps
        run oci state box
        has "$output" "does not exist"
    done
    one createRuntime '{"path": "/bin/true", "timeout": 0}'
    run box run
    has "$output" "/hooks/createRuntime/0/timeout"
}

@test "after a failure the rest of that kind is not run, and poststop is" {
    for kind in prestart createRuntime createContainer; do
        rm -f "$T/log"
        config '.hooks = {}'
        CODE=0 hook $kind
        config '.hooks[$k] += [{path: "/bin/false"}]' --arg k $kind
        hook $kind
        hook poststart
        hook poststop
        run box create
        is "$status" 1
        has "$output" "$kind hook /bin/false: exit status 1"
        is "$(cut -d' ' -f1 "$T/log" | xargs)" "$kind poststop"
        is "$(ls -A "$T/oci" | grep -v '^\.seccomp$')" ""
    done
}

@test "a poststop hook that fails is a warning, and the others run" {
    config '.hooks.poststop = [{path: "/bin/false"}]'
    hook poststop
    command_is init true
    run box run
    is "$status" 0
    has "$output" "poststop hook /bin/false: exit status 1"
    has "$(cat "$T/log")" '"status":"stopped"'
}

@test "a startContainer hook that fails stops the container before its command" {
    command_is init write /ran yes
    one startContainer '{"path": "/bin/init", "args": ["init", "exit", "9"]}'
    box create >"$T/out" 2>&1
    run oci start box
    is "$status" 1
    has "$output" "startContainer hook /bin/init: exit status 9"
    [ ! -e "$R/ran" ]
    wait_for 60 eval '[ "$(oci state box | jq -r .status)" = stopped ]'
    oci delete box
}

@test "the state on stdin is the spec's" {
    config '.annotations = {"com.example.key": "value"}'
    for kind in prestart createRuntime createContainer poststart poststop; do
        hook $kind
    done
    command_is init true
    box run
    while read -r kind _ state; do
        is "$kind $(jq -r '[.ociVersion, .id, .bundle, .annotations["com.example.key"]] | join(" ")' <<<"$state")" \
            "$kind 1.3.0 box $B value"
        case $kind in
            poststop) is "$(jq .pid <<<"$state")" 0 ;;
            *) [ "$(jq .pid <<<"$state")" -gt 0 ] ;;
        esac
    done <"$T/log"
    is "$(wc -l <"$T/log")" 5
}

@test "annotations send the output to files" {
    config '.annotations = {"run.oci.hooks.stdout": $o, "run.oci.hooks.stderr": $e}' --arg o "$T/hook.out" --arg e "$T/hook.err"
    config '.hooks = {createRuntime: [{path: "/bin/sh", args: ["sh", "-c", "echo out1; echo err1 >&2"]}],
        poststop: [{path: "/bin/sh", args: ["sh", "-c", "echo out2; echo err2 >&2; exit 3"]}],
        startContainer: [{path: "/bin/init", args: ["init", "echo", "inside"]}]}'
    command_is init true
    run box run
    is "$status" 0
    has "$output" "poststop hook /bin/sh: exit status 3"
    is "$(cat "$T/hook.out")" "out1
inside
out2"
    is "$(cat "$T/hook.err")" "err1
err2"
    config '.annotations["run.oci.hooks.stdout"] = "/no/such/dir/file"'
    run box run
    is "$status" 1
    has "$output" "/annotations/run.oci.hooks.stdout: open /no/such/dir/file: No such file or directory"
}

@test "a hook whose time is over takes its children with it" {
    for kind in createRuntime createContainer; do
        one $kind '{"path": "/bin/sh", "args": ["sh", "-c", "sleep 98765 & sleep 98765"], "timeout": 1}'
        run box run
        has "$output" "$kind hook /bin/sh: not finished after 1 s"
        wait_for 60 eval '! pgrep -f "^sleep 98765" >/dev/null'
    done
}

@test "the poststop hooks of a create that was killed are run by delete --force" {
    config '.annotations = {"com.example.key": "value"}'
    one createRuntime '{"path": "/bin/sh", "args": ["sh", "-c", "kill -9 $PPID"]}'
    hook poststop
    status=0
    box create >"$T/out" 2>&1 || status=$?
    is $status 137
    fails 1 oci state box
    oci delete --force box
    read -r kind _ state <"$T/log"
    is "$kind $(jq -r '[.ociVersion, .id, .status, .bundle, .annotations["com.example.key"]] | join(" ")' <<<"$state")" \
        "poststop 1.3.0 box stopped $B value"
    is "$(wc -l <"$T/log")" 1
    is "$(ls -A "$T/oci" | grep -v '^\.seccomp$')" ""
}
