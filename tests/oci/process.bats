# SPDX-License-Identifier: MIT
# Every field of config.json's process, and personality and memory policy, as the kernel sees them.

load ../lib/hako
load bundle

setup() {
    hako_setup
    bundle
    cp "$HAKO_BUILD/tests/oci/oci-probe" "$R/bin/probe"
}

probe() { command_is probe "$@"; launch "$B"; }
# inside WORD...: as an exec in a container that pauses.
inside() { command_is init pause; launch "$B" "$@" | grep -v '^ready'; }

# scheduled POLICY [FIELDS]: sets /process/scheduler.
scheduled() { config '.process.scheduler = ({policy: $p} + $x)' --arg p "$1" --argjson x "${2:-{\}}"; }

# bats test_tags=host-only
# covers: /process/scheduler/policy=SCHED_OTHER /process/scheduler/policy=SCHED_BATCH
# covers: /process/scheduler/policy=SCHED_IDLE /process/scheduler/policy=SCHED_FIFO
# covers: /process/scheduler/policy=SCHED_RR /process/scheduler/policy=SCHED_ISO
# covers: /process/scheduler/nice /process/scheduler/priority
@test "scheduler: every policy with what it takes" {
    local zeros="runtime=0 deadline=0 period=0"
    scheduled SCHED_OTHER '{"nice": 7}'
    is "$(probe sched)" "policy=0 flags=0 nice=7 priority=0 $zeros"
    is "$(inside probe sched)" "policy=0 flags=0 nice=7 priority=0 $zeros"
    scheduled SCHED_BATCH '{"nice": -3}'
    is "$(probe sched)" "policy=3 flags=0 nice=-3 priority=0 $zeros"
    scheduled SCHED_IDLE
    is "$(probe sched)" "policy=5 flags=0 nice=$(nice) priority=0 $zeros"
    scheduled SCHED_FIFO '{"priority": 5}'
    is "$(probe sched)" "policy=1 flags=0 nice=0 priority=5 $zeros"
    scheduled SCHED_RR '{"priority": 6}'
    is "$(probe sched)" "policy=2 flags=0 nice=0 priority=6 $zeros"
    scheduled SCHED_ISO
    run probe sched
    is "$status" 125
    has "$output" "/process/scheduler: sched_setattr SCHED_ISO: Invalid argument"
    has "$output" "hint: this kernel may lack the policy"
    scheduled SCHED_OTHER '{"nice": 20}'
    run probe sched
    has "$output" "/process/scheduler/nice: expected a number from -20 to 19"
    scheduled SCHED_FIFO '{"priority": 0}'
    run probe sched
    has "$output" "/process/scheduler/priority: expected 1 to 99"
    scheduled SCHED_NONSENSE
    run probe sched
    has "$output" "/process/scheduler/policy"
}

# bats test_tags=host-only
# covers: /process/scheduler/policy=SCHED_DEADLINE /process/scheduler/runtime
# covers: /process/scheduler/deadline /process/scheduler/period
@test "scheduler: deadlines" {
    scheduled SCHED_DEADLINE '{"runtime": 2000000, "deadline": 20000000, "period": 40000000}'
    is "$(probe sched)" "policy=6 flags=0 nice=0 priority=0 runtime=2000000 deadline=20000000 period=40000000"
    scheduled SCHED_DEADLINE '{"runtime": 3000000, "deadline": 2000000, "period": 40000000}'
    run probe sched
    has "$output" "/process/scheduler: SCHED_DEADLINE needs a runtime <= its deadline"
    scheduled SCHED_OTHER '{"runtime": 3000000}'
    run probe sched
    has "$output" "belong to SCHED_DEADLINE"
}

