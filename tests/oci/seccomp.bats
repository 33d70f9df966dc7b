# SPDX-License-Identifier: MIT
# linux.seccomp: what every action, condition, architecture and flag does to a process.

load ../lib/hako
load bundle

# The call that is filtered: nobody else makes it, and without a filter it is EBADF (9) here.
VICTIM=copy_file_range NR=326 ALLOWED="errno 9"

setup() {
    hako_setup
    [ "$(uname -m)" = x86_64 ] || skip "the numbers of system calls are x86-64's"
    bundle
    cp "$HAKO_BUILD/tests/oci/oci-caller" "$R/bin/caller"
    config '.linux.cgroupsPath = $p' --arg p "/hako/${T##*/}-box"
}

teardown() { box_teardown; }

# filter JSON: the profile. rule JSON...: one that allows all but what these rules about the victim say.
filter() { config '.linux.seccomp = $x' --argjson x "$1"; }
rule() {
    filter "$(printf '%s\n' "$@" | jq -s --arg v $VICTIM '{defaultAction: "SCMP_ACT_ALLOW", syscalls: map({names: [$v]} + .)}')"
}
action() { rule "{\"action\": \"SCMP_ACT_$1\"${2:+, \"errnoRet\": $2}}"; }

# made HOW [ARGUMENT...]: what becomes of the call.
made() {
    command_is caller "$1" $NR 0xffffffff 0 0xffffffff "${@:2}"
    oci run -b "$B" box </dev/null
}
# with ARG...: as it is made with these first arguments.
with() {
    command_is caller plain $NR "$@"
    oci run -b "$B" box </dev/null
}

# bats test_tags=host-only
# covers: /linux/seccomp/syscalls/*/action=* /linux/seccomp/syscalls/*/errnoRet
# covers: /linux/seccomp/syscalls/*/names
@test "every action of a rule" {
    is "$(made plain)" "$ALLOWED"
    action ALLOW
    is "$(made plain)" "$ALLOWED"
    action ERRNO
    is "$(made plain)" "errno 1"
    action ERRNO 77
    is "$(made plain)" "errno 77"
    action LOG
    is "$(made plain)" "$ALLOWED"
    action TRAP
    is "$(made trap)" "trapped $NR, errno 0"
    fails 159 made plain
    # Nobody traces: ENOSYS.
    action TRACE 42
    is "$(made plain)" "errno 38"
    is "$(made trace)" "traced with 42
$ALLOWED"
    for kill in KILL KILL_THREAD; do
        action $kill
        fails 159 made plain
        is "$(made thread)" "the process went on"
    done
    action KILL_PROCESS
    fails 159 made plain
    fails 159 made thread
    is "$output" ""
}

# What a run needs; the victim is not among them.
NEEDED="access arch_prctl brk capget capset clone clone3 close execve execveat exit exit_group fcntl fstat futex
    getpid gettid getrandom ioctl kill lseek madvise mmap mprotect munmap newfstatat openat poll prctl
    prlimit64 ptrace read readlink readlinkat rseq rt_sigaction rt_sigprocmask rt_sigreturn sendmsg
    set_robust_list set_tid_address tgkill wait4 write writev"

by_default() {
    config '.linux.seccomp = {defaultAction: $a, syscalls: [{names: $ARGS.positional, action: "SCMP_ACT_ALLOW"}]}' \
        --arg a "SCMP_ACT_$1" --args $NEEDED
}

# bats test_tags=host-only
# covers: /linux/seccomp/defaultAction=* /linux/seccomp/defaultErrnoRet
@test "every default action" {
    by_default ALLOW
    is "$(made plain)" "$ALLOWED"
    by_default LOG
    is "$(made plain)" "$ALLOWED"
    by_default ERRNO
    is "$(made plain)" "errno 1"
    config '.linux.seccomp.defaultErrnoRet = 88'
    is "$(made plain)" "errno 88"
    by_default TRAP
    is "$(made trap)" "trapped $NR, errno 0"
    by_default TRACE
    config '.linux.seccomp.defaultErrnoRet = 43'
    is "$(made trace)" "traced with 43
$ALLOWED"
    for kill in KILL KILL_THREAD; do
        by_default $kill
        is "$(made thread)" "the process went on"
    done
    by_default KILL_PROCESS
    fails 159 made thread
    by_default NOTIFY
    fails 1 made plain
    has "$output" "/linux/seccomp/defaultAction: SCMP_ACT_NOTIFY cannot be the default action"
    config '.linux.seccomp.defaultErrnoRet = 43 | .linux.seccomp.defaultAction = "SCMP_ACT_KILL"'
    fails 1 made plain
    has "$output" "/linux/seccomp/defaultErrnoRet: this action carries no errno"
    is "$(ls -A "$T/oci" | grep -v '^\.seccomp$')" ""
}

