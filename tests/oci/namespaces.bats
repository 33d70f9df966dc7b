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

# The namespaces that a container's process is in, as lines "KIND:[INODE]" in the order of $kinds.
kinds="pid net mnt ipc uts cgroup time user"
namespaces_of_box() {
    local k
    in_box stat $(for k in $kinds; do echo /proc/self/ns/$k; done) | awk '{ print $7 }'
}

all_new='.linux.namespaces = [("pid", "network", "mount", "ipc", "uts", "cgroup", "time", "user") | {type: .}]
    | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
    | .linux.gidMappings = [{containerID: 0, hostID: 200000, size: 65536}]'

# bats test_tags=host-only
# covers: /linux/namespaces/*/type=*
@test "each kind of namespace is new when it is listed, and the caller's when it is not" {
    local k got type
    config "$all_new"
    chown -R 100000:200000 "$R"
    got=$(namespaces_of_box)
    is "$(wc -l <<<"$got")" 8
    for k in $kinds; do lacks "$got" "$(readlink /proc/self/ns/$k)"; done
    for k in pid:pid net:network ipc:ipc uts:uts cgroup:cgroup time:time; do
        type=${k#*:} k=${k%:*}
        config "$all_new"' | del(.hostname) | .linux.namespaces |= map(select(.type != $t))' --arg t "$type"
        [ $k != ipc ] || config '.mounts |= map(select(.type != "mqueue"))'
        got=$(namespaces_of_box)
        has "$got" "$(readlink /proc/self/ns/$k)"
        is "$(grep -cxF "$(for k in $kinds; do readlink /proc/self/ns/$k; done)" <<<"$got")" 1
    done
}

# bats test_tags=host-only
# covers: /linux/namespaces/*/path
@test "each kind of namespace is joined by its path" {
    local k type pid
    unshare --pid --fork --kill-child --net --ipc --uts --cgroup --time sh -c 'exec sleep 1000' &
    wait_for 60 pgrep -P $!
    pid=$(pgrep -P $!)
    for k in pid:pid net:network ipc:ipc uts:uts cgroup:cgroup time:time; do
        type=${k#*:} k=${k%:*}
        bundle
        config '.linux.namespaces |= map(select(.type != $t)) + [{type: $t, path: $p}]' \
            --arg t "$type" --arg p "/proc/$pid/ns/$k"
        has "$(namespaces_of_box)" "$(readlink /proc/$pid/ns/$k)"
    done
    kill -9 "$pid"
    wait $! || :
}

# bats test_tags=host-only
@test "a mount namespace is joined: its root is the container's" {
    unshare --mount sh -c "mount -t tmpfs inner $R/etc && touch $R/etc/inside && exec sleep 1000" &
    wait_for 60 test -e /proc/$!/root"$R"/etc/inside
    command_is "$R/bin/init" ls "$R/etc"
    config '.linux.namespaces |= map(if .type == "mount" then .path = $p else . end) | .mounts = []
        | .linux.maskedPaths = [] | .linux.readonlyPaths = []' --arg p /proc/$!/ns/mnt
    is "$(launch "$B")" inside
    kill $!
    wait $! || :
}

# bats test_tags=host-only
# covers: /linux/namespaces/*/type=mount
@test "without a mount namespace the container's mounts are the caller's, and go with it" {
    local before
    config '.linux.namespaces |= map(select(.type != "mount")) | .linux.maskedPaths = [] | .linux.readonlyPaths = []'
    before=$(cat /proc/self/mounts)
    command_is init pause
    create shared
    has "$(cat /proc/self/mounts)" " $R/proc proc "
    lifecycle start shared
    is "$(lifecycle exec shared init ls /)" "bin
dev
etc
proc
sys"
    is "$(lifecycle exec shared init stat /proc/self/ns/mnt | awk '{ print $7 }')" "$(readlink /proc/self/ns/mnt)"
    lifecycle exec shared init fstype /proc
    lifecycle kill shared KILL
    lifecycle delete shared force
    is "$(cat /proc/self/mounts)" "$before"
    # A create that fails, or is killed, leaves nothing either.
    config '.mounts += [{destination: "/x", type: "nosuchfs", source: "x"}]'
    run create broken
    is "$status" 1
    is "$(cat /proc/self/mounts)" "$before"
    is "$(ls "$T/oci")" ""
}

# bats test_tags=host-only
@test "a config that would change the host's network namespace is refused, also by its path" {
    config '.linux.namespaces |= map(if .type == "network" then .path = "/proc/self/ns/net" else . end)
        | .linux.sysctl = {"net.ipv4.ip_forward": "1"}'
    run in_box true
    is "$status" 125
    has "$output" "/linux/sysctl/net.*: not allowed in the host's network namespace"
    config 'del(.linux.sysctl)'
    in_box true
}

# bats test_tags=host-only
# covers: /linux/uidMappings/*/* /linux/gidMappings/*/*
@test "id maps have as many extents as they need, which may not overlap" {
    config "$userns"'
        | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 10}, {containerID: 10, hostID: 300000, size: 5},
            {containerID: 1000, hostID: 400000, size: 1}]
        | .linux.gidMappings = [{containerID: 0, hostID: 200000, size: 1}, {containerID: 7, hostID: 200007, size: 2}]
        | .process.user = {uid: 1000, gid: 7, additionalGids: [8]}
        | .mounts |= map(select(.type != "devpts"))'
    chown -R 100000:200000 "$R"
    is "$(in_box userns ';' id | tr -s ' ')" " 0 100000 10
 10 300000 5
 1000 400000 1
 0 200000 1
 7 200007 2
uid=1000 gid=7 groups=8 umask=0022"
    config '.linux.uidMappings += [{containerID: 12, hostID: 500000, size: 1}]'
    run in_box true
    is "$status" 125
    has "$output" "/linux/uidMappings/3: overlaps another mapping"
    config 'del(.linux.uidMappings[3]) | .linux.gidMappings += [{containerID: 50, hostID: 200008, size: 1}]'
    run in_box true
    has "$output" "/linux/gidMappings/2: overlaps another mapping"
    config '.linux.gidMappings = [{containerID: 5, hostID: 200000, size: 10}]'
    has "$(in_box stat /bin/init)" " 0:5 " # no group is 0
}

