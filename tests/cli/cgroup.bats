#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Who makes a container's cgroup, and what becomes of limits that cannot be had.

load ../lib/hako

I=hako.test/small:latest

setup_file() {
    hako_setup_file
    hako load -qi "$(fixture small)/docker.tar" >/dev/null
}

TREE=$(findmnt -nro TARGET -t cgroup2 | head -n 1)

inspect() { hako inspect -f "$2" "$1"; }
# group ID: of its first process.
group() { sed -n 's/^0:://p' "/proc/$(inspect "$1" '{{.State.Pid}}')/cgroup"; }
ended() { [ "$(inspect "$1" '{{.State.Status}}')" = exited ]; }
own_group() { sed -n 's/^0:://p' /proc/self/cgroup; }
nothing_left() {
    is "$(hako ps -aq)" ""
    is "$(ls "$HAKO_ROOT/names")" ""
}
# Who may not raise a limit of open files is told so; that is no matter here.
without_rlimit() { grep -v "warning: RLIMIT_NOFILE" || :; }
# Limits cannot be had where v1 has the controllers.
needs_v1() { [ -d /sys/fs/cgroup/memory ] || skip "no cgroup v1 here"; }

# bats test_tags=host-only
@test "a container's record tells its group and who made it" {
    hako run -d --name one --network none $I sleep 1000
    id=$(inspect one '{{.Id}}')
    is "$(group one)" "/hako/$id"
    is "$(inspect one '{{.State.CgroupPath}} {{.HostConfig.CgroupManager}}')" "/hako/$id cgroupfs"
    is "$(inspect one '{{.HostConfig.Cgroups}} {{.HostConfig.CgroupParent}} {{.HostConfig.CgroupMissing}}')" \
        "default  fail"
    hako rm -f one
    [ ! -e "$TREE/hako/$id" ]
}

