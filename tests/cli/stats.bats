#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# hako stats: columns, numbers, who appears and disappears, a terminal. What needs the controllers of
# cgroup v2 is in vm/stats.bats.

load ../lib/hako

HEADER="CONTAINER ID NAME CPU % MEM USAGE / LIMIT MEM % NET I/O BLOCK I/O PIDS"

setup_file() {
    hako_setup_file
    hako load -q -i "$(fixture small)/docker.tar"
    hako tag hako.test/small box
    export PATH=$HAKO_BUILD:$PATH
}

# Looks that follow each other quickly, into $T/looks.
watch_stats() {
    : >"$T/looks" # those of another watch are not this one's
    "$HAKO_BUILD/hako" stats -i 100ms --format '{{.Name}}' "$@" >"$T/looks" 2>"$T/errors" 3>&- &
    watcher=$!
}
teardown() {
    [ -z "${watcher:-}" ] || kill "$watcher" 2>/dev/null || :
    hako_teardown
}
last_looks() { tail -n 3 "$T/looks"; }
shows() { last_looks | grep -qx "$1"; }
# Two names in one look follow each other; a look of one has it alone.
hides() { [ -s "$T/looks" ] && ! last_looks | grep -qx "$1"; }

# bats test_tags=host-only
@test "of nothing: a header, no line of JSON, and no such container" {
    is "$(hako stats --no-stream | xargs)" "$HEADER"
    is "$(hako stats --no-stream --format json)" ""
    is "$(hako container stats -a --no-stream --pressure | xargs)" \
        "$HEADER CPU SOME / FULL MEM SOME / FULL I/O SOME / FULL"
    fails 1 hako stats --no-stream nosuch other
    has "$output" "No such container: nosuch"
    has "$output" "No such container: other"
    fails 1 hako stats --no-stream --format '{{.Nosuch'
    has "$output" "template: 1:1: unclosed action"
    fails 125 hako stats -i 0
    has "$output" "--interval must be greater than 0"
}

@test "one look: CPU of one CPU, docker's keys and the numbers behind them" {
    hako run -d --name busy --network none box sh -c 'while :; do :; done'
    hako run -d --name idle --network none box sleep 1000
    wait_for 60 grep -qx sleep "/proc/$(hako inspect -f '{{.State.Pid}}' idle)/comm"
    hako create --name made --network none box true
    group=$(findmnt -nro TARGET -t cgroup2 | head -n 1)$(hako inspect -f '{{.State.CgroupPath}}' busy)
    used() { awk '/^usage_usec/ { print $2 }' "$group/cpu.stat"; }
    before=$(used) start=${EPOCHREALTIME/./}
    hako stats --no-stream -a --no-trunc --format json 2>"$T/errors" >"$T/json"
    us=$((${EPOCHREALTIME/./} - start)) after=$(used)
    is "$(jq -r .Name "$T/json" | xargs)" "made idle busy"
    is "$(jq -r 'select(.Name == "idle") | .ID' "$T/json")" "$(hako inspect -f '{{.Id}}' idle)"
    is "$(jq -c 'keys - ["BlockRead", "BlockWrite", "CPUNano", "CPUPercentage", "CPUSystemNano",
        "Memory", "MemoryLimit", "MemoryPercentage", "NetworkRx", "NetworkTx", "PidsCurrent"]' \
        "$T/json" | uniq)" \
        '["BlockIO","CPUPerc","Container","ID","MemPerc","MemUsage","Name","NetIO","PIDs"]'
    # It was looked at for a second or more of these $us, the rest of which it was busy, too; what it
    # had of the CPU is the machine's affair.
    jq -se --argjson before "$before" --argjson after "$after" --argjson us "$us" \
        'map({key: .Name, value: .}) | from_entries |
        ($after - $before) as $used | (.busy.CPUPercentage / 100) as $share |
        $share * 1000000 < $used + 100000 and $share * $us > $used - ($us - 1000000) - 100000 and
        .busy.CPUNano / 1000 >= $before and .busy.CPUNano / 1000 <= $after and .idle.CPUPercentage < 5 and
        $share > 0 and (.busy.CPUPerc | test("^[0-9]+[.][0-9][0-9]%$")) and
        ((.busy.CPUPerc | rtrimstr("%") | tonumber) - .busy.CPUPercentage | fabs) < 0.006' "$T/json" ||
        { echo "$before $after $us"; cat "$T/json"; false; }
    is "$(jq -c 'select(.Name == "made") | [.CPUPerc, .MemUsage, .MemPerc, .NetIO, .BlockIO, .PIDs,
        .Memory, .PidsCurrent]' "$T/json")" \
        '["0.00%","0B / 0B","0.00%","0B / 0B","0B / 0B","0",0,0]'
    # As they were asked for, in that order.
    is "$(hako stats --no-stream -i 50ms --format '{{.Container}}={{.Name}}' made busy made 2>&- | xargs)" \
        "made=made busy=busy"
    lacks "$(hako stats --no-stream -i 1ms --format '{{.CPUPerc}}' busy 2>&-)" --
    is "$(hako stats --no-stream -i 50ms --format 'table {{.Name}}\t{{.PIDs}}' made 2>&- | xargs)" \
        "NAME PIDS made 0"
}