# bats test_tags=host-only
# covers: /process/scheduler/flags=*
@test "scheduler: every flag" {
    local zeros="runtime=0 deadline=0 period=0"
    scheduled SCHED_FIFO '{"priority": 5, "flags": ["SCHED_FLAG_RESET_ON_FORK"]}'
    is "$(probe sched)" "policy=1 flags=1 nice=0 priority=5 $zeros"
    local deadline='"runtime": 2000000, "deadline": 20000000, "period": 20000000'
    scheduled SCHED_DEADLINE "{\"flags\": [\"SCHED_FLAG_RECLAIM\", \"SCHED_FLAG_DL_OVERRUN\"], $deadline}"
    has "$(probe sched)" "policy=6 flags=6"
    # The policy, or its parameters, of whoever starts the container.
    scheduled SCHED_OTHER '{"nice": 3, "flags": ["SCHED_FLAG_KEEP_POLICY", "SCHED_FLAG_KEEP_PARAMS"]}'
    is "$(probe sched)" "policy=0 flags=0 nice=$(nice) priority=0 $zeros"
    scheduled SCHED_BATCH '{"nice": 19, "flags": ["SCHED_FLAG_KEEP_POLICY"]}'
    is "$(probe sched)" "policy=0 flags=0 nice=19 priority=0 $zeros"
    for clamp in MIN MAX; do
        scheduled SCHED_OTHER "{\"flags\": [\"SCHED_FLAG_UTIL_CLAMP_$clamp\"]}"
        if zgrep -q '^CONFIG_UCLAMP_TASK=y' /proc/config.gz "/boot/config-$(uname -r)" 2>/dev/null; then
            has "$(probe sched)" "policy=0"
        else
            run probe sched
            has "$output" "/process/scheduler: sched_setattr SCHED_OTHER: Operation not supported"
        fi
    done
    scheduled SCHED_OTHER '{"flags": ["SCHED_FLAG_NONSENSE"]}'
    run probe sched
    has "$output" "/process/scheduler/flags/0"
}

# bats test_tags=host-only
# covers: /process/ioPriority/class=* /process/ioPriority/priority
@test "io priority: every class" {
    local n=0
    for class in RT BE IDLE; do
        n=$((n + 1))
        config '.process.ioPriority = {class: $c, priority: 5}' --arg c "IOPRIO_CLASS_$class"
        is "$(probe ioprio)" "class=$n priority=5"
    done
    is "$(inside probe ioprio)" "class=3 priority=5"
    config '.process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 8}'
    run probe ioprio
    has "$output" "/process/ioPriority/priority: expected a number from 0 to 7"
}

# bats test_tags=host-only
# covers: /process/execCPUAffinity/initial /process/execCPUAffinity/final
@test "cpus of an exec: initially, and finally" {
    local last=$(($(getconf _NPROCESSORS_ONLN) - 1)) all
    config '.process.execCPUAffinity = {initial: "0", final: $l}' --arg l "$last"
    is "$(inside probe cpus)" "$last "
    # Of an exec only.
    all=$(probe cpus)
    is "$(wc -w <<<"$all")" "$((last + 1))"
    # The caller's are its own affair.
    config 'del(.process.execCPUAffinity)'
    is "$(taskset -cp 0 $BASHPID >/dev/null; probe cpus)" "$all"
    is "$(taskset -cp 0 $BASHPID >/dev/null; inside probe cpus)" "$all"
    config '.process.execCPUAffinity = {final: "0"}'
    is "$(inside probe cpus)" "0 "
    # Finally none: the cpus of its control group.
    config '.process.execCPUAffinity = {initial: "0"}'
    is "$(inside probe cpus)" "$all"
    config '.process.execCPUAffinity = {initial: "1000"}'
    run inside probe cpus
    has "$output" "/process/execCPUAffinity/initial: "
    config '.process.execCPUAffinity = {final: "2-"}'
    run inside probe cpus
    has "$output" '/process/execCPUAffinity/final: "2-" is no list'
    config '.process.execCPUAffinity = {final: "a"}'
    run inside probe cpus
    has "$output" "/process/execCPUAffinity/final: expected a list of cpus"
}