# arg INDEX OP VALUE [VALUETWO]: ERRNO 77 under this condition.
arg() {
    rule "{\"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 77, \"args\": [{\"index\": $1, \"op\": \"SCMP_CMP_$2\", \"value\": $3${4:+, \"valueTwo\": $4}}]}"
}

# bats test_tags=host-only
# covers: /linux/seccomp/syscalls/*/args/*/op=* /linux/seccomp/syscalls/*/args/*/value
# covers: /linux/seccomp/syscalls/*/args/*/valueTwo /linux/seccomp/syscalls/*/args/*/index
@test "every condition, on every argument, over 64 bits" {
    local op value got
    # The second argument is 5; each operator says yes to one of 4, 5 and 6 that another refuses.
    while read -r op value got; do
        arg 1 $op $value
        is "$op $value: $(with 0xffffffff 5 0xffffffff)" "$op $value: errno $got"
    done <<'OPS'
NE 5 9
NE 6 77
LT 5 9
LT 6 77
LE 4 9
LE 5 77
EQ 5 77
EQ 6 9
GE 6 9
GE 5 77
GT 5 9
GT 4 77
OPS
    arg 1 MASKED_EQ 12 4
    is "$(with 0xffffffff 5 0xffffffff)" "errno 77"
    is "$(with 0xffffffff 8 0xffffffff)" "errno 9"
    local i
    for i in 0 1 2 3 4 5; do
        arg $i EQ 4294967297 # 0x100000001
        local args=(0xffffffff 0 0xffffffff 0 0 0)
        args[i]=0x100000001
        is "$i: $(with "${args[@]}")" "$i: errno 77"
        args[i]=1
        lacks "$i: $(with "${args[@]}")" "errno 77"
    done
    # All conditions of a rule, any of several rules.
    rule '{"action": "SCMP_ACT_ERRNO", "errnoRet": 77, "args": [{"index": 1, "op": "SCMP_CMP_EQ", "value": 1},
        {"index": 3, "op": "SCMP_CMP_EQ", "value": 2}]}' \
        '{"action": "SCMP_ACT_ERRNO", "errnoRet": 78, "args": [{"index": 1, "op": "SCMP_CMP_EQ", "value": 3}]}'
    is "$(with 0xffffffff 1 0xffffffff 2)" "errno 77"
    is "$(with 0xffffffff 1 0xffffffff 0)" "errno 9"
    is "$(with 0xffffffff 3 0xffffffff 2)" "errno 78"
    arg 6 EQ 1
    fails 1 with 0
    has "$output" "/linux/seccomp/syscalls/0/args/0/index"
}

archs() {
    config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: $ARGS.positional,
        syscalls: [{names: ["copy_file_range", "getppid"], action: "SCMP_ACT_ERRNO", errnoRet: 77}]}' \
        --args "${@/#/SCMP_ARCH_}"
}

# bats test_tags=host-only
# covers: /linux/seccomp/architectures=*
@test "architectures: those of this processor, and every name" {
    local i386=64 # getppid's number there
    NR=$i386
    command_is caller int80 $i386
    archs X86_64
    fails 159 oci run -b "$B" box
    archs X86_64 X86
    is "$(oci run -b "$B" box)" "errno 77"
    archs X86
    is "$(oci run -b "$B" box)" "errno 77"
    command_is caller x32 110
    archs X86_64
    fails 159 oci run -b "$B" box
    archs X86_64 X32
    is "$(oci run -b "$B" box)" "errno 77"
    local arch
    command_is caller plain 326
    for arch in $("$HAKO_BUILD/tests/oci/oci-fields" | sed -n 's:^/linux/seccomp/architectures=SCMP_ARCH_::p'); do
        archs $arch
        run oci run -b "$B" box
        [ "$output" = "errno 77" ] || case $output in
            *"does not know architecture SCMP_ARCH_$arch"*) ;;
            *"mixes architectures of both byte orders"*) ;;
            *) echo "$arch: $output"; return 1 ;;
        esac
    done
    config '.linux.seccomp.architectures = ["SCMP_ARCH_NONSENSE"]'
    fails 1 oci run -b "$B" box
    has "$output" "/linux/seccomp/architectures/0"
}

