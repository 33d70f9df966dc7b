#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# pause and unpause, and what the other commands do with a paused container.
# bats file_tags=host-only
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
# polite NAME [OPTION...]: one that counts in /n, and exits with 7 on SIGTERM.
polite() {
    local name=$1
    shift
    hako run -d --network none --name "$name" "$@" $I \
        sh -c 'trap "exit 7" TERM; trap "echo usr" USR1; echo ready; while :; do echo x >>/n; sleep 0.02; done' 2>/dev/null
    wait_for 60 logged "$name" ready
}
logged() { hako logs "$1" 2>&1 | grep -q "$2"; }
state() { hako inspect -f '{{.State.Status}} {{.State.Running}} {{.State.Paused}}' "$1"; }
code() { hako inspect -f '{{.State.ExitCode}}' "$1"; }
frozen() { grep -q '^frozen 1' "$(group "$1")/cgroup.events"; }
group() { echo /sys/fs/cgroup{/unified,}/hako/"$(hako inspect -f '{{.Id}}' "$1")" | xargs -n 1 ls -d 2>/dev/null | head -n 1; }
counted() { wc -l <"$HAKO_ROOT/containers/$(hako inspect -f '{{.Id}}' "$1")/upper/n"; }

@test "pause stops every process, unpause lets them go on; ps, inspect and filters say so" {
    id=$(polite web)
    box other
    is "$(state web)" "running true false"
    fails 1 hako unpause web
    has "$output" "hako: Container $id is not paused"
    is "$(hako pause web)" web
    frozen web
    n=$(counted web)
    is "$(state web)" "paused true true"
    has "$(hako ps -f name=web --format '{{.State}} {{.Status}}')" "paused Up "
    has "$(hako ps -f name=web --format '{{.Status}}')" " (Paused)"
    is "$(hako ps -f status=paused --format '{{.Names}}')" web
    is "$(hako ps -f status=running --format '{{.Names}}')" other
    is "$(hako info -f '{{.ContainersRunning}} {{.ContainersPaused}}')" "1 1"
    is "$(hako __complete unpause '' | cut -f 1)" web
    is "$(hako __complete pause '' | cut -f 1)" other
    fails 1 hako pause web
    has "$output" "hako: Container $id is already paused"
    is "$(counted web)" "$n"
    is "$(hako unpause web)" web
    is "$(state web)" "running true false"
    wait_for 60 eval '[ "$(counted web)" -gt "$n" ]'
}

@test "several at once: those that can are, and the exit code tells of the rest" {
    box one
    box two
    fails 1 hako pause one nosuch two
    has "$output" "No such container: nosuch"
    is "$(grep -cE '^(one|two)$' <<<"$output")" 2
    is "$(hako container unpause one two)" "one
two"
}

@test "one that does not run cannot be paused" {
    hako create --network none --name box $I true >/dev/null
    id=$(hako inspect -f '{{.Id}}' box)
    for _ in created stopped; do
        for command in pause unpause; do
            fails 1 hako $command box
            has "$output" "container $id is not running"
        done
        hako start -a box
    done
    fails 1 hako pause
    fails 1 hako unpause nosuch
    has "$output" "No such container: nosuch"
}

@test "exec, start and rm of a paused container are refused in docker's words" {
    id=$(box web)
    hako pause web
    fails 1 hako exec web true
    is "$output" "hako: Container $id is paused, unpause the container before exec"
    for command in start "start -a"; do
        fails 1 hako $command web
        is "$output" "hako: cannot start a paused container, try unpause instead"
    done
    fails 1 hako rm web
    is "$output" 'hako: cannot remove container "web": container is paused and must be unpaused first'
    is "$(state web)" "paused true true"
}

@test "stop lets it go on to end in order; its deaf neighbour is killed in time" {
    polite web
    hako pause web
    is "$(hako stop -t 60 web)" web
    is "$(code web)" 7
    box deaf sh -c 'trap "" TERM; sleep 1000'
    hako pause deaf
    hako stop -t 0 deaf
    is "$(code deaf)" 137
}

@test "kill: SIGKILL ends it as it is, its stop signal lets it go on, others wait for the unpause" {
    box web
    hako pause web
    is "$(hako kill web)" web
    is "$(hako wait web)" 137
    polite plain
    hako pause plain
    hako kill -s TERM plain
    is "$(hako wait plain)" 7
    polite own --stop-signal TERM
    hako pause own
    hako kill -s USR1 own
    is "$(state own)" "paused true true"
    hako unpause own
    wait_for 60 logged own usr
    hako pause own
    hako kill -s SIGTERM own
    is "$(hako wait own)" 7
}

@test "rm -f, also of one that --rm removes" {
    box web
    id=$(hako run -d --rm --network none --name brief $I sleep 1000 2>/dev/null)
    hako pause web brief
    is "$(hako rm -f web)" web
    hako stop -t 0 brief
    is "$(hako ps -aq)" ""
    wait_for 60 test ! -e "$HAKO_ROOT/containers/$id" # what it wrote goes after its end
}

@test "wait, logs and attach go on with a paused container" {
    polite web
    hako wait web >"$BATS_TEST_TMPDIR/wait" &
    local waiter=$!
    hako pause web
    is "$(hako logs web)" ready
    hako attach --no-stdin web >"$BATS_TEST_TMPDIR/attach" &
    local attached=$!
    hako unpause web
    wait_for 60 eval 'hako kill -s USR1 web; grep -q usr "$BATS_TEST_TMPDIR/attach"'
    hako pause web
    hako kill web
    wait $waiter
    is "$(cat "$BATS_TEST_TMPDIR/wait")" 137
    local code=0
    wait $attached || code=$?
    is $code 137
}

@test "the kernel knows: a group that others froze is paused, and thawed it runs" {
    box web
    echo 1 >"$(group web)/cgroup.freeze"
    is "$(state web)" "paused true true"
    is "$(hako unpause web)" web
    hako pause web
    echo 0 >"$(group web)/cgroup.freeze"
    is "$(state web)" "running true false"
    hako exec web true
}

@test "SIGTERM to the monitor reaches a paused container" {
    polite web
    hako pause web
    kill -TERM "$(hako inspect -f '{{.State.MonitorPid}}' web)"
    is "$(hako wait web)" 7
}

@test "kill -9 of the monitor of a paused container: the next command clears it away" {
    box web
    hako pause web
    local group
    group=$(group web)
    kill -KILL "$(hako inspect -f '{{.State.MonitorPid}}' web)"
    wait_for 60 eval '[ "$(hako inspect -f "{{.State.Status}}" web)" = exited ]'
    [ ! -e "$group" ]
    is "$(hako start web)" web
    is "$(state web)" "running true false"
}

# cgroup.freeze is written and the freezing waited for: whenever the command dies, unpause works.
@test "kill -9 of pause and unpause at every few system calls leaves a container that goes on" {
    box web
    local command n code
    for command in pause unpause; do
        for ((n = 3, code = 0; code == 0; n += 9)); do
            [ $command = pause ] || hako pause web
            timeout 60 "$HAKO_BUILD/tests/cli/kill_at" 0 $n "$HAKO_BUILD/hako" $command web \
                >/dev/null 2>&1 || code=$?
            [ "$(hako inspect -f '{{.State.Paused}}' web)" = false ] || hako unpause web
            is "$(timeout 60 "$HAKO_BUILD/hako" exec web echo alive)" alive
        done
        is $code 3
    done
}