# bats test_tags=host-only
# covers: /linux/personality/domain=* /linux/personality/flags
@test "personality" {
    is "$(probe machine)" "$(uname -m) persona=0"
    config '.linux.personality = {domain: "LINUX"}'
    is "$(probe machine)" "$(uname -m) persona=0"
    config '.linux.personality = {domain: "LINUX32"}'
    has "$(probe machine)" "persona=8"
    lacks "$(probe machine)" "$(uname -m)"
    has "$(inside probe machine)" "persona=8"
    config '.linux.personality = {domain: "LINUX", flags: ["ADDR_NO_RANDOMIZE"]}'
    run probe machine
    has "$output" "/linux/personality/flags: the spec defines no flags yet"
}

policy() { config '.linux.memoryPolicy = $x' --argjson x "$1"; }

# bats test_tags=host-only
# covers: /linux/memoryPolicy/mode=* /linux/memoryPolicy/nodes
@test "memory policy: every mode" {
    policy '{"mode": "MPOL_DEFAULT"}'
    is "$(probe mempolicy)" "mode=0 flags=0 nodes=0"
    policy '{"mode": "MPOL_PREFERRED", "nodes": "0"}'
    is "$(probe mempolicy)" "mode=1 flags=0 nodes=1"
    is "$(inside probe mempolicy)" "mode=1 flags=0 nodes=1"
    policy '{"mode": "MPOL_BIND", "nodes": "0-0"}'
    is "$(probe mempolicy)" "mode=2 flags=0 nodes=1"
    policy '{"mode": "MPOL_INTERLEAVE", "nodes": "0"}'
    is "$(probe mempolicy)" "mode=3 flags=0 nodes=1"
    policy '{"mode": "MPOL_LOCAL"}'
    is "$(probe mempolicy)" "mode=4 flags=0 nodes=0"
    policy '{"mode": "MPOL_PREFERRED_MANY", "nodes": "0"}'
    is "$(probe mempolicy)" "mode=5 flags=0 nodes=1"
    policy '{"mode": "MPOL_WEIGHTED_INTERLEAVE", "nodes": "0"}' # Linux 6.9
    run probe mempolicy
    [ "$status" -eq 0 ] && is "$output" "mode=6 flags=0 nodes=1" ||
        has "$output" "/linux/memoryPolicy: set_mempolicy MPOL_WEIGHTED_INTERLEAVE"
    policy '{"mode": "MPOL_BIND", "nodes": "999"}'
    run probe mempolicy
    has "$output" '/linux/memoryPolicy: set_mempolicy MPOL_BIND nodes "999": Invalid argument'
    policy '{"mode": "MPOL_BIND"}'
    run probe mempolicy
    has "$output" "/linux/memoryPolicy/nodes: this mode needs nodes"
    policy '{"mode": "MPOL_LOCAL", "nodes": "0"}'
    run probe mempolicy
    has "$output" "/linux/memoryPolicy/nodes: this mode takes no nodes"
}

# bats test_tags=host-only
# covers: /linux/memoryPolicy/flags=*
@test "memory policy: every flag" {
    policy '{"mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES"]}'
    is "$(probe mempolicy)" "mode=2 flags=8000 nodes=1"
    policy '{"mode": "MPOL_INTERLEAVE", "nodes": "0", "flags": ["MPOL_F_RELATIVE_NODES"]}'
    is "$(probe mempolicy)" "mode=3 flags=4000 nodes=1"
    policy '{"mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_NUMA_BALANCING"]}'
    is "$(probe mempolicy)" "mode=2 flags=2000 nodes=1"
    policy '{"mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES", "MPOL_F_RELATIVE_NODES"]}'
    run probe mempolicy
    has "$output" "/linux/memoryPolicy/flags: "
}

