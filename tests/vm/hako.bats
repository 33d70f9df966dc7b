#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# hako's own containers where cgroup v2 stands alone, and where a part of it is all there is.

load ../lib/hako

I=hako.test/small:latest

setup_file() {
    hako_setup_file
    hako load -qi "$(fixture small)/docker.tar" >/dev/null
}

@test "limits are set, and nothing is warned of" {
    needs_controllers memory cpu pids
    is "$(hako info -f '{{.CgroupDriver}} {{.Cgroup.Mode}} {{.MemoryLimit}} {{len .Warnings}}')" \
        "cgroupfs pure true 0"
    parent=/hako/${T##*/}-parent
    hako run -d --name lim --network none --cgroup-parent "$parent" --cgroup-missing=warn \
        --memory 64m --cpus 0.5 --pids-limit 20 $I sleep 1000 >/dev/null 2>"$T/said"
    lacks "$(cat "$T/said")" "not applied"
    group=/sys/fs/cgroup$(hako inspect -f '{{.State.CgroupPath}}' lim)
    is "$group" "/sys/fs/cgroup$parent/$(hako inspect -f '{{.Id}}' lim)"
    is "$(cat "$group"/{memory.max,cpu.max,pids.max} | xargs)" "67108864 50000 100000 20"
    hako rm -f lim
    rmdir "/sys/fs/cgroup$parent"
}

# A cgroup namespace whose root is a group without controllers.
@test "what is not passed on from outside is explained" {
    needs_controllers memory
    nest=/sys/fs/cgroup/${T##*/}-nest
    mkdir -p "$nest/inner"
    cat >"$T/inside" <<'END'
"$1" run --rm --network none "$2" true
mount -t tmpfs cover /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
hako=$1 image=$2
"$hako" info -f '{{range .Cgroup.Controllers}}{{.Name}}={{.State}} {{end}}'
"$hako" run --rm --network none --memory 64m "$image" true
echo "exit $?"
"$hako" run --rm --network none --memory 64m --cgroup-missing=warn "$image" echo hello
END
    output=$(sh -c 'echo $$ >"$1/inner/cgroup.procs"; shift; exec unshare --cgroup --mount sh "$@"' \
        sh "$nest" "$T/inside" "$HAKO_BUILD/hako" $I 2>&1) || { echo "$output"; false; }
    wait_for 60 rmdir "$nest/inner" # a monitor may end after what it has told
    rmdir "$nest"
    has "$output" "hako: clone3: No such file or directory
hint: the tree at /sys/fs/cgroup is seen from another cgroup namespace: mount -t cgroup2 shows this one's"
    has "$output" "memory=outside "
    has "$output" "hako: limits need cgroup v2 controllers that are missing: memory (memory.limit, memory.swap) is not passed on to this tree from outside
hint: --cgroup-missing=warn goes on without them
exit 125
hako: warning: limits are not applied, for lack of cgroup v2 controllers: memory (memory.limit, memory.swap) is not passed on to this tree from outside
hello"
}

# covers: global:--rootless /linux/resources/pids/limit
@test "a user without a group of his own is told what gives him one" {
    needs_controllers pids
    . tests/oci/bundle.bash
    bundle user
    rm "$B/config.json"
    mkdir "$T/state"
    chown -R tester "$B" "$T/state"
    as() { runuser -u tester -- "$HAKO_BUILD/hako-oci" --root "$T/state" "$@"; }
    as spec --rootless --bundle "$B"
    config '.process.terminal = false | .process.args = ["init", "true"]
        | .linux.resources = {pids: {limit: 20}} | del(.mounts)'
    fails 1 as run --bundle "$B" ten </dev/null
    has "$output" "Permission denied
hint: rootless needs no limits and no cgroupsPath when no permission is granted for cgroups; --systemd-cgroup asks the user's own systemd for a group"
}
