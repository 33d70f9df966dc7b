# SPDX-License-Identifier: MIT
# create, start, state, kill, delete: statuses, errors, and nothing left.

load ../lib/hako
load bundle

setup() {
    hako_setup
    bundle
    command_is init pause
}

teardown() {
    for id in $(lifecycle list | cut -d' ' -f1); do
        lifecycle delete "$id" force
    done
    hako_teardown
}

status_of() { lifecycle state "$1" | jq -r .status; }

@test "created, running, stopped, gone" {
    create box "$T/pid"
    is "$(status_of box)" created
    is "$(lifecycle state box | jq .pid)" "$(cat "$T/pid")"
    lifecycle start box
    is "$(status_of box)" running
    wait_for 60 grep -q ready "$T/out"
    run lifecycle start box
    has "$output" "cannot start an already running container"
    run lifecycle delete box
    has "$output" "not stopped: running"
    lifecycle kill box TERM
    wait_for 60 eval '[ "$(status_of box)" = stopped ]'
    run lifecycle kill box TERM
    has "$output" "container not running"
    lifecycle delete box
    run lifecycle state box
    has "$output" 'container "box" does not exist'
    fails 1 lifecycle delete box
    lifecycle delete box force
    is "$(ls -A "$T/oci")" ""
}

# bats test_tags=host-only
@test "ids: taken, malformed" {
    create box
    run create box
    has "$output" "container with given ID already exists"
    is "$(status_of box)" created
    for id in ../x .hidden a/b ''; do
        run create "$id"
        is "$status" 1
    done
}

# bats test_tags=host-only
@test "a create that fails leaves nothing" {
    command_is nosuch
    fails 1 create box
    has "$output" "executable file not found"
    config '.mounts += [{destination: "/x", source: "/no/such", options: ["bind"]}]'
    fails 1 create box
    is "$(ls -A "$T/oci")" ""
}

# bats test_tags=host-only
@test "the exec's error reaches start" {
    echo '#!/no/such' >"$R/etc/script"
    chmod +x "$R/etc/script"
    command_is /etc/script
    create box
    fails 127 lifecycle start box
    has "$output" "exec /etc/script: no such file or directory"
    is "$(status_of box)" stopped
}