# bats test_tags=host-only
# covers: /process/user/uid /process/user/gid /process/user/umask /process/user/additionalGids
# covers: /process/user/username /process/args /process/env /process/cwd
@test "user, arguments, environment, directory" {
    config '.process.user = {uid: 12, gid: 34, umask: 7, additionalGids: [56, 78], username: "nobody"}'
    is "$(in_box id)" "uid=12 gid=34 groups=56,78 umask=0007"
    is "$(in_box echo "a b" "" 'c"d')" 'a b  c"d'
    config '.process.env = ["PATH=/bin", "EMPTY=", "TWO=a=b"]'
    is "$(in_box env)" "PATH=/bin
EMPTY=
TWO=a=b
HOME=/"
    # Each once: what was said last, where it was said first. An empty HOME is none.
    config '.process.env = ["A=1", "PATH=/none", "AB=2", "A=3", "HOME=", "PATH=/bin", "A=4"]'
    is "$(in_box env)" "A=4
PATH=/bin
AB=2
HOME=/"
    config '.process.env = ["PATH=/bin", "HOME=/mine"]'
    is "$(in_box env)" "PATH=/bin
HOME=/mine"
    config '.process.cwd = "/etc"'
    is "$(in_box cwd)" /etc
    config '.process.env = ["=x"]'
    run in_box true
    has "$output" "/process/env/0: expected NAME=VALUE"
    # What setresuid(2) takes for "as it is".
    local field
    for field in uid gid additionalGids/0; do
        config '.process.user = {uid: 0, gid: 0} | setpath(["process", "user"] +
            ($f | split("/") | map(tonumber? // .)); 4294967295)' --arg f $field
        run in_box true
        has "$output" "/process/user/$field: expected integer from 0 to 4294967294, found 4294967295"
    done
}

# cap_names: the names of the spec in the order of their numbers.
cap_names() { "$HAKO_BUILD/tests/oci/oci-fields" | sed -n 's:^/process/capabilities/bounding=::p'; }

# bats test_tags=host-only
# covers: /process/capabilities/*
@test "five sets of capabilities, by every name" {
    local bit i names have want set
    mapfile -t names < <(cap_names)
    is "${#names[@]}" 41
    have=0x$(awk '/^CapBnd/ { print $2 }' /proc/self/status)
    # Six times those whose number has that bit: no name can stand for another one's number.
    for bit in {0..5}; do
        want=0 set=()
        for i in "${!names[@]}"; do
            [ $(((i >> bit) & (have >> i) & 1)) = 0 ] || { want=$((want | 1 << i)) set+=("${names[i]}"); }
        done
        config '.process.capabilities |= ($ARGS.positional as $a | {bounding: $a, effective: $a,
            inheritable: $a, permitted: $a, ambient: $a})' --args "${set[@]}"
        want=$(printf %016x $want)
        is "$(in_box status Cap)" "CapInh:	$want
CapPrm:	$want
CapEff:	$want
CapBnd:	$want
CapAmb:	$want"
    done
    # Another user keeps what is ambient, and can get no more than the bounding set.
    config '.process.user.uid = 9 | .process.capabilities = {bounding: ["CAP_KILL", "CAP_CHOWN", "CAP_SETUID"],
        permitted: ["CAP_KILL", "CAP_CHOWN"], effective: ["CAP_KILL"], inheritable: ["CAP_KILL", "CAP_CHOWN"],
        ambient: ["CAP_CHOWN"]}'
    is "$(in_box status Cap)" "CapInh:	0000000000000021
CapPrm:	0000000000000001
CapEff:	0000000000000001
CapBnd:	00000000000000a1
CapAmb:	0000000000000001"
    config '.process.user.uid = 0 | .process.capabilities = {bounding: ["CAP_KILL", "CAP_NONSENSE"]}'
    run in_box status CapBnd
    has "$output" "CapBnd:	0000000000000020"
    has "$output" "warning: capability CAP_NONSENSE (bounding) is unknown and left out"
    config 'del(.process.capabilities)'
    has "$(in_box status CapBnd)" "CapBnd:	0000000000000000"
}

# limit NAME SOFT HARD
limit() { config '.process.rlimits = [{type: $t, soft: ($s|tonumber), hard: ($h|tonumber)}]' --arg t "$1" --arg s "$2" --arg h "$3"; }

