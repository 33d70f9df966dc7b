# SPDX-License-Identifier: MIT
# A bundle becomes a process: what it finds around itself.

load ../lib/hako
load bundle

setup() {
    hako_setup
    bundle
}

# bats test_tags=host-only
@test "it is the first process of its own session, with nothing open but stdio" {
    is "$(in_box pid)" "pid=1 ppid=0 sid=1"
    command_is init fds
    is "$(launch "$B" 7</dev/null)" "0 1 2 "
}

# bats test_tags=host-only
@test "descriptors from 3 on are passed when asked for, others are not" {
    command_is init fds
    is "$(HAKO_PRESERVE_FDS=2 launch "$B" 3</dev/null 4</dev/null 5</dev/null)" "0 1 2 3 4 "
}

# bats test_tags=host-only
@test "its exit code and its signals come through" {
    fails 3 in_box exit 3
    config '.linux.namespaces |= map(select(.type != "pid"))'
    fails 137 in_box kill 9
}

@test "docker's file systems are there" {
    run in_box fstype /proc ';' fstype /dev ';' fstype /sys ';' fstype /dev/pts ';' \
        fstype /dev/mqueue ';' fstype /sys/fs/cgroup
    is "$output" "9fa0
1021994
62656572
1cd1
19800202
63677270"
}

# bats test_tags=host-only
@test "devices and their links are there" {
    run in_box stat /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty /dev/fd \
        /dev/stdin /dev/ptmx
    is "$output" "c 0666 0:0 1:3 /dev/null
c 0666 0:0 1:5 /dev/zero
c 0666 0:0 1:7 /dev/full
c 0666 0:0 1:8 /dev/random
c 0666 0:0 1:9 /dev/urandom
c 0666 0:0 5:0 /dev/tty
l 0777 0:0 0:0 /dev/fd -> /proc/self/fd
l 0777 0:0 0:0 /dev/stdin -> /proc/self/fd/0
l 0777 0:0 0:0 /dev/ptmx -> pts/ptmx"
}

# bats test_tags=host-only
@test "masked and read-only paths are covered" {
    run in_box cat /proc/keys ';' cat /proc/timer_list ';' ls /sys/firmware
    is "$output" ""
    fails 1 in_box write /proc/sys/kernel/hostname other
    fails 1 in_box write /proc/sysrq-trigger h
}

# bats test_tags=host-only
@test "a read-only root is" {
    config '.root.readonly = true'
    run in_box write /file x
    has "$output" "Read-only file system"
    run in_box write /dev/shm/file x
    is "$status" 0
}

# bats test_tags=host-only
@test "ids, groups, umask, capabilities and no_new_privs are the config's" {
    config '.process.user = {uid: 1000, gid: 1001, umask: 63, additionalGids: [5, 6]}'
    is "$(in_box id)" "uid=1000 gid=1001 groups=5,6 umask=0077"
    run in_box status CapPrm CapEff CapBnd
    has "$output" "CapEff:	0000000000000000"
    has "$output" "CapBnd:	00000000a80425fb"
    config '.process.user = {uid: 0, gid: 0} | .process.noNewPrivileges = true'
    run in_box status CapEff NoNewPrivs
    has "$output" "CapEff:	00000000a80425fb"
    has "$output" "NoNewPrivs:	1"
}

@test "a filter is in force, with and without no_new_privs, as root and as a user" {
    config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64"],
            syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 77}]}'
    for nnp in true false; do
        for uid in 0 1000; do
            config ".process.noNewPrivileges = $nnp | .process.user = {uid: $uid, gid: $uid}"
            run in_box mkdir /dev/shm/x
            has "$output" "File descriptor in bad state"
            run in_box status CapEff
            has "$output" "CapEff:	$([ $uid = 0 ] && echo 00000000a80425fb || echo 0000000000000000)"
        done
    done
}

@test "rlimits are set, and degrade with a warning where the host forbids them" {
    config '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200}]'
    is "$(in_box rlimit 7)" "100 200"
    config '.process.rlimits = [{type: "RLIMIT_MEMLOCK", soft: 4096, hard: 1125899906842624}]'
    if [ $((0x$(awk '/CapEff/ {print $2}' /proc/self/status) >> 24 & 1)) = 1 ]; then
        skip "needs to lack CAP_SYS_RESOURCE"
    fi
    run in_box true
    is "$status" 0
    has "$output" "warning: RLIMIT_MEMLOCK: hard limit"
}

# bats test_tags=host-only
@test "the working directory is made and entered, and never through a magic link" {
    config '.process.cwd = "/srv/app"'
    is "$(in_box cwd)" "/srv/app"
    config '.process.cwd = "/proc/self/fd/3"'
    run in_box cwd
    is "$status" 125
    has "$output" "/proc/self/fd/3"
}

# bats test_tags=host-only
# covers: /hostname /domainname
@test "host name and domain name" {
    config '.hostname = "" | .domainname = "" | .linux.namespaces |= map(select(.type != "uts"))'
    # In a namespace of the test's own: a runtime that took the name at its word would change the host's.
    command_is init hostname
    is "$(unshare --uts bash -c 'hostname here; domainname there; "$@"' - "$HAKO_BUILD/tests/oci/launch-test" "$B")" \
        "here there"
    config '.hostname = "box" | .linux.namespaces += [{type: "uts"}]'
    config '.domainname = "example.org"'
    is "$(in_box hostname)" "box example.org"
    config '.linux.namespaces |= map(select(.type != "uts"))'
    run in_box hostname
    is "$status" 125
    has "$output" "/hostname: needs a uts namespace"
    config 'del(.hostname)'
    run in_box hostname
    has "$output" "/domainname: needs a uts namespace"
    config '.linux.namespaces += [{type: "uts"}] | .hostname = ("x" * 65)'
    run in_box hostname
    is "$status" 125
    has "$output" "sethostname xxx"
}

