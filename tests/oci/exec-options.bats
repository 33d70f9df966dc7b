# SPDX-License-Identifier: MIT
# hako-oci exec: each of its options, what it takes from the container, its errors.

load ../lib/hako
load bundle

setup() {
    box_setup
    command_is init pause
}

teardown() { box_teardown; }

# box: starts the bundle.
box() {
    oci run -d -b "$B" box </dev/null >"$T/out" 2>&1 || { cat "$T/out"; return 1; }
}

group() { awk -F: '/^0:/ { print $3 }' "/proc/$(oci state box | jq .pid)/cgroup"; }
group_dir() { echo "$(findmnt -no TARGET -t cgroup2 | head -1)$(group)"; }

# bats test_tags=host-only
# covers: exec exec:--cwd exec:--env exec:--user exec:--additional-gids exec:--no-new-privs exec:--cap
@test "options change what the container's own process has" {
    config '.process.user = {uid: 5, gid: 6, additionalGids: [7]} | .process.env = ["A=1", "B=2", "PATH=/bin"]
        | .process.noNewPrivileges = true'
    box
    is "$(oci exec box init id)" "uid=5 gid=6 groups=7 umask=0022"
    is "$(oci exec --user 1000 box init id)" "uid=1000 gid=6 groups=7 umask=0022"
    is "$(oci exec -u 1000:1001 -g 20 -g 30,31 box init id)" "uid=1000 gid=1001 groups=7,20,30,31 umask=0022"
    is "$(oci exec box init cwd)" /
    is "$(oci exec --cwd /etc box init cwd)" /etc
    is "$(oci exec -e B=3 --env C=4 box init env | sort | xargs)" "A=1 B=3 C=4 HOME=/ PATH=/bin"
    has "$(oci exec box init status NoNewPrivs)" 1
    config '.process.noNewPrivileges = false' # of the next one
    oci delete --force box
    config '.process.user = {uid: 0, gid: 0}'
    box
    has "$(oci exec box init status NoNewPrivs)" 0
    has "$(oci exec --no-new-privs box init status NoNewPrivs)" 1
    is "$(oci exec box init status CapEff)" "CapEff:	00000000a80425fb"
    is "$(oci exec --cap CAP_SYS_TIME -c sys_boot box init status CapEff CapBnd CapInh CapAmb)" \
"CapInh:	0000000000000000
CapEff:	00000000aa4425fb
CapBnd:	00000000aa4425fb
CapAmb:	0000000000000000"
}

# bats test_tags=host-only
# covers: exec:--process
@test "a process from a file, and what it leaves to the container's" {
    config '.process.capabilities |= map_values(["CAP_KILL"]) | .process.user.umask = 63
        | .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 77, hard: 78}] | .process.oomScoreAdj = 300'
    box
    echo '{"args": ["init", "id", ";", "status", "CapEff", ";", "rlimit", "7", ";", "env", ";", "cat",
        "/proc/self/oom_score_adj"], "cwd": "/etc", "env": ["PATH=/bin"], "user": {"uid": 0, "gid": 9}}' >"$T/p.json"
    is "$(oci exec --process "$T/p.json" box)" "uid=0 gid=9 groups= umask=0077
CapEff:	0000000000000020
77 78
PATH=/bin
HOME=/
300"
    jq '.user.umask = 2 | .rlimits = [{type: "RLIMIT_NOFILE", soft: 5, hard: 6}]
        | .capabilities = {bounding: [], effective: [], permitted: []} | .oomScoreAdj = 400' <"$T/p.json" >"$T/q.json"
    is "$(oci exec -p "$T/q.json" box)" "uid=0 gid=9 groups= umask=0002
CapEff:	0000000000000000
5 6
PATH=/bin
HOME=/
400"
    echo '{"args": ["init"], "cwd": "etc", "user": {"uid": 0, "gid": 0}}' >"$T/p.json"
    fails 255 oci exec -p "$T/p.json" box
    has "$output" "/cwd: "
    echo '{"args": [], "cwd": "/"}' >"$T/p.json"
    fails 255 oci exec -p "$T/p.json" box
    has "$output" "/args: "
}

# bats test_tags=host-only
# covers: exec:--detach exec:--pid-file
@test "detached: its pid in a file, and it outlives the runtime" {
    box
    oci exec -d --pid-file "$T/pid" box init pause >"$T/exec.out"
    wait_for 60 grep -qx init "/proc/$(cat "$T/pid")/comm" # a moment after descriptors are closed on exec
    is "$(readlink "/proc/$(cat "$T/pid")/ns/pid")" "$(readlink "/proc/$(oci state box | jq .pid)/ns/pid")"
}

