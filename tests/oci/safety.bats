# SPDX-License-Identifier: MIT
# What a container's process could get hold of: descriptors, the waiting first process, the program itself.

load ../lib/hako
load bundle

setup() {
    hako_setup
    bundle
}

# with_open_files COMMAND...: with descriptors open that lead all over the host, up to high numbers.
with_open_files() {
    local fd
    for fd in {3..9} 10 50 255 300; do
        eval "exec $fd<$T" # a directory of the host
    done
    exec 40<>"$T/rw" 41< <(sleep 0) 42</dev/zero
    ulimit -Sn "$(ulimit -Hn)"
    python3 -c 'import os, sys
os.dup2(3, min(os.sysconf("SC_OPEN_MAX") - 1, 60000), inheritable=True)
os.execvp(sys.argv[1], sys.argv[1:])' "$@"
}

# bats test_tags=host-only
@test "nothing that the runtime has open is open inside: first process, hooks, exec" {
    local seen program="$HAKO_BUILD/tests/oci/lifecycle-test"
    config '.mounts += [{destination: "/seen", type: "bind", source: $s, options: ["rbind", "rw"]}]
        | .hooks = {
            createRuntime: [{path: $i, args: ["init", "openfds", ($s + "/createRuntime")]}],
            createContainer: [{path: $i, args: ["init", "openfds", ($s + "/createContainer")]}],
            startContainer: [{path: "/bin/init", args: ["init", "openfds", "/seen/startContainer"]}],
            poststart: [{path: $i, args: ["init", "openfds", ($s + "/poststart")]}]}
        | .linux.cgroupsPath = $path' \
        --arg s "$T/seen" --arg i "$HAKO_BUILD/tests/oci/oci-init" --arg path "/hako/${T##*/}-fds"
    mkdir -p "$T/seen"
    command_is init openfds /seen/first ';' pause
    (with_open_files "$program" "$T/oci" create fds "$B" </dev/null >"$T/out" 2>&1)
    (with_open_files "$program" "$T/oci" start fds)
    wait_for 60 grep -q ready "$T/out"
    (with_open_files "$program" "$T/oci" exec fds init openfds /seen/exec)
    lifecycle delete fds force
    for seen in createRuntime createContainer startContainer poststart first exec; do
        is "$(cut -d' ' -f1 "$T/seen/$seen" | tr '\n' ' ')" "0 1 2 "
        lacks "$(cat "$T/seen/$seen")" "$T/rw"
    done
}

# A neighbour in the same pid namespace, without CAP_SYS_PTRACE.
# bats test_tags=host-only
@test "a first process that waits for its start cannot be looked into from inside" {
    local outer inner file
    command_is init pause
    create near
    outer=$(lifecycle state near | jq -r .pid)
    lifecycle start near
    config '.linux.namespaces |= map(if .type == "pid" then .path = $p else . end)' --arg p "/proc/$outer/ns/pid"
    create waits
    inner=$(awk '/^NSpid/ { print $NF }' "/proc/$(lifecycle state waits | jq -r .pid)/status")
    is "$(lifecycle exec near init cat "/proc/$inner/comm")" "lifecycle-test"
    # Their numbers are no secret; what they lead to is.
    for file in $(lifecycle exec near init ls "/proc/$inner/fd" | sed 's,^,fd/,') exe root cwd environ mem maps; do
        run lifecycle exec near init cat "/proc/$inner/$file"
        has "$output" "Permission denied"
    done
    lifecycle delete waits force
    lifecycle delete near force
}

# bats test_tags=host-only
@test "the command cannot be the runtime: by name, script or program loader" {
    local loader
    command_is /proc/self/exe selfexe
    fails 126 launch "$B"
    printf '#!/proc/self/exe\n' >"$R/etc/script"
    # A program whose loader is /proc/self/exe.
    python3 - /bin/true "$R/etc/loaded" <<'END'
import re, sys
data = open(sys.argv[1], "rb").read()
name = re.search(rb"/lib[^\0]*/ld-[^\0]*", data).group()
open(sys.argv[2], "wb").write(data.replace(name, b"/proc/self/exe".ljust(len(name), b"\0"), 1))
END
    chmod +x "$R/etc/script" "$R/etc/loaded"
    command_is /etc/script selfexe
    fails 126 launch "$B"
    command_is /etc/loaded selfexe
    run launch "$B"
    [ "$status" = 126 ] || [ "$status" = 139 ] # older kernels cannot place a loader that is no library
}

# Where AppArmor is on, we execute a labelled command ourselves, from a mount that nobody can write to.
@test "a command with a label cannot be the runtime either" {
    config '.process.apparmorProfile = "unconfined"'
    if [ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ]; then
        command_is init pause
        create labelled
        is "$(readlink "/proc/$(lifecycle state labelled | jq -r .pid)/exe")" /
        lifecycle delete labelled force
    else
        command_is /proc/self/exe selfexe
        fails 126 launch "$B"
    fi
}

# bats test_tags=host-only
@test "state is nobody else's" {
    command_is init pause
    create mine
    is "$(stat -c %a "$T/oci" "$T/oci/mine" | tr '\n' ' ')" "700 700 "
    is "$(stat -c '%a %F' "$T/oci/mine/exec.fifo")" "600 fifo"
    lifecycle delete mine force
}