# flags FLAG...: the flags of the call that loads the filter.
flags() {
    config '.linux.seccomp.flags = $ARGS.positional' --args "${@/#/SECCOMP_FILTER_FLAG_}"
    command_is init true
    timeout 60 strace -f -e trace=seccomp -e signal=none -o "$T/trace" "$HAKO_BUILD/hako-oci" --root "$T/oci" run -b "$B" box </dev/null
    sed -n 's/.*seccomp(SECCOMP_SET_MODE_FILTER, \([A-Z_|0-9a-fx ]*\).*/\1/p' "$T/trace" | tail -1
}

# bats test_tags=host-only
# covers: /linux/seccomp/flags=*
@test "every flag reaches the kernel" {
    action ERRNO
    is "$(flags)" SECCOMP_FILTER_FLAG_SPEC_ALLOW
    is "$(flags LOG)" SECCOMP_FILTER_FLAG_LOG
    is "$(flags TSYNC)" SECCOMP_FILTER_FLAG_TSYNC
    is "$(flags SPEC_ALLOW LOG)" "SECCOMP_FILTER_FLAG_LOG|SECCOMP_FILTER_FLAG_SPEC_ALLOW"
    # Without a listener there is nobody to receive.
    is "$(flags WAIT_KILLABLE_RECV)" 0
    config '.linux.seccomp.syscalls[0].action = "SCMP_ACT_NOTIFY" | .linux.seccomp.listenerPath = $p' --arg p "$T/agent"
    timeout 60 "$HAKO_TOP/tests/oci/agent.py" "$T/agent" 1 1 >"$T/told" &
    wait_for 60 test -S "$T/agent"
    local got
    got=$(flags WAIT_KILLABLE_RECV TSYNC)
    wait $!
    has "$got" SECCOMP_FILTER_FLAG_TSYNC
    has "$got" SECCOMP_FILTER_FLAG_NEW_LISTENER
    has "$got" SECCOMP_FILTER_FLAG_TSYNC_ESRCH
    [[ $got == *WAIT_KILLABLE_RECV* || $got == *0x20* ]] # by its number where strace is older
    config '.linux.seccomp.flags = ["SECCOMP_FILTER_FLAG_NONSENSE"]'
    fails 1 oci run -b "$B" box
    has "$output" "/linux/seccomp/flags/0"
}

# agent COUNT: answers calls with errno 99.
agent() {
    rm -f "$T/agent"
    timeout 60 "$HAKO_TOP/tests/oci/agent.py" "$T/agent" 99 "$1" >"$T/told" 2>"$T/agent.err" &
    wait_for 60 test -S "$T/agent"
}

# bats test_tags=host-only
# covers: /annotations
@test "crun's annotation names the agent, too" {
    action NOTIFY
    for path in "$T/agent" "unix:$T/agent"; do
        config '.annotations["run.oci.seccomp.receiver"] = $p' --arg p "$path"
        agent 1
        local pid=$!
        is "$(made plain)" "errno 99"
        wait $pid
        is "$(jq -r .state.id "$T/told")" box
    done
}

