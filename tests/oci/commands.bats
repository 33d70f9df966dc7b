#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# hako-oci's commands: list, state, ps, pause, resume, --regex, spec, help, completion, --version.

load ../lib/hako
load bundle

setup() {
    hako_setup
    bundle
    command_is init pause
    config '.linux.cgroupsPath = $path' --arg path "/hako/${T##*/}-box"
}

teardown() {
    oci delete --force --regex .
    hako_teardown
}

# up VERB ID [OPTION...]: create or run -d of the bundle, in a group of the file's own.
up() {
    config '.linux.cgroupsPath = $path' --arg path "/hako/${T##*/}-$2"
    oci "$1" -b "$B" "${@:3}" "$2" </dev/null >"$T/out" 2>&1 || { cat "$T/out"; return 1; }
}
status_of() { oci state "$1" | jq -r .status; }
is_stopped() { [ "$(status_of "$1")" = stopped ]; }

# covers: list list:--format list:--quiet
# bats test_tags=host-only
@test "list has runc's columns, in order of the ids" {
    is "$(oci list)" "$(runc --root "$T/none" list)"
    is "$(oci list -f json)" "[]"
    up create b
    up run a -d
    rows=$(oci list)
    is "$(awk '{ print $1, $3, $4, $6 }' <<<"$rows")" "ID STATUS BUNDLE OWNER
a running $B root
b created $B root"
    has "$rows" "ID          PID         STATUS      BUNDLE"
    is "$(oci list --format json | jq -r '.[] | "\(.id) \(.status)"' | xargs)" "a running b created"
    is "$(oci list -q | xargs)" "a b"
    is "$(oci list --quiet --format=json | xargs)" "a b"
    fails 1 oci list --format xml
    fails 1 oci list operand
}

# covers: events:--pressure
# bats test_tags=host-only
@test "events tells of pressure: one more wants a processor than there are" {
    command_is init hunt 0
    oci run -d -b "$B" box </dev/null >"$T/out" 2>&1
    for _ in $(seq "$(getconf _NPROCESSORS_ONLN)"); do
        oci exec -d box init hunt 0 </dev/null >>"$T/out" 2>&1
    done
    oci events --interval 1h --pressure cpu:some:10ms/2s --pressure io:full box >"$T/events" &
    events=$!
    wait_for 60 grep -q '"cpu"' "$T/events" # there may be some for io, too
    oci kill box KILL
    wait $events
    is "$(jq -c '[.type, .id, .data.resource, .data.kind, .data.stall, .data.window]' <"$T/events" |
        sort -u | grep -v '"io","full"')" '["pressure","box","cpu","some",10000,2000000]'
    is "$(jq -c '.data.psi | keys' <"$T/events" | sort -u)" '["avg10","avg300","avg60","total"]'
    wait_for 60 is_stopped box
    fails 1 oci events --pressure cpu:some:1s/20s box
    has "$output" '--pressure: "cpu:some:1s/20s": the window must be from 500ms to 10s'
}

# covers: state /annotations
# bats test_tags=host-only
@test "state has what runc's has" {
    config '.annotations = {"a.b": "c"}'
    up run box -d
    s=$(oci state box)
    is "$(jq -r 'keys | join(" ")' <<<"$s")" \
        "annotations bundle created id ociVersion owner pid rootfs status"
    is "$(jq -r '.annotations["a.b"], .rootfs, .bundle, .owner, .id' <<<"$s" | xargs)" \
        "c $R $B root box"
    [ "$(date -d "$(jq -r .created <<<"$s")" +%s)" -le "$(date +%s)" ]
    is "$(stat -c %a "$T/oci" "$T/oci/box" | xargs)" "700 700"
    oci kill box KILL
    wait_for 60 is_stopped box
    is "$(oci state box | jq .pid)" 0
    is "$(oci list | awk '$1 == "box" { print $2 }')" 0
}

