#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A container's life: create, start, ps, logs, attach, exec, stop, kill, wait, rm.

load ../lib/hako

I=hako.test/small:latest

setup_file() {
    hako_setup_file
    hako load -qi "$(fixture small)/docker.tar" >/dev/null
}

# box NAME [COMMAND...]: a detached container.
box() {
    local name=$1
    shift
    [ $# -gt 0 ] || set -- sleep 1000
    hako run -d --network none --name "$name" $I "$@" 2>/dev/null
}
state() { hako inspect -f '{{.State.Status}}' "$1"; }
state_is() { [ "$(state "$1")" = "$2" ]; }

@test "-d prints the id; ps shows it; stop, ps -a, rm" {
    id=$(box web)
    [[ $id =~ ^[0-9a-f]{64}$ ]]
    is "$(hako ps -q)" "${id:0:12}"
    is "$(hako ps -q --no-trunc)" "$id"
    is "$(hako ps --format '{{.Names}} {{.Image}} {{.Command}}')" "web $I \"sleep 1000\""
    has "$(hako ps)" "Up "
    is "$(hako stop -t 1 web)" web
    is "$(hako ps -q)" ""
    has "$(hako ps -a)" "Exited (137)"
    is "$(hako rm web)" web
    is "$(hako ps -aq)" ""
}

# bats test_tags=host-only
@test "names, ids and prefixes of ids; unknown ones" {
    id=$(box web)
    for name in web "/web" "$id" "${id:0:12}" "${id:0:5}"; do
        is "$(hako inspect -f '{{.Id}}' "$name")" "$id"
    done
    fails 1 hako inspect nosuch
    for command in start stop kill wait rm logs attach; do
        fails 1 hako $command nosuch
        has "$output" "No such container: nosuch"
    done
}

# bats test_tags=host-only
@test "create, start, start -a, restart of what has ended" {
    id=$(hako create --network none --name box $I sh -c 'echo run; exit 3')
    is "$(state box)" created
    is "$(hako start box)" box
    is "$(hako wait box)" 3
    is "$(state box)" exited
    fails 3 hako start -a box
    has "$output" run
    is "$(hako logs box)" "run
run"
    is "$(hako inspect -f '{{.State.ExitCode}} {{.State.Running}} {{.State.Pid}}' box)" "3 false 0"
}

# bats test_tags=host-only
@test "what the container wrote stays between starts" {
    hako create --network none --name box $I sh -c 'echo x >>/file; wc -l </file' >/dev/null
    is "$(hako start -a box 2>/dev/null)" 1
    is "$(hako start -a box 2>/dev/null)" 2
}

# bats test_tags=host-only
@test "start of a running container changes nothing" {
    box web
    pid=$(hako inspect -f '{{.State.Pid}}' web)
    hako start web
    is "$(hako inspect -f '{{.State.Pid}}' web)" "$pid"
}

# bats test_tags=host-only
@test "stop: the stop signal, then SIGKILL" {
    box polite sh -c 'trap "exit 7" TERM; echo ready; while :; do sleep 0.05; done'
    wait_for 60 bash -c "[ \"\$('$HAKO_BUILD/hako' logs polite)\" = ready ]"
    hako stop -t 60 polite
    is "$(hako inspect -f '{{.State.ExitCode}}' polite)" 7
    hako run -d --network none --name usr --stop-signal USR1 $I \
        sh -c 'trap "exit 8" USR1; echo ready; while :; do sleep 0.05; done' 2>/dev/null
    wait_for 60 bash -c "[ \"\$('$HAKO_BUILD/hako' logs usr)\" = ready ]"
    hako stop -t 60 usr
    is "$(hako wait usr)" 8
    hako run -d --network none --name deaf --stop-timeout 1000 $I sh -c 'trap "" TERM; sleep 1000'
    timeout 60 "$HAKO_BUILD/hako" stop -t 1 deaf
    is "$(hako wait deaf)" 137
    hako stop deaf # again: success
}

# bats test_tags=host-only
@test "stop asks all of them before it waits for the first" {
    local name
    mkdir "$T/asked"
    for name in first second; do
        hako run -d --network none --name $name -v "$T/asked:/asked" $I sh -c "trap '
            touch /asked/$name; while [ ! -e /asked/second ]; do sleep 0.05; done; exit 3' TERM
            echo ready; while :; do sleep 0.05; done"
        wait_for 60 bash -c "[ \"\$('$HAKO_BUILD/hako' logs $name)\" = ready ]"
    done
    fails 1 timeout 100 "$HAKO_BUILD/hako" stop -t 90 first nosuch second
    is "$output" "first
hako: No such container: nosuch
second"
    is "$(hako wait first second | xargs)" "3 3"
    rm -r "$T/asked"
}

# bats test_tags=host-only
@test "the monitor keeps no memory that only the start needed" {
    grep -q __asan_init "$HAKO_BUILD/hako" && skip "a sanitizer takes memory of its own"
    id=$(hako run -d $I sleep 1000 2>/dev/null)
    monitor=$(awk '/^PPid:/ { print $2 }' "/proc/$(hako inspect -f '{{.State.Pid}}' "$id")/status")
    is "$(cat "/proc/$monitor/comm")" hako-monitor
    # 150 of its own; clean pages are the program's, and shared with whoever runs it too
    [ "$(awk '/^Private_Dirty:/ { print $2 }' "/proc/$monitor/smaps_rollup")" -le 180 ]
}

# bats test_tags=host-only
@test "kill: signals by name and number, and those that do not end it" {
    box one
    is "$(hako kill one)" one
    for _ in {1..5}; do # it has ended by then
        is "$(hako start one)" one
        hako kill one
        state_is one exited
    done
    is "$(hako wait one)" 137
    fails 1 hako kill one
    has "$output" "is not running"
    box two sh -c 'trap "echo usr" USR1; echo ready; while :; do sleep 0.05; done'
    wait_for 60 bash -c "[ \"\$('$HAKO_BUILD/hako' logs two)\" = ready ]"
    hako kill -s SIGUSR1 two
    wait_for 60 bash -c "'$HAKO_BUILD/hako' logs two | grep -q usr"
    hako kill -s 9 two
    is "$(hako wait two)" 137
    fails 1 hako kill -s NOSUCH two
}

# bats test_tags=host-only
@test "wait: several, in order; blocks until the end" {
    box a1 sh -c 'sleep 0.3; exit 4'
    box b1 sh -c 'exit 5'
    is "$(hako wait a1 b1)" "4
5"
}

# bats test_tags=host-only
@test "rm: refuses what runs, -f kills it, several at once" {
    box web
    fails 1 hako rm web
    has "$output" 'cannot remove container "web": container is running'
    hako rm -f web
    box a1 true
    box b1
    hako wait a1
    hako rm -f a1 b1
    is "$(hako ps -aq)" ""
    fails 1 hako rm web
    hako rm -f nosuch || true
}

# bats test_tags=host-only
@test "--rm: gone with its end, detached too" {
    hako run --rm -d --network none --name web $I sleep 0.2 2>/dev/null
    wait_for 60 bash -c "[ -z \"\$('$HAKO_BUILD/hako' ps -aq)\" ]"
    id=$(hako run --rm -d --network none --name web $I sleep 1000 2>/dev/null)
    hako stop -t 0 web
    is "$(hako ps -aq)" ""
    # Nobody has to wait for the removal of what it wrote.
    wait_for 60 test ! -e "$HAKO_ROOT/containers/$id"
    wait_for 60 test ! -e "$HAKO_RUNROOT/containers/$id"
}

# bats test_tags=host-only
@test "logs: both streams, -n, -t, --since, --until, a line without an end" {
    box web sh -c 'echo one; echo two >&2; until [ -e /go ]; do sleep 0.05; done; echo three; printf rest'
    logged() { hako logs web 2>&1 | grep -qx "$1"; }
    wait_for 60 eval 'logged one && logged two' # else what comes by two pipes may come in another order
    hako exec web touch /go
    hako wait web
    is "$(hako logs web 2>/dev/null)" "one
three
rest"
    is "$(hako logs web 2>&1 >/dev/null)" two
    is "$(hako logs -n 1 web 2>&1)" rest
    is "$(hako logs --tail 2 web 2>&1)" "three
rest"
    is "$(hako logs -n 0 web 2>&1)" ""
    is "$(hako logs -n all web 2>/dev/null | wc -l)" 2
    [[ "$(hako logs -t -n 2 web | head -1)" =~ ^20[0-9-]+T[0-9:.]+Z\ three$ ]]
    is "$(hako logs --since 1h web 2>/dev/null | wc -l)" 2
    is "$(hako logs --until 1h web 2>&1)" ""
    is "$(hako logs --since 2100-01-01 web 2>&1)" ""
}

# bats test_tags=host-only
@test "logs -t: one time a line, however many pieces it came in" {
    box web sh -c 'printf one; sleep 0.2; echo err >&2; printf " line"; sleep 0.2; echo " only"; echo next'
    hako wait web
    is "$(hako logs -t web 2>/dev/null | cut -d' ' -f2-)" "one line only
next"
    is "$(hako logs -t web 2>&1 >/dev/null | cut -d' ' -f2-)" err
}

# bats test_tags=host-only
@test "the log of a terminal is stdout" {
    hako run -dt --network none --name box $I sh -c 'echo out; echo err >&2' 2>/dev/null
    hako wait box
    is "$(hako logs box 2>/dev/null | tr -d '\r')" "out
err"
}

# bats test_tags=host-only
@test "logs -f: from the start to the end, as it comes" {
    box web sh -c 'for i in 1 2 3 4 5; do echo $i; sleep 0.1; done'
    is "$(timeout 60 "$HAKO_BUILD/hako" logs -f web)" "1
2
3
4
5"
    is "$(timeout 60 "$HAKO_BUILD/hako" logs -f web | wc -l)" 5
    box big seq 200000
    is "$(timeout 100 "$HAKO_BUILD/hako" logs -f big | md5sum)" "$(seq 200000 | md5sum)"
}

# bats test_tags=host-only
@test "the log is whole as soon as the container has ended" {
    for _ in 1 2 3 4 5; do
        box web sh -c 'head -c 60000 /dev/zero | tr "\0" "x"; echo end'
        hako wait web >/dev/null
        has "$(hako logs web | tail -c 5)" end
        hako rm web >/dev/null
    done
}

# bats test_tags=host-only
@test "attach: output from then on, the exit code; not to what does not run" {
    box web sh -c 'while [ ! -e /go ]; do echo up; sleep 0.05; done; echo went; exit 6'
    hako attach web >"$BATS_TEST_TMPDIR/out" &
    wait_for 60 grep -q up "$BATS_TEST_TMPDIR/out"
    hako exec web touch /go
    local code=0
    wait $! || code=$?
    is $code 6
    is "$(grep -vx up "$BATS_TEST_TMPDIR/out")" went
    fails 1 hako attach web
    has "$output" "is not running"
}

# bats test_tags=host-only
@test "two clients see the same; one that leaves ends nothing" {
    hako run -di --network none --name web $I cat 2>/dev/null
    mkfifo "$BATS_TEST_TMPDIR/in"
    "$HAKO_BUILD/hako" attach web <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/one" &
    local one=$!
    exec 7>"$BATS_TEST_TMPDIR/in"
    "$HAKO_BUILD/hako" attach --no-stdin web >"$BATS_TEST_TMPDIR/two" 7>&- &
    local two=$!
    wait_for 60 bash -c "echo hello >&7; sleep 0.1; grep -q hello '$BATS_TEST_TMPDIR/two'"
    kill -KILL $two
    echo again >&7
    wait_for 60 grep -q again "$BATS_TEST_TMPDIR/one"
    exec 7>&-
    kill $one
    state_is web running
}

# bats test_tags=host-only
@test "a slow reader loses nothing" {
    hako run -d --network none --name web $I sh -c \
        'while [ ! -e /go ]; do echo up; sleep 0.05; done; seq 200000' 2>/dev/null
    hako attach web | (read -r _; touch "$BATS_TEST_TMPDIR/attached"; sleep 1; cat) >"$BATS_TEST_TMPDIR/out" &
    wait_for 60 test -e "$BATS_TEST_TMPDIR/attached"
    hako exec web touch /go
    wait $!
    is "$(grep -vcx up "$BATS_TEST_TMPDIR/out")" 200000
    is "$(grep -vx up "$BATS_TEST_TMPDIR/out" | md5sum)" "$(seq 200000 | md5sum)"
    is "$(hako logs web | grep -vx up | md5sum)" "$(seq 200000 | md5sum)"
}

# bats test_tags=host-only
@test "exec: exit codes, -u, -w, -e, -i, -d" {
    box web
    is "$(hako exec web echo hello)" hello
    fails 4 hako exec web sh -c 'exit 4'
    fails 137 hako exec web sh -c 'kill -9 $$'
    fails 127 hako exec web nosuch
    fails 126 hako exec web /etc
    is "$(hako exec -u 1000:1001 web sh -c 'id -u; id -g')" "1000
1001"
    is "$(hako exec -w /tmp web pwd)" /tmp
    is "$(hako exec -e A=b web sh -c 'echo $A')" b
    is "$(echo in | hako exec -i web cat)" in
    is "$(echo in | hako exec web cat)" ""
    hako exec -d web touch /made
    wait_for 60 hako exec web test -e /made
    is "$(hako exec web sh -c 'grep -E "^(CapEff|Seccomp):" /proc/self/status')" \
        "$(hako exec web sh -c 'grep -E "^(CapEff|Seccomp):" /proc/1/status')"
    hako stop -t 0 web
    fails 1 hako exec web true
    has "$output" "is not running"
    fails 1 hako exec nosuch true
}

@test "exec shares the container's namespaces and its group" {
    box web
    for ns in pid mnt net uts ipc cgroup; do
        is "$(hako exec web readlink /proc/self/ns/$ns)" "$(hako exec web readlink /proc/1/ns/$ns)"
    done
    is "$(hako exec web sh -c 'cat /proc/self/cgroup')" "$(hako exec web sh -c 'cat /proc/1/cgroup')"
}

# bats test_tags=host-only
@test "SIGTERM to an attached run reaches the container" {
    "$HAKO_BUILD/hako" run --network none --name web $I sh -c 'trap "exit 5" TERM; echo ready; while :; do sleep 0.05; done' \
        >"$BATS_TEST_TMPDIR/out" 2>/dev/null &
    wait_for 60 grep -q ready "$BATS_TEST_TMPDIR/out"
    kill -TERM $!
    local code=0
    wait $! || code=$?
    is $code 5
}

# bats test_tags=host-only
@test "inspect: docker's keys" {
    box web
    hako inspect web | jq -e '.[0] | .Id and .Created and .Path == "sleep" and .Args == ["1000"]
        and .State.Status == "running" and .State.Running and .State.Pid > 0
        and (.State.StartedAt | startswith("20")) and .Image and .LogPath and .Name == "/web"
        and .HostConfig.NetworkMode == "none" and .Config.Cmd == ["sleep", "1000"]
        and .Config.Hostname and .NetworkSettings.Networks and (.Mounts | type) == "array"'
    id=$(hako inspect -f '{{.Id}}' web)
    [ -f "$(hako inspect -f '{{.LogPath}}' web)" ]
}

# bats test_tags=host-only
@test "inspect and ps: ports that are exposed, devices, limits, files, networks" {
    hako run -d --name box --network none --expose 7001-7002/udp --expose 80 --device /dev/null:/dev/n2:r \
        --ulimit nofile=10:20 --shm-size 1m --tmpfs /t:size=1m -v /anonymous $I sleep 1000
    hako inspect box | jq -e '.[0] | (.Config.ExposedPorts | keys) == ["7001/udp", "7002/udp", "80/tcp"]
        and .Config.Volumes == {"/anonymous": {}} and .HostConfig.ShmSize == 1048576
        and .HostConfig.Devices == [{"PathOnHost": "/dev/null", "PathInContainer": "/dev/n2", "CgroupPermissions": "r"}]
        and .HostConfig.Ulimits == [{"Name": "nofile", "Hard": 20, "Soft": 10}]
        and .HostConfig.Tmpfs == {"/t": "size=1m"} and (.HostConfig.MaskedPaths | index("/proc/kcore"))
        and (.NetworkSettings.Networks | keys) == ["none"]'
    is "$(hako ps --format '{{.Ports}} {{.LocalVolumes}}')" "80/tcp, 7001/udp, 7002/udp 1"
    is "$(cat "$(hako inspect -f '{{.HostnamePath}}' box)")" "$(hako exec box hostname)"
    is "$(readlink "$(hako inspect -f '{{.NetworkSettings.SandboxKey}}' box)")" \
        "$(hako exec box readlink /proc/self/ns/net)"
    hako stop -t 0 box
    is "$(hako ps -a --format '{{.Ports}}')" ""
    hako rm -v box
    fails 125 hako run --expose 80/ip $I true
    fails 125 hako run --expose 0 $I true
}

# bats test_tags=host-only
@test "ps -f, -n, -l, --size" {
    box one
    box two true
    hako wait two
    is "$(hako ps -aq --filter status=exited --format '{{.Names}}')" two
    is "$(hako ps --filter name=one --format '{{.Names}}')" one
    is "$(hako ps -l --format '{{.Names}}')" two
    is "$(hako ps -a --filter exited=0 --format '{{.Names}}')" two
    is "$(hako ps -n 1 --format '{{.Names}}')" two
}