# bats test_tags=host-only
# covers: /process/rlimits/*
@test "every limit" {
    # As <asm-generic/resource.h> numbers them.
    local number=0 type
    for type in CPU FSIZE DATA STACK CORE RSS NPROC NOFILE MEMLOCK AS LOCKS SIGPENDING MSGQUEUE NICE RTPRIO RTTIME; do
        local soft=1000000 hard=2000000
        [ $type = NOFILE ] && soft=5 hard=6
        [ $type = NICE ] && soft=0 hard=0
        [ $type = RTPRIO ] && soft=0 hard=0
        [ $type = AS ] && soft=9000000 hard=90000000
        [ $type = NPROC ] && soft=1000 hard=2000
        [ $type = MSGQUEUE ] && soft=100 hard=200
        [ $type = SIGPENDING ] && soft=100 hard=200
        [ $type = MEMLOCK ] && soft=100 hard=200
        limit RLIMIT_$type $soft $hard
        is "$type $(in_box rlimit $number)" "$type $soft $hard"
        number=$((number + 1))
    done
    # Those that are 0 and may be for ever: what is asked of the kernel.
    command_is init true
    for type in NICE RTPRIO; do
        limit RLIMIT_$type 3 4
        strace -f -e trace=prlimit64,setrlimit -o "$T/trace" "$HAKO_BUILD/tests/oci/launch-test" "$B" 2>"$T/said"
        grep -q "RLIMIT_$type, {rlim_cur=3, rlim_max=4}" "$T/trace"
    done
    # Of another user, too, which may raise none.
    config '.process.user.uid = 1000'
    limit RLIMIT_NOFILE 5 6
    is "$(in_box rlimit 7)" "5 6"
    config '.process.rlimits += .process.rlimits'
    run in_box true
    has "$output" "/process/rlimits/1/type: this limit is set twice"
    limit RLIMIT_NOFILE 7 6
    run in_box true
    has "$output" "/process/rlimits/0/soft: the soft limit is above the hard one"
    limit RLIMIT_NONSENSE 1 1
    run in_box true
    has "$output" "/process/rlimits/0/type"
}

# covers: /process/noNewPrivileges /process/oomScoreAdj
@test "no_new_privs, and the OOM score" {
    has "$(in_box status NoNewPrivs)" 0
    config '.process.noNewPrivileges = true | .process.oomScoreAdj = 500'
    has "$(in_box status NoNewPrivs)" 1
    is "$(in_box cat /proc/self/oom_score_adj)" 500
    config '.process.oomScoreAdj = 1001'
    run in_box true
    has "$output" "/process/oomScoreAdj: expected a number from -1000 to 1000"
    # Lowered by the runtime, which may, for a user namespace that may not.
    config '.process.oomScoreAdj = -1 | .linux.namespaces += [{type: "user"}]
        | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
        | .linux.gidMappings = .linux.uidMappings'
    chown -R 100000:100000 "$R"
    run in_box cat /proc/self/oom_score_adj
    if [ $((0x$(awk '/^CapEff/ { print $2 }' /proc/self/status) >> 24 & 1)) = 1 ]; then
        is "$output" -1
    else
        has "$output" "warning: oom_score_adj -1: lowering it needs CAP_SYS_RESOURCE"
    fi
}

# covers: /process/apparmorProfile /process/selinuxLabel
@test "labels of security modules that are not there are refused" {
    config '.process.apparmorProfile = "unconfined"'
    is "$(in_box echo hi)" hi
    config '.process.apparmorProfile = "hako-test"'
    run in_box true
    is "$status" 125
    has "$output" /process/apparmorProfile
    [ -e /sys/module/apparmor/parameters/enabled ] ||
        has "$output" '/process/apparmorProfile: "hako-test" is asked for, but AppArmor is not enabled'
    if [ ! -e /sys/fs/selinux/enforce ]; then
        config 'del(.process.apparmorProfile) | .process.selinuxLabel = "system_u:system_r:container_t:s0"'
        run in_box true
        is "$status" 125
        has "$output" '/process/selinuxLabel: "system_u:system_r:container_t:s0" is asked for, but SELinux is not enabled'
    fi
}