# bats test_tags=host-only
# covers: ps ps:--format
@test "ps shows the container's processes, with any of ps(1)'s options" {
    up run box -d
    pid=$(oci state box | jq .pid)
    oci exec -d box init pause </dev/null >"$T/out2" 2>&1
    is "$(oci ps -f json box | jq -c 'sort' | jq '.[0]')" "$pid"
    is "$(oci ps --format=json box | jq length)" 2
    is "$(oci ps box | wc -l)" 3
    is "$(oci ps box | head -1)" "$(ps -ef | head -1)"
    wait_for 60 eval 'is "$(oci ps box -o pid,comm | awk "{ print \$2 }" | xargs)" "COMMAND init init"'
    fails 1 oci ps box -o comm
    has "$output" "couldn't find PID field in ps output"
    fails 1 oci ps box --no-such-option
    PATH=/nowhere fails 1 "$HAKO_BUILD/hako-oci" --root "$T/oci" ps box
    has "$output" "run ps"
    oci kill --all box KILL
    wait_for 60 is_stopped box
    is "$(oci ps -f json box)" "[]"
    fails 1 oci ps nosuch
}

# bats test_tags=host-only
# covers: pause resume
@test "a paused container stands still, and goes on" {
    command_is init hunt 0
    up run box -d
    pid=$(oci state box | jq .pid)
    oci pause box
    is "$(status_of box)" paused
    ticks() { awk '{ print $14 + $15 }' "/proc/$pid/stat"; }
    before=$(ticks)
    oci list >/dev/null # time passes
    is "$(ticks)" "$before"
    oci resume box
    is "$(status_of box)" running
    wait_for 60 eval '[ "$(ticks)" -gt "$before" ]'
    oci pause box
    oci delete --force box
    is "$(oci list -q)" ""
}

# bats test_tags=host-only
@test "a created container can be paused; KILL reaches a paused one" {
    up create box
    oci pause box
    oci resume box
    is "$(status_of box)" created
    oci start box
    oci pause box
    oci kill box KILL
    wait_for 60 is_stopped box
}

# covers: kill kill:--regex kill:--all delete delete:--regex delete:--force
# bats test_tags=host-only
@test "--regex takes every container that matches" {
    up run web-1 -d
    up run web-2 -d
    up run db -d
    oci kill --regex '^web-[0-9]$' KILL
    wait_for 60 is_stopped web-1
    wait_for 60 is_stopped web-2
    is "$(status_of db)" running
    fails 1 oci kill --regex web KILL
    has "$output" "container not running"
    fails 1 oci delete -r .
    has "$output" "cannot delete container db that is not stopped: running"
    is "$(oci list -q)" db
    fails 1 oci kill -r '[' KILL
    has "$output" "invalid regular expression"
    oci delete -f -r nosuch
    oci delete --force --regex 'd'
    is "$(oci list -q)" ""
}

# bats test_tags=host-only
@test "kill takes every spelling of a signal" {
    command_is init pause
    for sig in TERM sigterm 15 SIGUSR1 RTMIN+3 SIGRTMAX-1; do
        up run box -d
        oci kill box "$sig"
        oci delete --force box
    done
    up run box -d
    oci kill box 0
    for sig in NOSUCH -1 999 SIG ''; do
        fails 1 oci kill -- box "$sig"
    done
    is "$(status_of box)" running
}

# bats test_tags=host-only
@test "--all reaches what the first process left behind" {
    config '.linux.namespaces |= map(select(.type != "pid"))'
    command_is init leave
    up run box -d
    wait_for 60 is_stopped box
    is "$(oci ps -f json box | jq length)" 1
    fails 1 oci kill box TERM
    has "$output" "container not running"
    oci kill --all box KILL
    wait_for 60 eval '[ "$(oci ps -f json box)" = "[]" ]'
    oci kill --all box KILL
    oci delete box
    # KILL means all of them, as with runc.
    up run box -d
    wait_for 60 is_stopped box
    oci kill box KILL
    wait_for 60 eval '[ "$(oci ps -f json box)" = "[]" ]'
    fails 1 oci kill box KILL
    has "$output" "container not running"
    oci delete box
}

