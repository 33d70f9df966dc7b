# SPDX-License-Identifier: MIT
# What a service manager hands over: sockets that it has opened, and the socket for "I am ready".
# bats file_tags=host-only

load ../lib/hako
load bundle

setup() {
    box_setup
    cp "$HAKO_BUILD/tests/oci/oci-probe" "$R/bin/probe"
}

teardown() { box_teardown; }

# manager COMMAND...: the command with a NOTIFY_SOCKET; prints what was said to it, with the sender.
manager() {
    python3 - "$T/manager.sock" "$@" <<'PY'
import os, socket, struct, subprocess, sys
path = sys.argv[1]
sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
name = os.environ.get("ABSTRACT")
sock.bind("\0" + name if name else path)
sock.settimeout(60)
child = subprocess.Popen(sys.argv[2:], env={**os.environ, "NOTIFY_SOCKET": "@" + name if name else path})
while True:
    text, anc, _, _ = sock.recvmsg(4096, 1024)
    for _, kind, data in anc:
        if kind == socket.SCM_RIGHTS:
            os.close(struct.unpack("i", data)[0])
        else:
            sender = struct.unpack("iII", data)[0]
    print(text.decode().strip(), "own" if sender == child.pid else "another's", flush=True)
    if text == b"BARRIER=1":
        break
child.wait()
if not name:
    os.unlink(path)
sys.exit(child.returncode)
PY
}

runtime() { echo "$HAKO_BUILD/hako-oci" --root "$T/oci"; }

@test "start waits until the container says that it is ready, and names its pid" {
    command_is probe notify STATUS=x $'STATUS=y\nREADY=1' then /bin/init pause
    NOTIFY_SOCKET=$T/manager.sock oci create -b "$B" box </dev/null >"$T/out" 2>&1
    is "$(manager $(runtime) start box)" "READY=1 own
MAINPID=$(oci state box | jq .pid) own
BARRIER=1 own"
    # An exec has nothing to say about the service.
    lacks "$(oci exec box init env)" NOTIFY_SOCKET
    oci delete --force box
    is "$(ls "$T/oci")" ""
}

@test "run, detached and in the foreground" {
    command_is probe notify READY=1 then /bin/init pause
    manager $(runtime) run -d --pid-file "$T/pid" -b "$B" box </dev/null >"$T/out" 2>&1
    has "$(cat "$T/out")" "MAINPID=$(cat "$T/pid") own"
    oci delete --force box
    # The runtime stays the main process; READY may be the last of many words, said by one that has
    # ended before we listen.
    command_is probe notify A=1 B=2 C=3 D=4 READY=1
    config '.hooks.poststart = [{path: "/bin/sh", args: ["sh", "-c",
        "pid=$(jq .pid); until grep -q \"^State:.Z\" /proc/$pid/status; do sleep 0.01; done"]}]'
    is "$(ABSTRACT=hako-${T##*/} manager $(runtime) run -b "$B" box </dev/null)" "READY=1 own
BARRIER=1 own"
}

@test "a container that ends, or never says it, holds nothing up" {
    command_is init true
    NOTIFY_SOCKET=$T/none.sock oci run -d -b "$B" box
    oci delete box
    command_is probe notify STATUS=nearly then /bin/init exit 3
    fails 3 env NOTIFY_SOCKET="$T/none.sock" $(runtime) run -b "$B" box
    command_is init pause
    NOTIFY_SOCKET=$T/none.sock oci create -b "$B" box </dev/null >"$T/out" 2>&1
    NOTIFY_SOCKET=$T/none.sock oci start box &
    wait_for 60 eval '[ "$(oci state box | jq -r .status)" = running ]'
    # While it waits the container can be used.
    oci exec box init true
    oci kill box KILL
    wait $!
}

@test "in a user namespace" {
    config '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
        | .linux.gidMappings = .linux.uidMappings'
    chown -R 100000:100000 "$R"
    command_is probe notify READY=1
    has "$(manager $(runtime) run -b "$B" box </dev/null)" "READY=1"
}

# covers: create:--preserve-fds run:--preserve-fds
@test "sockets of the manager come first, with their names" {
    command_is init fds ';' env
    local seen
    seen=$(LISTEN_FDS=2 LISTEN_FDNAMES=a:b oci run --preserve-fds 1 -b "$B" box 3</dev/null 4</dev/null 5</dev/null 6</dev/null)
    has "$seen" "0 1 2 3 4 5 
"
    has "$seen" LISTEN_FDS=2
    has "$seen" LISTEN_PID=1
    has "$seen" LISTEN_FDNAMES=a:b
    # Those of another process.
    seen=$(LISTEN_FDS=2 LISTEN_PID=1 oci run -b "$B" box 3</dev/null 4</dev/null)
    has "$seen" "0 1 2 
"
    lacks "$seen" LISTEN
    fails 1 env LISTEN_FDS=2 $(runtime) run -b "$B" box 3</dev/null 4<&-
    has "$output" "descriptor 4, of 2 to be passed on, is not open"
    is "$(ls -A "$T/oci")" ""
}