@test "a parent of one's own, and kill -9 of the monitor there" {
    parent=/hako/${T##*/}-parent
    hako --cgroup-manager cgroupfs run -d --name two --network none --cgroup-parent "$parent" $I sleep 1000
    is "$(group two)" "$parent/$(inspect two '{{.Id}}')"
    hako exec two true
    kill -9 "$(inspect two '{{.State.MonitorPid}}')"
    wait_for 60 ended two
    is "$(ls -d "$TREE$parent"/*/ 2>/dev/null)" ""
    hako start two
    is "$(group two)" "$parent/$(inspect two '{{.Id}}')"
    hako stop -t 0 two
    rmdir "$TREE$parent"
    hako rm two
}

# bats test_tags=host-only
@test "without a group" {
    for how in --cgroup-manager=disabled:--cgroups=enabled --debug:--cgroups=disabled; do
        hako "${how%%:*}" run -d --name none --network none "${how#*:}" $I sleep 1000 2>/dev/null
        is "$(group none)" "$(own_group)"
        is "$(inspect none '{{.HostConfig.CgroupManager}} {{.HostConfig.Cgroups}} {{.State.CgroupPath}}')" \
            "disabled disabled "
        is "$(hako exec none echo hello)" hello
        hako stop -t 0 none
        is "$(inspect none '{{.State.ExitCode}}')" 137
        # It stays what it was made as.
        HAKO_CGROUP_MANAGER=cgroupfs hako start none
        is "$(group none)" "$(own_group)"
        kill -9 "$(inspect none '{{.State.MonitorPid}}')"
        wait_for 60 ended none
        hako rm none
    done
    is "$(HAKO_CGROUP_MANAGER=disabled hako info -f '{{.CgroupDriver}} {{.Cgroup.Why}}')" \
        "none HAKO_CGROUP_MANAGER"
}

# bats test_tags=host-only
@test "what cannot be without a group is refused" {
    fails 125 hako run --cgroups disabled --memory 64m --pids-limit 5 $I true
    is "$output" "hako: limits need a cgroup, and cgroups are disabled: memory.limit, memory.swap, pids.limit
hint: leave them out, or call with --cgroup-manager=cgroupfs"
    fails 125 hako run --cgroups disabled --pid host $I true
    has "$output" "nothing would end the processes that it leaves"
    fails 125 hako run --cgroups disabled --cgroup-parent /x $I true
    has "$output" "cgroup parent /x: cgroups are disabled"
    fails 125 hako run --cgroups split $I true
    nothing_left
    output=$(hako run --rm --network none --cgroups disabled --cgroup-missing warn --pids-limit 5 $I echo here 2>&1 | without_rlimit)
    is "$output" "hako: warning: limits are not applied, since cgroups are disabled: pids.limit
here"
}

# bats test_tags=host-only
@test "managers and parents that do not go together" {
    fails 125 hako --cgroup-manager nosuch run $I true
    is "$output" 'hako: there is no cgroup manager "nosuch"
hint: there are: cgroupfs, systemd, disabled'
    fails 1 hako --cgroup-manager nosuch info
    fails 125 hako --cgroup-manager cgroupfs run --cgroup-parent user.slice $I true
    has "$output" "cgroup parent user.slice: this is systemd's, and cgroupfs makes the group"
    fails 125 hako --cgroup-manager systemd create --cgroup-parent /x $I true
    has "$output" "cgroup parent /x: systemd makes the group, and this is no slice"
    nothing_left
    [ -d /run/systemd/system ] && return
    fails 125 hako --cgroup-manager systemd run --cidfile "$T/cid" $I true
    has "$output" "hint: "
    has "$output" "--cgroup-manager=cgroupfs"
    [ ! -e "$T/cid" ]
    nothing_left
}

# bats test_tags=host-only
@test "limits whose controllers v1 has stop a container before it is made" {
    needs_v1
    for command in run create; do
        code=$([ $command = run ] && echo 125 || echo 1)
        fails "$code" hako $command --name early --cidfile "$T/cid" --memory 64m --pids-limit 5 $I true
        has "$output" "limits need cgroup v2 controllers that are missing: "
        has "$output" "memory (memory.limit, memory.swap) is held by cgroup v1 at /sys/fs/cgroup/memory"
        has "$output" "pids (pids.limit) is held by cgroup v1 at /sys/fs/cgroup/pids"
        has "$output" "hint: boot with systemd.unified_cgroup_hierarchy=1"
        has "$output" "--cgroup-missing=warn goes on without them"
        is "$(wc -l <<<"$output")" 2
        [ ! -e "$T/cid" ]
        nothing_left
        is "$(find "$HAKO_ROOT/containers" "$HAKO_RUNROOT/containers" -mindepth 1)" ""
    done
}

# bats test_tags=host-only
@test "--cgroup-missing=warn goes on with one warning" {
    needs_v1
    want="hako: warning: limits are not applied, for lack of cgroup v2 controllers: \
memory (memory.limit, memory.swap) is held by cgroup v1 at /sys/fs/cgroup/memory"
    is "$(hako run --rm --network none --cgroup-missing=warn --memory 64m $I echo here 2>&1 | without_rlimit)" "$want
here"
    hako create --name late --network none --cgroup-missing=warn --memory 64m $I sleep 1000 >/dev/null 2>"$T/said"
    is "$(without_rlimit <"$T/said")" "$want"
    hako start late >/dev/null 2>"$T/said"
    is "$(without_rlimit <"$T/said")" "$want"
    is "$(inspect late '{{.HostConfig.CgroupMissing}} {{.HostConfig.Memory}}')" "warn 67108864"
    is "$(group late)" "/hako/$(inspect late '{{.Id}}')"
    hako rm -f late
}

# bats test_tags=host-only
@test "where only v1 is mounted containers have groups of v2 all the same" {
    needs_v1
    # Nobody but this command sees it covered.
    cat >"$T/v1" <<'END'
mount -t tmpfs cover "$1"
hako=$2 image=$3
[ "$("$hako" info -f '{{.Cgroup.Mode}} {{.Cgroup.Mount}} {{.CgroupVersion}}')" = "v1 nowhere 2" ] || exit 11
"$hako" run -d --name hidden --network none "$image" sleep 1000 || exit 12
grep -qx "0::/hako/$("$hako" inspect -f '{{.Id}}' hidden)" "/proc/$("$hako" inspect -f '{{.State.Pid}}' hidden)/cgroup" || exit 13
"$hako" exec hidden true || exit 14
"$hako" rm -f hidden || exit 15
"$hako" run --memory 64m "$image" true 2>"$4" && exit 16
grep -q "memory (memory.limit, memory.swap) is held by cgroup v1 at /sys/fs/cgroup/memory" "$4"
END
    unshare --mount --propagation private sh -e "$T/v1" "$TREE" "$HAKO_BUILD/hako" $I "$T/said"
    nothing_left
}

@test "info shows the whole picture" {
    json=$(hako --cgroup-manager cgroupfs info --format json)
    is "$(jq -r '[.CgroupDriver, .CgroupVersion, .Cgroup.Why, .Cgroup.Parent, .Cgroup.Delegated] | join(" ")' <<<"$json")" \
        "cgroupfs 2 --cgroup-manager /hako /"
    is "$(jq -r .Cgroup.Own <<<"$json")" "$(own_group)"
    is "$(jq -r .Cgroup.Mount <<<"$json")" "$TREE"
    is "$(jq -r '[.Cgroup.Controllers[].Name] | join(" ")' <<<"$json")" \
        "cpu cpuset io memory hugetlb pids rdma misc dmem"
    is "$(jq -c '[.Cgroup.Controllers[] | select(.State == "available").Name]' <<<"$json")" \
        "$(jq -c .CgroupControllers <<<"$json")"
    for pair in memory:MemoryLimit memory:SwapLimit cpu:CpuCfsPeriod cpu:CpuCfsQuota cpu:CPUShares \
        cpuset:CPUSet pids:PidsLimit; do
        is "$pair $(jq --arg c "${pair%:*}" '.CgroupControllers | index($c) != null' <<<"$json")" \
            "$pair $(jq --arg k "${pair#*:}" '.[$k]' <<<"$json")"
    done
    is "$(jq .Cgroup.Systemd.Running <<<"$json")" \
        "$([ -d /run/systemd/system ] && echo true || echo false)"
    text=$(hako info)
    has "$text" "Cgroup Driver:  "
    if [ -d /sys/fs/cgroup/memory ]; then
        is "$(jq -r .Cgroup.Mode <<<"$json")" hybrid
        is "$(jq -r '.Cgroup.Controllers[] | select(.Name == "memory") | [.State, .Place] | join(" ")' <<<"$json")" \
            "v1 /sys/fs/cgroup/memory"
        grep -qx "  memory: *held by cgroup v1 at /sys/fs/cgroup/memory" <<<"$text"
        grep -qx "WARNING: No memory limit support" <<<"$text"
        has "$(jq -c .Warnings <<<"$json")" "WARNING: No pids limit support"
    else
        is "$(jq -r .Cgroup.Mode <<<"$json")" pure
        grep -qx "  memory: *available" <<<"$text"
        is "$(jq -c .Warnings <<<"$json")" "[]"
    fi
}