# covers: run run:--detach run:--keep run:--bundle run:--pid-file start
# bats test_tags=host-only
@test "run waits and deletes; --keep keeps; --detach returns" {
    command_is init exit 7
    fails 7 oci run -b "$B" --pid-file "$T/pid" box
    grep -qxE "[0-9]+" "$T/pid"
    is "$(oci list -q)" ""
    fails 7 oci run --keep -b "$B" box
    is "$(status_of box)" stopped
    oci delete box
    command_is init pause
    up run box --detach
    is "$(status_of box)" running
    cd "$B"
    oci delete -f box
    command_is init exit 3
    fails 3 oci run box
    command_is nosuch
    fails 127 oci run -b "$B" box
    fails 1 oci run -b "$T/nosuch" box
    is "$(oci list -q)" ""
}

# covers: create create:--bundle create:--config create:--pid-file create:--no-new-keyring create:--no-subreaper run:--config run:--no-new-keyring run:--no-subreaper
# bats test_tags=host-only
@test "create's flags" {
    mkdir "$T/other"
    mv "$B/config.json" "$T/other/my.json"
    fails 1 oci create -b "$B" box
    has "$output" "config.json"
    oci create -b "$B" -f "$T/other/my.json" --pid-file "$T/pid" --no-new-keyring --no-subreaper box \
        </dev/null >"$T/out" 2>&1
    is "$(cat "$T/pid")" "$(oci state box | jq .pid)"
    is "$(stat -c %a "$T/pid")" 644
    oci delete box
    # A file that is there is replaced in one step: whoever has it open keeps the old one.
    exec 7<"$T/pid"
    old=$(cat "$T/pid")
    oci run -d --bundle "$B" --config "$T/other/my.json" --pid-file "$T/pid" --no-new-keyring \
        --no-subreaper box </dev/null >"$T/out" 2>&1
    is "$(cat <&7)" "$old"
    exec 7<&-
    is "$(cat "$T/pid")" "$(oci state box | jq .pid)"
    is "$(find "$T" -maxdepth 1 -name '.tmp-*' | wc -l)" 0
    mv "$T/other/my.json" "$B/config.json"
    fails 1 oci create -b "$B" --pid-file "$T/no/such/dir/pid" box2
    is "$(oci list -q)" box
}

