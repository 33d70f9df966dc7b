# SPDX-License-Identifier: MIT
# linux.netDevices: links of the host move into the container, with their addresses.

load ../lib/hako
load bundle

setup() {
    hako_setup
    bundle
    ip link add outer type veth peer name mate
    ip link set mate up
    ip netns add seen
}

teardown() {
    ip netns del seen
    ip link del mate 2>/dev/null || : # one end in a namespace that has ended takes both
    hako_teardown
}

# The container's namespace is one that can be looked into afterwards.
in_seen() { config '.linux.namespaces |= map(if .type == "network" then .path = "/run/netns/seen" else . end)'; }
inside() { ip -n seen "$@"; }

# bats test_tags=host-only
# covers: /linux/netDevices/*/name
@test "a device moves with its permanent global addresses, and is up" {
    ip addr add 10.9.8.7/24 brd + dev outer
    ip addr add 10.9.8.8/24 dev outer
    ip addr add 10.7.7.1 peer 10.7.7.2/32 dev outer
    ip addr add fd00:9::7/64 dev outer nodad
    ip addr add 169.254.3.4/16 scope link dev outer
    ip addr add 10.99.0.1/24 valid_lft 1000 preferred_lft 1000 dev outer
    in_seen
    config '.linux.netDevices = {outer: {}}'
    in_box true
    ! ip link show outer 2>/dev/null
    is "$(inside -j addr show outer | jq -r '.[0].flags | contains(["UP"])')" true
    is "$(inside -j addr show outer | jq -r '.[0].addr_info[] | select(.scope == "global")
        | [.local, .address // "-", .prefixlen, .broadcast // "-"] | join(" ")')" "10.9.8.7 - 24 10.9.8.255
10.7.7.1 10.7.7.2 32 -
10.9.8.8 - 24 -
fd00:9::7 - 64 -"
    lacks "$(inside addr show outer)" 169.254.3.4
    has "$(inside route)" "10.9.8.0/24 dev outer"
}

# bats test_tags=host-only
@test "a device is renamed, to the first number that is free where it says %d" {
    ip link add second type veth peer name mate2
    inside link add eth0 type veth peer name other
    in_seen
    config '.linux.netDevices = {outer: {name: "eth%d"}, second: {name: "lan-x"}}'
    in_box true
    is "$(inside -j link | jq -r '[.[].ifname] | sort | join(" ")')" "eth0 eth1 lan-x lo other"
    ip link del mate2
}

# bats test_tags=host-only
@test "its sysctls are written after it came" {
    config '.linux.netDevices = {outer: {name: "a.b"}} | .linux.sysctl = {"net/ipv4/conf/a.b/forwarding": "1"}'
    is "$(in_box cat /proc/sys/net/ipv4/conf/a.b/forwarding)" 1
}

# bats test_tags=host-only
@test "in a user namespace, too" {
    in_seen
    config '.linux.netDevices = {outer: {}} | .linux.namespaces += [{type: "user"}]
        | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
    chown -R 100000:100000 "$R"
    in_box true
    inside link show outer
}

# bats test_tags=host-only
@test "a name that is taken, or a device that is not there, is an error before anything moves" {
    inside link add taken type veth peer name other
    in_seen
    config '.linux.netDevices = {outer: {name: "taken"}}'
    run in_box true
    is "$status" 125
    has "$output" "/linux/netDevices/outer: the container's network namespace has a link taken already"
    ip link show outer
    config '.linux.netDevices = {nosuch: {}}'
    run in_box true
    is "$status" 125
    has "$output" "/linux/netDevices/nosuch: look up link nosuch: No such device"
    config '.linux.netDevices = {lo: {name: "lo1"}}'
    run in_box true
    is "$status" 125
    has "$output" "/linux/netDevices/lo: move link lo"
}

# bats test_tags=host-only
@test "a container that never came to be gives its devices back as they were" {
    ip addr add 10.9.8.7/24 dev outer
    ip link set outer up
    config '.linux.netDevices = {outer: {name: "inner"}} | .process.args = ["nosuch"]'
    fails 127 launch "$B"
    is "$(ip -j addr show outer | jq -r '.[0].addr_info[] | select(.scope == "global").local')" 10.9.8.7
    is "$(ip -j link show outer | jq -r '.[0].flags | contains(["UP"])')" true
    # One of two fails: the other goes back, and stays down as it was.
    ip link set outer down
    config '.linux.netDevices = {outer: {}, zzz: {}} | .process.args = ["init", "true"]'
    run in_box true
    is "$status" 125
    is "$(ip -j addr show outer | jq -r '.[0].addr_info[] | select(.scope == "global").local')" 10.9.8.7
    is "$(ip -j link show outer | jq -r '.[0].flags | contains(["UP"])')" false
}

# bats test_tags=host-only
@test "what cannot be is refused with its field" {
    local row
    for row in '{outer: {name: "a/b"}}' '{outer: {name: "sixteen-letters-"}}' '{outer: {name: "a%db%d"}}' '{outer: {name: "a%s"}}' \
        '{outer: {name: "."}}' '{"out%d": {}}' '{outer: {name: "a b"}}'; do
        config ".linux.netDevices = $row"
        run in_box true
        is "$status" 125
        has "$output" "not a name that an interface can have"
    done
    config '.linux.netDevices = {outer: {name: "x"}, other: {name: "x"}}'
    run in_box true
    has "$output" "another device has this name in the container"
    config '.linux.netDevices = {outer: {}} | .linux.namespaces |= map(select(.type != "network"))'
    run in_box true
    has "$output" "/linux/netDevices: needs a network namespace"
    config '.linux.namespaces += [{type: "network", path: "/proc/self/ns/net"}]'
    run in_box true
    has "$output" "/linux/netDevices: not allowed in the host's network namespace"
    ip link show outer
}