# bats test_tags=host-only
# covers: /linux/seccomp/listenerPath /linux/seccomp/listenerMetadata
@test "notifications: the agent gets the descriptor with the state, for an exec too" {
    action NOTIFY
    fails 1 made plain
    has "$output" "/linux/seccomp/syscalls/0/action: SCMP_ACT_NOTIFY needs a listenerPath"
    rm -f "$T/agent"
    config '.linux.seccomp.listenerPath = $p | .linux.seccomp.listenerMetadata = "to whom \"it\" concerns"' --arg p "$T/agent"
    fails 1 made plain
    has "$output" "connect to the seccomp listener $T/agent: No such file or directory"
    agent 1
    local pid=$!
    is "$(made plain)" "errno 99"
    wait $pid
    is "$(jq -c '[.ociVersion, .fds, .metadata, .state.id, .state.status, .state.bundle, .pid == .state.pid]' "$T/told")" \
        "[\"1.3.0\",[\"seccompFd\"],\"to whom \\\"it\\\" concerns\",\"box\",\"creating\",\"$B\",true]"
    agent 2
    pid=$!
    command_is init pause
    oci run -d --pid-file "$T/pid" -b "$B" box </dev/null >"$T/out" 2>&1
    is "$(oci exec box caller plain $NR)" "errno 99"
    is "$(jq -s -c '.[1] | [.state.id, .state.status, .state.pid, .pid != .state.pid]' "$T/told")" \
        "[\"box\",\"running\",$(cat "$T/pid"),true]"
    oci delete --force box
    wait $pid
    config '.linux.seccomp.syscalls[0].names = ["write"]'
    fails 1 made plain
    has "$output" "SCMP_ACT_NOTIFY cannot be used for write"
}

# bats test_tags=host-only
@test "notifications: by crun's annotation" {
    action NOTIFY
    config '.annotations = {"run.oci.seccomp.receiver": $p}' --arg p "$T/agent"
    agent 1
    local pid=$!
    is "$(made plain)" "errno 99"
    wait $pid
}

# bats test_tags=host-only
@test "without no_new_privs, as another user, and in an exec" {
    action ERRNO 77
    for nnp in true false; do
        config '.process.noNewPrivileges = $n | .process.user.uid = 1000' --argjson n $nnp
        is "$(made plain)" "errno 77"
    done
    command_is init pause
    oci run -d -b "$B" box </dev/null >"$T/out" 2>&1
    is "$(oci exec box caller plain $NR)" "errno 77"
    is "$(oci exec -u 5 --no-new-privs box caller plain $NR)" "errno 77"
    has "$(oci exec box init status Seccomp)" "Seccomp:	2"
}

# bats test_tags=host-only
@test "unknown system calls are passed over, or refused when the annotation says so" {
    filter '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["no_such_call", "copy_file_range", "file_setattr"],
        "action": "SCMP_ACT_ERRNO", "errnoRet": 77}]}'
    is "$(made plain)" "errno 77"
    config '.annotations = {"run.oci.seccomp_fail_unknown_syscall": "0"}'
    is "$(made plain)" "errno 77"
    config '.annotations = {"run.oci.seccomp_fail_unknown_syscall": "1"}'
    fails 1 made plain
    has "$output" '/linux/seccomp/syscalls/0/names: unknown system call "no_such_call"'
    config '.linux.seccomp.syscalls[0].names |= .[1:]'
    is "$(made plain)" "errno 77"
}

# bats test_tags=host-only
@test "a filter that is compiled already, by annotation" {
    # Load the number; the victim's is ERRNO 66, every other is allowed.
    config '.annotations = {"run.oci.seccomp_bpf_data": $d}' --arg d "$(python3 -c '
import base64, struct
code = [(0x20, 0, 0, 0), (0x15, 0, 1, 326), (0x06, 0, 0, 0x00050000 | 66), (0x06, 0, 0, 0x7fff0000)]
print(base64.b64encode(b"".join(struct.pack("HBBI", *c) for c in code)).decode())')"
    is "$(made plain)" "errno 66"
    command_is init pause
    oci run -d -b "$B" box </dev/null >"$T/out" 2>&1
    is "$(oci exec box caller plain $NR)" "errno 66"
    oci delete --force box
    for bad in '' AAAA 'AAA!' AAAAAAAAAAA; do
        config '.annotations = {"run.oci.seccomp_bpf_data": $d}' --arg d "$bad"
        fails 1 made plain
        has "$output" "/annotations/run.oci.seccomp_bpf_data: expected 1 to 4096 filter instructions"
    done
    # One that ends without a return is refused by the kernel, when all else has been set up.
    config '.annotations = {"run.oci.seccomp_bpf_data": "IAAAAAAAAAA="}'
    for how in create run "run -d"; do
        # shellcheck disable=SC2086 # words
        fails 1 oci $how -b "$B" box
        has "$output" "seccomp filter of 1 instructions, flags 0x0: Invalid argument"
        fails 1 oci state box
        has "$output" 'container "box" does not exist'
    done
}