# covers: create:--no-new-keyring run:--no-new-keyring
# bats test_tags=host-only
@test "a session keyring of its own, or not" {
    [ -e /proc/keys ] || skip "this kernel has no keys"
    id=keys-${T##*.}
    for how in create "run -d"; do
        for flag in "" --no-new-keyring; do
            oci $how -b "$B" $flag "$id" </dev/null >"$T/out" 2>&1
            is "$how $flag $(grep -c "_ses\.$id:" /proc/keys)" "$how $flag $([ -n "$flag" ]; echo $?)"
            oci delete --force "$id"
            wait_for 60 eval '! grep -q "_ses\.$id:" /proc/keys'
        done
    done
}

# covers: create:--no-pivot run:--no-pivot
# bats test_tags=host-only
@test "--no-pivot: the root without pivot_root" {
    command_is init ls / ';' mounts
    sight() { oci run -b "$B" "$@" box | sed -E 's/^[0-9]+ [0-9]+ [0-9:]+ //' | sort; }
    is "$(sight --no-pivot)" "$(sight)"
    command_is init pause
    oci create -b "$B" --no-pivot box </dev/null >"$T/out" 2>&1
    oci start box
    lacks "$(oci exec box init ls /)" home
    oci delete --force box
    # pivot_root fails on an initramfs. Here it would not: it is just not called.
    command_is init true
    calls() { strace -f -qq -e trace=pivot_root "$HAKO_BUILD/hako-oci" --root "$T/oci" run -b "$B" "$@" box 2>&1; }
    has "$(calls)" pivot_root
    lacks "$(calls --no-pivot)" pivot_root
}

# covers: spec spec:--bundle spec:--file
# bats test_tags=host-only
@test "spec writes what create takes, once" {
    mkdir "$T/new"
    oci spec --bundle "$T/new"
    jq -e '.process.terminal and .root.readonly and .process.args == ["sh"]' "$T/new/config.json"
    fails 1 oci spec -b "$T/new"
    has "$output" "File config.json exists. Remove it first"
    oci spec -b "$T/new" --file other.json
    cmp "$T/new/config.json" "$T/new/other.json"
    (cd "$T/new" && rm config.json && oci spec && [ -f config.json ])
    fails 1 oci spec --bundle "$T/nosuch"
    jq '.process.terminal = false | .process.args = ["init", "exit", "9"] | del(.linux.resources)
        | .linux.cgroupsPath = $p' --arg p "/hako/${T##*/}-s" "$T/new/other.json" >"$B/config.json"
    fails 9 oci run -b "$B" s
}

# covers: spec:--rootless
# bats test_tags=host-only
@test "spec --rootless makes what runc makes" {
    mkdir "$T/a" "$T/b"
    oci spec --rootless -b "$T/a"
    runc spec --rootless -b "$T/b"
    for what in '[.linux.namespaces[].type] - ["cgroup"] | sort' .linux.uidMappings .linux.gidMappings \
        .linux.resources '.mounts[] | select(.destination == "/sys")' \
        '[.mounts[].options // [] | .[] | select(startswith("gid=") or startswith("uid="))]'; do
        is "$(jq -Sc "$what" "$T/a/config.json")" "$(jq -Sc "$what" "$T/b/config.json")"
    done
    chmod 777 "$T/a"
    rm "$T/a/config.json"
    setpriv --reuid 12345 --regid 12346 --clear-groups "$HAKO_BUILD/hako-oci" spec --rootless -b "$T/a"
    is "$(jq -c '.linux.uidMappings[0].hostID, .linux.gidMappings[0].hostID' "$T/a/config.json" | xargs)" \
        "12345 12346"
}

# covers: global:--version help
# bats test_tags=host-only
@test "version and help" {
    v=$(oci --version)
    is "$v" "$(oci -v)"
    is "$v" "$(oci -V)"
    has "$v" "hako-oci version "
    for line in '^commit: [0-9a-z]' '^rundir: /run/hako/oci$' '^spec: 1\.3\.' '^libseccomp: [0-9.]+$' \
        '^\+.*\+CAP .*\+SECCOMP'; do
        grep -qE "$line" <<<"$v"
    done
    is "$(oci help)" "$(oci --help)"
    is "$(oci h create)" "$(oci create --help)"
    has "$(oci)" "Usage:"
    fails 1 oci help nosuch
    fails 1 oci nosuch
    has "$output" "'nosuch' is not a command of hako-oci"
}

# covers: completion
# bats test_tags=host-only
@test "completion knows commands, options, values and containers" {
    up create box
    words() { "$HAKO_BUILD/hako-oci" __complete --root "$T/oci" "$@"; }
    has "$(words st)" "state"
    has "$(words --log-f)" "--log-format"
    has "$(words --log-format js)" json
    has "$(words delete --reg)" "--regex"
    is "$(words start b)" "box	created"
    is "$(words ps --format '')" "table
json"
    for shell in bash zsh fish; do
        has "$(oci completion $shell)" __complete
    done
    bash -n <(oci completion bash)
    fails 1 oci completion tcsh
}

# covers: global:--root
# bats test_tags=host-only
@test "two roots do not see each other" {
    up create box
    is "$("$HAKO_BUILD/hako-oci" --root "$T/oci2" list -q)" ""
    fails 1 "$HAKO_BUILD/hako-oci" --root="$T/oci2" state box
    has "$output" 'container "box" does not exist'
    [ ! -e "$T/oci2" ] || is "$(stat -c %a "$T/oci2")" 700
}

# covers: global:--rootless global:--cgroup-manager
# bats test_tags=host-only
@test "without a cgroup" {
    config '.linux.cgroupsPath = $p' --arg p "/hako/${T##*/}-no"
    oci --cgroup-manager disabled run -d -b "$B" box </dev/null >"$T/out" 2>&1
    is "$(status_of box)" running
    for command in pause resume ps; do
        fails 1 oci "$command" box
        has "$output" "it has no cgroup"
    done
    oci kill --all box KILL
    wait_for 60 is_stopped box
    oci delete box
    fails 1 oci --cgroup-manager nosuch create -b "$B" box
    is "$(oci list -q)" ""
}

# bats test_tags=host-only
@test "--rootless decides whether a cgroup must be had" {
    # A tree that nobody may write to, and nobody asks for a place in it.
    config 'del(.linux.cgroupsPath)'
    readonly_tree() {
        unshare --mount --propagation private sh -c 'for m in $(findmnt -rno TARGET -t cgroup2); do
            mount -o remount,bind,ro "$m"; done; exec "$@"' sh "$@"
    }
    for how in auto false; do
        fails 1 readonly_tree "$HAKO_BUILD/hako-oci" --root "$T/oci" --rootless $how run -b "$B" box
        has "$output" "Read-only file system"
        is "$(oci list -q)" ""
    done
    command_is init exit 6
    fails 6 readonly_tree "$HAKO_BUILD/hako-oci" --root "$T/oci" --rootless true run -b "$B" box
    config '.linux.resources = {pids: {limit: 7}}'
    fails 1 readonly_tree "$HAKO_BUILD/hako-oci" --root "$T/oci" --rootless true run -b "$B" box
    fails 1 oci --rootless maybe list
    is "$(oci list -q)" ""
}

# covers: create:--pidfd-socket run:--pidfd-socket
# bats test_tags=host-only
@test "create and run send a pidfd" {
    for verb in create run; do
        "$HAKO_TOP/tests/oci/receive.py" terminal "$T/$verb" >"$T/got" 3>&- &
        wait_for 60 test -S "$T/$verb"
        up "$verb" "$verb" --pidfd-socket "$T/$verb" $([ $verb = create ] || echo -d)
        wait $!
        is "$(cat "$T/got")" "pidfd False"
    done
    fails 1 up create other --pidfd-socket "$T/nobody"
    has "$output" "$T/nobody"
    fails 1 oci state other
}

# covers: create:--no-pivot run:--no-pivot
# bats test_tags=host-only
@test "without pivot_root the root is the same" {
    command_is init ls / ';' ls /..
    is "$(oci run -b "$B" --no-pivot one </dev/null | xargs)" "$(oci run -b "$B" two </dev/null | xargs)"
    oci create -b "$B" --no-pivot three </dev/null >"$T/out"
    oci start three
    wait_for 60 is_stopped three
    is "$(sed -n 1p "$T/out")" "$(oci run -b "$B" four </dev/null | sed -n 1p)"
}

# covers: /ociVersion
# bats test_tags=host-only
@test "every 1.x of the specification is taken, others are not" {
    command_is init true
    for version in 1.0.0 1.0.2-dev 1.3.0 1.99.0; do
        config '.ociVersion = $v' --arg v "$version"
        oci run -b "$B" box </dev/null
    done
    for version in 0.9.0 2.0.0 "" one; do
        config '.ociVersion = $v' --arg v "$version"
        fails 1 oci run -b "$B" box </dev/null
        has "$output" /ociVersion
    done
}