# Engines ask whether the process has ended as soon as start has failed. Here it takes long to: it
# waits for a process of its namespace, whose parent, outside, is stopped and does not reap it.
# bats test_tags=host-only
@test "a start whose exec fails returns when the process has ended" {
    local pid holder starter child
    echo '#!/no/such' >"$R/etc/script"
    chmod +x "$R/etc/script"
    command_is /etc/script
    create box "$T/pid"
    pid=$(cat "$T/pid")
    nsenter --pid --target "$pid" sleep 1000 3>&- &
    holder=$!
    wait_for 30 pgrep -P $holder -x sleep >/dev/null
    kill -STOP $holder
    { lifecycle start box || :; grep State "/proc/$pid/status" || echo gone; } >"$T/at-return" 2>&1 3>&- &
    starter=$!
    child=$(pgrep -P $holder)
    wait_for 30 grep -q 'State:.*Z' "/proc/$child/status" # the container's process is at its end
    wait_for 30 eval 'grep -qE "^State|^gone" "$T/at-return" || waits_for_process'
    kill -CONT $holder
    wait $starter
    wait $holder || : # by the signal that its child had
    grep -qE '^State:.*Z|^gone' "$T/at-return" || { cat "$T/at-return"; return 1; }
}
waits_for_process() { readlink /proc/[0-9]*/fd/* | grep -q pidfd; }

# bats test_tags=host-only
@test "a container that died before its start says so" {
    create box "$T/pid"
    kill -9 "$(cat "$T/pid")"
    wait_for 60 eval '[ "$(status_of box)" = stopped ]'
    run lifecycle start box
    has "$output" "cannot start a container that has stopped"
}

@test "exec joins the container and its cgroup" {
    create box
    lifecycle start box
    is "$(lifecycle exec box init pid)" "pid=2 ppid=0 sid=2"
    is "$(lifecycle exec box init cat /proc/self/cgroup | grep '^0:')" "0::/"
    fails 7 lifecycle exec box init exit 7
    lifecycle kill box KILL all
    wait_for 60 eval '[ "$(status_of box)" = stopped ]'
    run lifecycle exec box init true
    has "$output" "container not running"
}

# bats test_tags=host-only
@test "the config is fixed by create" {
    create box
    command_is init exit 5
    lifecycle start box
    is "$(status_of box)" running
}

# bats test_tags=host-only
@test "list shows every container, in order" {
    create b
    bundle other
    create a
    is "$(lifecycle list)" "a created
b created"
}

# bats test_tags=host-only
@test "a terminal without anybody to hold it is refused" {
    config '.process.terminal = true'
    fails 1 create box
    has "$output" "without setting console socket"
}

# bats test_tags=host-only
@test "an engine that forbids all devices still gets a terminal and /dev/null" {
    config '.linux.resources = {devices: [{allow: false, access: "rwm"}]}'
    command_is init stat /dev/null ';' write /dev/null x ';' cat /dev/mem
    mkdir -p "$R/dev"
    config '.linux.devices = [{type: "c", path: "/dev/mem", major: 1, minor: 1}]'
    create box
    lifecycle start box
    wait_for 60 grep -q mem "$T/out"
    has "$(cat "$T/out")" "/dev/mem: Operation not permitted"
    lacks "$(cat "$T/out")" "/dev/null: "
}

# bats test_tags=host-only
# covers: /linux/intelRdt/closID /linux/intelRdt/schemata /linux/intelRdt/l3CacheSchema /linux/intelRdt/memBwSchema
# covers: /linux/intelRdt/enableMonitoring
@test "classes of service fail clearly where no resctrl is mounted, and what cannot be always does" {
    local row
    ! grep -q ' resctrl ' /proc/self/mounts || skip "resctrl is mounted here"
    for row in '{}' '{closID: "gold"}' '{closID: "/"}' '{schemata: ["L3:0=f"]}' '{l3CacheSchema: "L3:0=f"}' \
        '{memBwSchema: "MB:0=10"}' '{enableMonitoring: true}'; do
        config ".linux.intelRdt = $row"
        run create rdt
        is "$status" 1
        has "$output" "/linux/intelRdt: no resctrl file system is mounted"
    done
    for row in '{closID: "a/b"}' '{closID: ".."}' '{closID: "/a"}'; do
        config ".linux.intelRdt = $row"
        run create rdt
        has "$output" "/linux/intelRdt/closID: expected the name of a directory"
    done
    config '.linux.intelRdt = {memBwSchema: "L3:0=f"}'
    run create rdt
    has "$output" "/linux/intelRdt/memBwSchema"
    is "$(ls "$T/oci")" ""
}

# bats test_tags=host-only
# covers: kill delete
@test "without a pid namespace of its own, all processes of the container end with SIGKILL or delete" {
    local way
    for way in kill delete; do
        command_is init pause
        config '.linux.namespaces |= map(select(.type != "pid"))'
        create "free-$way"
        lifecycle start "free-$way"
        wait_for 60 grep -q ready "$T/out"
        lifecycle exec "free-$way" init pause >"$T/second" 2>&1 &
        wait_for 60 grep -q ready "$T/second"
        if [ $way = kill ]; then
            lifecycle kill "free-$way" KILL
            wait $! || :
            wait_for 60 eval '[ "$(lifecycle state free-kill | jq -r .status)" = stopped ]'
        else
            kill -9 "$(lifecycle state "free-$way" | jq -r .pid)" # the first alone
            wait_for 60 eval '[ "$(lifecycle state free-delete | jq -r .status)" = stopped ]'
            kill -0 $!
        fi
        lifecycle delete "free-$way"
        wait $! || :
    done
}

@test "a container that may write to its cgroup tree owns it, but not its limits" {
    local group
    config '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
        | .linux.gidMappings = .linux.uidMappings
        | .mounts |= map(if .type == "cgroup" then .options -= ["ro"] else . end)'
    chown -R 100000:100000 "$R"
    command_is init pause
    create owned
    group=$(sed -n 's/^0:://p' "/proc/$(lifecycle state owned | jq -r .pid)/cgroup")
    group=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)$group
    is "$(stat -c %u "$group" "$group/cgroup.procs" "$group/cgroup.subtree_control" "$group/cgroup.threads" | sort -u)" 100000
    is "$(stat -c %u "$group/cgroup.max.descendants" "$group/cgroup.freeze" | sort -u)" 0
    lifecycle start owned
    lifecycle exec owned init mkdir /sys/fs/cgroup/inner
    [ -d "$group/inner" ]
    lifecycle delete owned force
    # Read-only, or without a cgroup namespace: nothing is given.
    config '.mounts |= map(if .type == "cgroup" then .options += ["ro"] else . end)'
    create owned
    is "$(stat -c %u "$group")" 0
    lifecycle delete owned force
    config '.mounts |= map(if .type == "cgroup" then .options -= ["ro"] else . end) | .linux.namespaces |= map(select(.type != "cgroup"))'
    create owned
    is "$(stat -c %u "$group")" 0
    lifecycle delete owned force
}