# console COMMAND...: listens on $T/tty.sock while the command runs; prints what the terminal says.
console() {
    python3 - "$T/tty.sock" "$@" <<'PY'
import array, os, socket, subprocess, sys
path = sys.argv[1]
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen()
child = subprocess.Popen(sys.argv[2:])
conn = listener.accept()[0]
_, anc, _, _ = conn.recvmsg(64, socket.CMSG_SPACE(4))
fd = array.array("i", anc[0][2])[0]
child.wait()
try:
    while data := os.read(fd, 4096):
        sys.stdout.buffer.write(data)
except OSError:
    pass
os.unlink(path)
sys.exit(child.returncode)
PY
}

# bats test_tags=host-only
# covers: exec:--tty exec:--console-socket /process/terminal /process/consoleSize/height /process/consoleSize/width
@test "a terminal, sent over a socket, with the size that the process asks for" {
    config '.mounts |= map(select(.destination != "/dev/console"))'
    box
    has "$(console "$HAKO_BUILD/hako-oci" --root "$T/oci" exec -d --tty --console-socket "$T/tty.sock" box init tty)" \
        "tty=1 ctty=1"
    echo '{"args": ["init", "tty"], "cwd": "/", "env": ["PATH=/bin"], "terminal": true,
        "consoleSize": {"height": 33, "width": 101}}' >"$T/p.json"
    has "$(console "$HAKO_BUILD/hako-oci" --root "$T/oci" exec -d --console-socket "$T/tty.sock" -p "$T/p.json" box)" \
        "size=33x101"
    has "$(oci exec --tty=false box init tty </dev/null)" "tty=0 ctty=0"
    has "$(oci exec -t box init tty </dev/null)" "tty=1 ctty=1"
    fails 255 oci exec -d -t box init tty
    fails 255 oci exec --console-socket "$T/tty.sock" box init tty
}

# bats test_tags=host-only
# covers: exec:--preserve-fds
@test "descriptors are passed on, and none of ours with them" {
    box
    is "$(oci exec --preserve-fds 2 box init fds 3</dev/null 4</dev/null 5</dev/null 6<&-)" "0 1 2 3 4 "
    is "$(oci exec box init fds 3</dev/null)" "0 1 2 "
    fails 255 oci exec --preserve-fds 2 box init fds 3</dev/null 4<&-
    has "$output" "descriptor 4, of 2 to be passed on, is not open"
    # The log is a file of ours that takes the next free number.
    fails 255 oci --log "$T/log" exec --preserve-fds 1 box init fds 3<&-
    has "$output" "descriptor 3, of 1"
}

# bats test_tags=host-only
# covers: exec:--pidfd-socket
@test "a pidfd of it over a socket" {
    box
    is "$(python3 - "$T/pidfd.sock" "$HAKO_BUILD/hako-oci" --root "$T/oci" exec -d --pidfd-socket "$T/pidfd.sock" \
        --pid-file "$T/pid" box init pause <<'PY'
import array, os, re, signal, socket, subprocess, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
child = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL)
conn = listener.accept()[0]
name, anc, _, _ = conn.recvmsg(64, socket.CMSG_SPACE(4))
fd = array.array("i", anc[0][2])[0]
child.wait()
pid = re.search(r"^Pid:\s*(\d+)", open(f"/proc/self/fdinfo/{fd}").read(), re.M)[1]
print(name.decode(), pid == open(sys.argv[sys.argv.index("--pid-file") + 1]).read())
PY
)" "pidfd True"
}

# bats test_tags=host-only
# covers: exec:--process-label exec:--apparmor
@test "labels: refused clearly by a kernel without the module" {
    box
    fails 255 oci exec --apparmor hako-test box init true
    has "$output" /process/apparmorProfile
    [ -e /sys/fs/selinux/enforce ] || {
        fails 255 oci exec --process-label system_u:system_r:container_t:s0 box init true
        has "$output" '/process/selinuxLabel: "system_u'
    }
}

# bats test_tags=host-only
# covers: exec:--cgroup
@test "a group below the container's" {
    box
    has "$(oci exec box init cat /proc/self/cgroup)" "0::/"
    mkdir -p "$(group_dir)/sub/deep"
    oci exec -d --cgroup sub/deep --pid-file "$T/pid" box init pause >"$T/exec.out"
    is "$(awk -F: '/^0:/ { print $3 }' "/proc/$(cat "$T/pid")/cgroup")" "$(group)/sub/deep"
    oci exec -d --cgroup cpu,memory:/sub --pid-file "$T/pid" box init pause >"$T/exec.out"
    is "$(awk -F: '/^0:/ { print $3 }' "/proc/$(cat "$T/pid")/cgroup")" "$(group)/sub"
    fails 255 oci exec --cgroup nosuch box init true
    has "$output" "--cgroup nosuch"
    fails 255 oci exec --cgroup ../x box init true
    has "$output" "must be below the container's"
    for bad in : :sub cpu:; do
        fails 255 oci exec --cgroup "$bad" box init true
        has "$output" "expected PATH or CTRL[,CTRL]:PATH"
    done
    fails 255 oci exec --cgroup sub --cgroup sub/deep box init true
}