# bats test_tags=host-only
@test "what is not counted on this host is named once, with the reason" {
    hako run -d --name idle --network none box sleep 1000
    hako stats --no-stream --format '{{.MemUsage}} {{.MemPerc}} {{.BlockIO}} {{.PIDs}}' idle \
        >"$T/out" 2>"$T/errors"
    if grep -qw memory /sys/fs/cgroup/cgroup.controllers; then
        is "$(cat "$T/errors")" ""
        lacks "$(cat "$T/out")" "--"
    else
        is "$(cat "$T/out")" "-- / -- -- -- --"
        has "$(cat "$T/errors")" "memory is held by cgroup v1 at /sys/fs/cgroup/"
        is "$(wc -l <"$T/errors")" 1
        is "$(hako stats --no-stream --format json idle 2>&- |
            jq -c '[.Memory, .MemoryLimit, .MemoryPercentage, .BlockRead, .PidsCurrent]')" \
            '[null,null,null,null,null]'
    fi
}

# bats test_tags=host-only
@test "network bytes are those that the container counts, also for who shares its network" {
    local inside
    hako run -d --name net box sleep 1000
    hako run -d --name guest --network container:net box sleep 1000
    hako run -d --name alone --network none box sleep 1000
    hako run -d --name host --network host box sleep 1000
    hako exec net ping -c 3 -s 1000 -A "$(hako network inspect -f '{{(index .IPAM.Config 0).Gateway}}' bridge)"
    inside() { hako exec net awk '$1 == "eth0:" { print $2, $10 }' /proc/net/dev; }
    outside() { hako stats --no-stream -i 20ms --format '{{.NetworkRx}} {{.NetworkTx}}' "$1" 2>&-; }
    same() { inside=$(inside) && [ "$(outside net)" = "$inside" ] && [ "$(outside guest)" = "$inside" ]; }
    wait_for 60 same
    [ "${inside% *}" -gt 3000 ] && [ "${inside#* }" -gt 3000 ]
    has "$(hako stats --no-stream -i 20ms --format '{{.NetIO}}' net 2>&-)" "kB / "
    is "$(outside alone) $(outside host)" "0 0 0 0"
}

# bats test_tags=host-only
@test "containers appear when they start and disappear when they stop" {
    hako run -d --name first --network none box sleep 1000
    watch_stats
    wait_for 60 shows first
    hako run -d --name second --network none box sleep 1000
    wait_for 60 shows second
    shows first
    hako stop -t 0 first
    wait_for 60 hides first
    shows second
    hako start first
    wait_for 60 shows first
    hako run -d --rm --name third --network none box sleep 1000
    wait_for 60 shows third
    hako stop -t 0 third
    wait_for 60 hides third
    hako rm -f second
    wait_for 60 hides second
    is "$(grep -v 'not counted here' "$T/errors")" ""
}

# bats test_tags=host-only
@test "with -a they come with their creation and go with their removal" {
    watch_stats -a
    hako create --name made --network none box true
    wait_for 60 shows made
    hako start made
    hako wait made
    hako run -d --name other --network none box sleep 1000
    wait_for 60 shows other
    shows made
    hako rm -f made
    wait_for 60 hides made
}

# bats test_tags=host-only
@test "those that are named stay until the last is removed" {
    hako run -d --name one --network none box sleep 1000
    hako run -d --name two --network none box sleep 1000
    watch_stats one two
    wait_for 60 shows two
    hako stop -t 0 one
    hako run -d --name three --network none box sleep 1000
    hako rm -f two
    wait_for 60 hides two
    shows one
    hako rm one
    wait "$watcher"
    lacks "$(cat "$T/looks")" three
}

# bats test_tags=host-only
@test "a reader that leaves ends it" {
    hako run -d --name idle --network none box sleep 1000
    is "$(timeout 60 hako stats -i 20ms --format '{{.Name}}' 2>&- | head -n 1)" idle
}

# bats test_tags=host-only
@test "on a terminal the table is redrawn in place, cut to size, until Ctrl-C" {
    hako run -d --name first --network none box sleep 1000
    expect -f - <<'X'
set timeout 60
set stty_init "rows 30 columns 60"
proc must {what} {
    expect {
        -re $what {}
        timeout { puts "\nno $what in time"; exit 99 }
        eof { puts "\nthe end instead of $what"; exit 98 }
    }
}
spawn bash -c {trap : INT; hako stats -i 100ms; echo code $?}
# The first look comes at once, when there is no difference yet.
must {\x1b\[HCONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT   MEM %\x1b\[K\r\n}
must {first     -- +[^\r]*\x1b\[K\r\n}
must {\x1b\[J\x1b\[HCONTAINER ID}
must {first     [0-9.]+%}
exec -ignorestderr hako run -d --name second --network none box sleep 1000
must {second    [0-9.]+%}
stty rows 3 columns 132 < $spawn_out(slave,name)
must {MEM USAGE / LIMIT   MEM %     NET I/O +BLOCK I/O   PIDS\x1b\[K\r\n… [0-9] more\x1b\[K\r\n\x1b\[J}
send "\003"
must {code 130}
X
}