# bats test_tags=host-only
@test "pipes become the stdio of the mapped user, which can open them again" {
    config "$userns | .process.user = {uid: 1000, gid: 1000}"
    chown -R 100000:200000 "$R"
    is "$(in_box write /dev/stdout reopened)" reopened
    config '.process.user = {uid: 0, gid: 0}'
    is "$(in_box write /dev/stdout reopened | cat)" reopened
}

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

# bats test_tags=host-only
# covers: /linux/uidMappings/*/containerID /linux/gidMappings/*/containerID
@test "a user namespace without a root: its process's user does what is to be done" {
    chown -R 100000:200000 "$R"
    config "$userns"'
        | .linux.uidMappings[0] = {containerID: 1000, hostID: 100000, size: 1}
        | .linux.gidMappings[0] = {containerID: 1001, hostID: 200000, size: 1}
        | .process.user = {uid: 1000, gid: 1001}
        | .mounts |= map(if .type == "devpts" then .options -= ["gid=5"] else . end)'
    is "$(in_box userns ';' stat /dev/null | tr -s ' ')" " 1000 100000 1
 1001 200000 1
c 0666 65534:65534 1:3 /dev/null"
    command_is init pause
    is "$(launch "$B" init id | tail -1)" "uid=1000 gid=1001 groups= umask=0022"
    config '.process.user.gid = 0'
    run in_box true
    has "$output" "/process/user/gid: this group is not in /linux/gidMappings"
}

# bats test_tags=host-only
@test "a user namespace owns the message queues of its ipc namespace" {
    chown -R 100000:200000 "$R"
    config "$userns"
    is "$(in_box stat /dev/mqueue)" "d 1777 0:0 0:0 /dev/mqueue"
}

# bats test_tags=host-only
@test "a user namespace beside the caller's ipc namespace has the caller's message queues" {
    mkdir "$T/up" "$T/work"
    mount -t overlay -o "lowerdir=/dev,upperdir=$T/up,workdir=$T/work" dev /dev
    mkdir -p /dev/mqueue
    mount -t mqueue mqueue /dev/mqueue
    touch /dev/mqueue/seen
    config "$userns"' | .linux.namespaces |= map(select(.type != "ipc"))'
    chown -R 100000:200000 "$R"
    run in_box ls /dev/mqueue
    umount /dev/mqueue /dev
    is "$output" seen
}

# bats test_tags=host-only
@test "a terminal in a user namespace" {
    config "$userns | .process.terminal = true"
    chown -R 100000:200000 "$R"
    has "$(in_box tty | tr -d '\r')" "tty=1 ctty=1 console=1"
}

# bats test_tags=host-only
@test "paths are joined" {
    unshare --uts sh -c 'hostname joined; exec sleep 1000' &
    local pid=$!
    wait_for 60 other_ns $pid uts
    config 'del(.hostname) | .linux.namespaces |= map(if .type == "uts" then .path = $p else . end)' --arg p "/proc/$pid/ns/uts"
    wait_for 60 eval '[ "$(in_box hostname)" = "joined (none)" ]'
    kill $pid
    wait $pid || :
}