# bats test_tags=host-only
# covers: exec:--ignore-paused
@test "paused: refused, or done when it goes on" {
    box
    echo 1 >"$(group_dir)/cgroup.freeze"
    wait_for 60 grep -q "frozen 1" "$(group_dir)/cgroup.events"
    fails 255 oci exec box init true
    has "$output" "cannot exec in a paused container"
    oci exec --ignore-paused box init echo thawed >"$T/exec.out" &
    wait_for 60 eval '[ "$(wc -l <"$(group_dir)/cgroup.procs")" -ge 2 ]'
    is "$(cat "$T/exec.out")" ""
    echo 0 >"$(group_dir)/cgroup.freeze"
    wait $!
    is "$(cat "$T/exec.out")" thawed
}

# bats test_tags=host-only
@test "exit codes, and the words of errors" {
    box
    fails 7 oci exec box init exit 7
    fails 143 oci exec box init kill 15
    fails 127 oci exec box nosuch
    has "$output" 'executable file not found in $PATH'
    fails 126 oci exec box /etc
    fails 127 oci exec box /nosuch
    has "$output" "no such file or directory"
    fails 255 oci exec --cwd /nosuch box init true
    has "$output" "/nosuch: No such file or directory"
    fails 255 oci exec --cwd etc box init true
    has "$output" "cwd"
    for bad in root 1: :1 1:x -1 4294967295; do
        fails 255 oci exec --user="$bad" box init true
        has "$output" "--user"
    done
    fails 255 oci exec -g x box init true
    has "$output" "--additional-gids"
    fails 255 oci exec --env NOVALUE box init true
    has "$output" '--env "NOVALUE": expected KEY=VALUE'
    fails 255 oci exec --cap CAP_NOSUCH box init true
    has "$output" 'unknown capability "CAP_NOSUCH"'
    fails 255 oci exec box
    has "$output" "a command or --process is needed"
    fails 255 oci exec nosuch init true
    has "$output" "does not exist"
}

# bats test_tags=host-only
@test "HOME comes from the container's passwd unless it is set" {
    printf 'root:x:0:0::/root:/bin/sh\nu:x:1000:1000::/home/u:/bin/sh\n' >"$R/etc/passwd"
    box
    has "$(oci exec box init env)" HOME=/root
    has "$(oci exec -u 1000 box init env)" HOME=/home/u
    has "$(oci exec -u 1001 box init env)" HOME=/
    is "$(oci exec -e HOME=/x box init env | grep -c '^HOME=/x$')" 1
}

# bats test_tags=host-only
@test "created: allowed; stopped: refused" {
    oci create -b "$B" box </dev/null >"$T/out" 2>&1
    is "$(oci exec box init echo here)" here
    oci start box
    oci kill box KILL
    wait_for 60 eval '[ "$(oci state box | jq -r .status)" = stopped ]'
    fails 255 oci exec box init true
    has "$output" "cannot exec in a stopped container"
}

# bats test_tags=host-only
# covers: exec /linux/seccomp/syscalls/*/names
@test "the container's filter holds for what joins it, whichever way it was kept" {
    config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
            syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 77}]}'
    box
    rm -r "$T/oci/.seccomp" # not needed: a copy is the container's own
    jq -e '.linux.seccomp == null' "$T/oci/box/config.json"
    run oci exec box init mkdir /dev/shm/x
    has "$output" "File descriptor in bad state"
    # Without that copy it is the profile's, if the config has it.
    rm "$T/oci/box/filter"
    jq --slurpfile b "$B/config.json" '.linux.seccomp = $b[0].linux.seccomp' "$T/oci/box/config.json" >"$T/new"
    mv "$T/new" "$T/oci/box/config.json"
    run oci exec box init mkdir /dev/shm/x
    has "$output" "File descriptor in bad state"
}

# bats test_tags=host-only
@test "all that is typed reaches the command: no keys detach, as in runc" {
    box
    expect - "$HAKO_BUILD/hako-oci" --root "$T/oci" exec -t box init echo ready ';' cat <<'END'
set timeout 60
spawn -noecho {*}$argv
expect ready\r\n {} timeout { exit 1 } eof { exit 2 }
send "\x10\x11typed\r"
expect typed\r\n {} timeout { exit 3 } eof { exit 4 }
expect typed\r\n {} timeout { exit 5 } eof { exit 6 }
send "\x04"
expect eof {} timeout { exit 7 }
exit [lindex [wait] 3]
END
}
