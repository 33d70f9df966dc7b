# SPDX-License-Identifier: MIT
# exec in a container that divides its control group among its processes.

load ../lib/hako
load ../oci/bundle

group_of() { awk -F: '/^0:/ { print $3 }' "/proc/$1/cgroup"; }

teardown() { box_teardown; }

# A group whose children have controllers takes no process itself: clone3(2) says EBUSY.
@test "an exec goes where the container's first process is" {
    needs_controllers pids
    local group=/hako/${T##*/}-box dir pid
    bundle
    command_is init pause
    config '.linux.cgroupsPath = $p | .linux.resources = {pids: {limit: 100}}' --arg p "$group"
    oci run -d --pid-file "$T/pid" -b "$B" box </dev/null >"$T/out" 2>&1
    dir=/sys/fs/cgroup$group pid=$(cat "$T/pid")
    is "$(group_of "$pid")" "$group"
    mkdir "$dir/init.scope"
    echo "$pid" >"$dir/init.scope/cgroup.procs"
    echo +pids >"$dir/cgroup.subtree_control"
    oci exec -d --pid-file "$T/pid2" box init pause >"$T/out"
    is "$(group_of "$(cat "$T/pid2")")" "$group/init.scope"
    # A group that was asked for is that or none.
    mkdir -p "$dir/other/below"
    echo +pids >"$dir/other/cgroup.subtree_control"
    oci exec -d --cgroup other/below box init pause >"$T/out"
    fails 255 oci exec --cgroup other box init true
    has "$output" "Device or resource busy"
}
