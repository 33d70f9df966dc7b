# SPDX-License-Identifier: MIT
# New, joined and mixed namespaces; id maps; clocks.

load ../lib/hako
load bundle

setup() {
    hako_setup
    bundle
}

other_ns() { [ "$(readlink "/proc/$1/ns/$2")" != "$(readlink "/proc/self/ns/$2")" ]; }

userns='.linux.namespaces += [{type: "user"}]
    | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
    | .linux.gidMappings = [{containerID: 0, hostID: 200000, size: 65536}]'

@test "a user namespace: root inside, nobody outside, and everything still mounts" {
    config "$userns"
    chown -R 100000:200000 "$R"
    is "$(in_box id)" "uid=0 gid=0 groups= umask=0022"
    is "$(in_box stat /dev/null | cut -d' ' -f1,4-)" "c 1:3 /dev/null"
    run in_box fstype /proc ';' fstype /sys ';' fstype /dev/mqueue ';' cat /proc/keys
    is "$output" "9fa0
62656572
19800202"
    in_box write /made x
    is "$(stat -c %u:%g "$R/made")" 100000:200000
}

@test "a terminal in a user namespace" {
    config "$userns | .process.terminal = true"
    chown -R 100000:200000 "$R"
    has "$(in_box tty | tr -d '\r')" "tty=1 ctty=1 console=1"
}

@test "paths are joined" {
    unshare --uts sh -c 'hostname joined; exec sleep 100' &
    local pid=$!
    wait_for 5 other_ns $pid uts
    config 'del(.hostname) | .linux.namespaces |= map(if .type == "uts" then .path = $p else . end)' --arg p "/proc/$pid/ns/uts"
    wait_for 5 eval '[ "$(in_box hostname)" = "joined (none)" ]'
    kill $pid
    wait $pid || :
}

@test "a pid namespace is joined" {
    unshare --pid --fork --kill-child sh -c 'exec sleep 100' &
    local pid=$! inner
    wait_for 5 pgrep -P $pid
    inner=$(pgrep -P $pid)
    config '.linux.namespaces |= map(if .type == "pid" then .path = $p else . end)' --arg p "/proc/$inner/ns/pid"
    run in_box pid
    [[ $output == pid=[2-9]* ]]
    is "$(in_box cat /proc/1/comm)" sleep
    kill -9 "$inner" # unshare itself takes no SIGTERM
    wait $pid || :
}

@test "a path of the wrong kind is an error" {
    config '.linux.namespaces |= map(if .type == "network" then .path = "/proc/self/ns/uts" else . end)'
    run in_box true
    is "$status" 125
    has "$output" "/proc/self/ns/uts is not a network namespace"
    config '.linux.namespaces |= map(if .type == "network" then .path = "/etc/passwd" else . end)'
    run in_box true
    has "$output" "/etc/passwd is no namespace"
}

@test "a user namespace is joined, with new ones that it owns" {
    unshare --user --net sleep 100 &
    local pid=$!
    wait_for 5 other_ns $pid net
    echo 0 100000 65536 >/proc/$pid/uid_map
    echo 0 100000 65536 >/proc/$pid/gid_map
    chown -R 100000:100000 "$R"
    config '.linux.namespaces |= map(if .type == "network" then .path = $n else . end)
        | .linux.namespaces += [{type: "user", path: $u}]' --arg n "/proc/$pid/ns/net" --arg u "/proc/$pid/ns/user"
    is "$(in_box pid)" "pid=1 ppid=0 sid=1"
    is "$(in_box fstype /proc)" 9fa0
    kill $pid
    wait $pid || :
}

@test "a new user namespace beside a joined network namespace" {
    ip netns add joined
    config "$userns"' | .linux.namespaces |= map(if .type == "network" then .path = "/run/netns/joined" else . end)'
    chown -R 100000:200000 "$R"
    is "$(in_box pid)" "pid=1 ppid=0 sid=1"
    ip -n joined link set lo up
    has "$(in_box cat /proc/net/if_inet6)" lo
    ip netns del joined
}

@test "a time namespace has its offsets" {
    [ -e /proc/self/ns/time ] || skip "no time namespaces"
    config '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {boottime: {secs: 1000000}}'
    local now
    now=$(cut -d. -f1 /proc/uptime)
    [ "$(in_box clock)" -gt $((now + 999000)) ]
    config 'del(.linux.timeOffsets)'
    [ "$(in_box clock)" -lt $((now + 1000)) ]
    is "$(readlink /proc/self/ns/time)" "$(readlink /proc/1/ns/time)"
}
