# SPDX-License-Identifier: MIT
# What of the machine a test suite could leave behind, one line a thing.

# machine_state RUN_ID: mounts, links, network namespaces, devices' owners, empty cgroups, and files of
# hako's in shared places. A cgroup that is populated belongs to somebody who lives; processes are told
# apart by the run's id in their environment, so that a busy machine does not confuse us.
machine_state() {
    awk '{ print "mount", $5 }' /proc/self/mountinfo
    ip -o link | awk -F': ' '{ sub(/@.*/, "", $2); print "link", $2 }'
    find /run/netns -mindepth 1 -maxdepth 1 -printf 'netns %f\n' 2>/dev/null
    stat -c 'device %n %u:%g %a' /dev/{null,zero,full,random,urandom,tty,fuse,net/tun} 2>/dev/null
    find /sys/fs/cgroup -mindepth 2 -name cgroup.events 2>/dev/null | while read -r events; do
        grep -qs '^populated 1' "$events" || echo "cgroup ${events%/cgroup.events}"
    done
    find /tmp /var/tmp /run /var/lib -mindepth 1 -maxdepth 1 -name 'hako*' -printf 'file %p\n' |
        grep -v '^file /tmp/hako-tests\.'
    machine_processes "$1"
}

# Processes that carry HAKO_TEST_RUN=RUN_ID and are neither this shell nor its kin.
machine_processes() {
    local dir pid=$BASHPID kin=" "
    while [ "$pid" -gt 1 ]; do
        kin+="$pid "
        pid=$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status")
    done
    for dir in /proc/[0-9]*; do
        pid=${dir#/proc/}
        [[ $kin == *" $pid "* ]] && continue
        grep -qsz "^HAKO_TEST_RUN=$1\$" "$dir/environ" || continue
        [[ $kin == *" $(awk '/^PPid:/ { print $2 }' "$dir/status" 2>/dev/null) "* ]] && continue
        echo "process $pid $(tr '\0' ' ' 2>/dev/null <"$dir/cmdline")"
    done
}

# machine_leaks RUN_ID BEFORE: prints what is there now and was not in the file BEFORE; waits a
# moment for what is on its way out. True when nothing is left.
machine_leaks() {
    local leaks
    for _ in {1..150}; do
        leaks=$(machine_state "$1" | sort -u | comm -13 "$2" -)
        [ -z "$leaks" ] && return 0
        sleep 0.2
    done
    echo "$leaks"
    return 1
}