# bats test_tags=host-only
@test "the environment is the config's, with HOME from the image's passwd file" {
    config '.process.env = ["PATH=/bin", "A=b"] | .process.user = {uid: 7, gid: 7}'
    echo "lp:x:7:7:lp:/var/spool/lpd:/bin/sh" >"$R/etc/passwd"
    is "$(in_box env)" "PATH=/bin
A=b
HOME=/var/spool/lpd"
    rm "$R/etc/passwd"
    ln -s /dev/zero "$R/etc/passwd"
    has "$(in_box env)" "HOME=/"
}

# bats test_tags=host-only
@test "a terminal is the container's own, its console and its controlling one" {
    config '.process.terminal = true | .process.consoleSize = {height: 33, width: 111}'
    is "$(in_box tty | tr -d '\r')" "tty=1 ctty=1 console=1 size=33x111 name=/dev/pts/0"
    config 'del(.mounts[] | select(.type == "devpts"))'
    run in_box tty
    is "$status" 125
    has "$output" "needs a devpts file system"
}

# bats test_tags=host-only
@test "loopback is up in a new network namespace" {
    has "$(in_box cat /proc/net/if_inet6)" "lo"
}

# bats test_tags=host-only
# covers: /linux/sysctl
@test "sysctls are written, whatever is mounted over /proc/sys" {
    config '.linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel.msgmax": "4242"}'
    is "$(in_box cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax)" "1
4242"
    config '.linux.sysctl = {"net.ipv4.no_such_thing": "1"}'
    run in_box true
    is "$status" 125
    has "$output" "sysctl net.ipv4.no_such_thing"
}

# bats test_tags=host-only
@test "sysctls by dots or slashes, with dots in a link's name, in the namespaces that own them" {
    ip netns add sys
    ip -n sys link add a.b type veth peer name c.d
    config '.linux.namespaces |= map(if .type == "network" then .path = "/run/netns/sys" else . end)
        | .linux.namespaces += [{type: "user"}]
        | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings
        | .linux.sysctl = {"kernel/shm_rmid_forced": "1", "fs.mqueue.queues_max": "77", "user.max_mnt_namespaces": "5"}'
    chown -R 100000:100000 "$R"
    is "$(in_box cat /proc/sys/kernel/shm_rmid_forced /proc/sys/fs/mqueue/queues_max /proc/sys/user/max_mnt_namespaces)" "1
77
5"
    bundle
    config '.linux.namespaces |= map(if .type == "network" then .path = "/run/netns/sys" else . end)
        | .linux.sysctl = {"net/ipv4/conf/a.b/forwarding": "1", "net.ipv4.conf.c/d.rp_filter": "2",
            "kernel.domainname": "by.sysctl"}'
    is "$(in_box cat /proc/sys/net/ipv4/conf/a.b/forwarding /proc/sys/net/ipv4/conf/c.d/rp_filter ';' hostname)" "1
2
box by.sysctl"
    ip netns del sys
}

# bats test_tags=host-only
@test "sysctls of the whole machine, or of a namespace that is shared, are refused" {
    local row
    for row in "vm.swappiness:the whole machine's" "kernel.core_pattern:the whole machine's" "kernel/hostname:conflicts with the field" \
        "net.ipv4.ip_forward:needs a network namespace" "kernel/sem:needs an ipc namespace" "fs.mqueue.msg_max:needs an ipc namespace" \
        "user.max_user_namespaces:needs a user namespace" "kernel.domainname:needs a uts namespace" \
        "net..ipv4:expected a name" "/net/ipv4/ip_forward:expected a name" "net/../kernel/core_pattern:expected a name"; do
        config 'del(.hostname) | .linux.sysctl = {($k): "1"} | .linux.namespaces = [{type: "mount"}, {type: "pid"}]' --arg k "${row%%:*}"
        run in_box true
        is "$status" 125
        has "$output" "${row#*:}"
    done
}

# bats test_tags=host-only
@test "commands that cannot be executed are told apart as docker does" {
    command_is nosuch
    fails 127 launch "$B"
    has "$output" 'exec: "nosuch": executable file not found in $PATH'
    command_is /bin/nosuch
    fails 127 launch "$B"
    has "$output" 'exec: "/bin/nosuch": stat /bin/nosuch: no such file or directory'
    command_is /etc
    fails 126 launch "$B"
    has "$output" 'is a directory'
    config '.process.args = ["/bin/init", "echo", ("x" * 140000)]'
    fails 126 launch "$B"
    has "$output" 'exec /bin/init: argument list too long'
    echo text >"$R/etc/plain"
    command_is /etc/plain
    fails 126 launch "$B"
    has "$output" 'exec: "/etc/plain": permission denied'
    chmod +x "$R/etc/plain"
    fails 126 launch "$B"
    has "$output" "exec /etc/plain: exec format error"
    echo '#!/no/such' >"$R/etc/plain"
    fails 127 launch "$B"
    has "$output" "exec /etc/plain: no such file or directory"
}

@test "scheduling attributes are set" {
    config '.process.scheduler = {policy: "SCHED_BATCH", nice: 5} | .process.oomScoreAdj = 100'
    run in_box cat /proc/self/stat /proc/self/oom_score_adj
    is "$(echo "$output" | tail -n 1)" 100
    is "$(echo "$output" | head -n 1 | awk '{ print $19, $41 }')" "5 3"
}