# bats test_tags=host-only
@test "a pid namespace is joined" {
    unshare --pid --fork --kill-child sh -c 'exec sleep 1000' &
    local pid=$! inner
    wait_for 60 pgrep -P $pid
    inner=$(pgrep -P $pid)
    config '.linux.namespaces |= map(if .type == "pid" then .path = $p else . end)' --arg p "/proc/$inner/ns/pid"
    run in_box pid
    [[ $output == pid=[2-9]* ]]
    wait_for 60 grep -qx sleep "/proc/$inner/comm"
    is "$(in_box cat /proc/1/comm)" sleep
    kill -9 "$inner" # unshare itself takes no SIGTERM
    wait $pid || :
}

# bats test_tags=host-only
@test "a path of the wrong kind is an error" {
    config '.linux.namespaces |= map(if .type == "network" then .path = "/proc/self/ns/uts" else . end)'
    run in_box true
    is "$status" 125
    has "$output" "/linux/namespaces/1/path: /proc/self/ns/uts is not a network namespace"
    config '.linux.namespaces |= map(if .type == "network" then .path = "/etc/passwd" else . end)'
    run in_box true
    has "$output" "/etc/passwd is no namespace"
    mkfifo "$T/fifo"
    config '.linux.namespaces |= map(if .type == "network" then .path = $p else . end)' --arg p "$T/fifo"
    run in_box true
    has "$output" "/fifo is no namespace"
    config '.linux.namespaces |= map(if .type == "network" then .path = "/nowhere/ns" else . end)'
    run in_box true
    has "$output" "/linux/namespaces/1/path: open /nowhere/ns: No such file or directory"
}

# bats test_tags=host-only
@test "a user namespace is joined, with new ones that it owns" {
    unshare --user --net sleep 1000 &
    local pid=$!
    wait_for 60 other_ns $pid user # changes last
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

# bats test_tags=host-only
@test "a new user namespace beside a joined network namespace" {
    ip netns add joined
    config "$userns"' | .linux.namespaces |= map(if .type == "network" then .path = "/run/netns/joined" else . end)'
    chown -R 100000:200000 "$R"
    is "$(in_box pid)" "pid=1 ppid=0 sid=1"
    # A sysfs of it may only its owner mount: the host's own is there.
    is "$(in_box fstype /sys ';' fstype /dev/mqueue ';' fstype /proc)" "62656572
19800202
9fa0"
    run in_box mkdir /sys/x
    has "$output" "Read-only file system"
    ip -n joined link set lo up
    has "$(in_box cat /proc/net/if_inet6)" lo
    ip netns del joined
}

# covers: /linux/timeOffsets/*/*
@test "a time namespace has its offsets" {
    [ -e /proc/self/ns/time ] || skip "no time namespaces"
    config '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {boottime: {secs: 1000000}}'
    local now got
    now=$(cut -d. -f1 /proc/uptime)
    [ "$(in_box clock)" -gt $((now + 999000)) ]
    config '.linux.timeOffsets = {monotonic: {secs: -5, nanosecs: 999999999}, boottime: {secs: 7, nanosecs: 1}}'
    is "$(in_box cat /proc/self/timens_offsets | tr -s ' ')" "monotonic -5 999999999
boottime 7 1"
    config 'del(.linux.timeOffsets)'
    [ "$(in_box clock)" -lt $((now + 1000)) ]
    is "$(readlink /proc/self/ns/time)" "$(readlink /proc/1/ns/time)"
    config '.linux.timeOffsets = {monotonic: {secs: -99999999999}}'
    run in_box true
    is "$status" 125
    has "$output" "/linux/timeOffsets: write /proc/self/timens_offsets: Numerical result out of range"
    config '.linux.timeOffsets = {monotonic: {secs: 1}} | .linux.namespaces |= map(if .type == "time" then .path = "/proc/self/ns/time" else . end)'
    run in_box true
    has "$output" "/linux/timeOffsets: needs a new time namespace"
}

# bats test_tags=host-only
@test "offsets in a new user namespace, with another namespace joined" {
    ip netns add timed
    config "$userns"' | .linux.namespaces |= map(if .type == "network" then .path = "/run/netns/timed" else . end)
        | .linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {boottime: {secs: 1000000}}'
    chown -R 100000:200000 "$R"
    [ "$(in_box clock)" -gt 999000 ]
    ip netns del timed
}
