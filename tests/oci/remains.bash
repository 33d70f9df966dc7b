# SPDX-License-Identifier: MIT
# For tests that make many containers or kill hako-oci (load it after bundle.bash): a bundle with all
# that a runtime could leave behind, and the question what has been left. $H is the program.

setup_file() {
    hako_setup_file
    BATS_TEST_TIMEOUT=300
}

setup() {
    hako_setup
    H="$HAKO_BUILD/hako-oci --root $T/oci"
    G=/hako/${T##*/}
    CGROUPS=$(findmnt -rno TARGET -t cgroup2 | head -1)
    bundle
    command_is init pause
    # All that a runtime can leave behind is in it: mounts, a filter to cache, a pid file to write.
    config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls:
        [{names: ["mkdir"], action: "SCMP_ACT_ERRNO", errnoRet: 77}]} | .linux.cgroupsPath = $p' \
        --arg p "$G-box"
    mkdir -p "$T/pids"
    before=$(remains)
}

teardown() {
    $H delete --force --regex .
    rm -rf "$T/oci"
    hako_teardown
}

# Mounts, groups, state, temporary files, and processes of a container's or of hako-oci.
remains() {
    local file name
    while read -r _ _ _ _ file _; do echo "mount $file"; done </proc/self/mountinfo
    for file in "$CGROUPS$G"* "$T"/oci/* "$T"/oci/.[!.]* "$T"/oci/.seccomp/.[!.]* "$T"/pids/.[!.]*; do
        [ -e "$file" ] && [ "$file" != "$T/oci/.seccomp" ] && echo "$file"
    done
    for file in /proc/[0-9]*/comm; do
        { read -r name <"$file"; } 2>/dev/null || continue
        case $name in init | hako-oci) echo "$file" ;; esac
    done
    true
}
# nothing_left [WHAT...]: after a delete --force. What has been killed may still be on its way out.
nothing_left() {
    wait_for 60 eval '[ "$(remains)" = "$before" ]' >/dev/null && return 0
    echo "$*: left behind:"
    diff <(echo "$before") <(remains)
    return 1
}
