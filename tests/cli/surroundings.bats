#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# hako called from odd places: closed descriptors, a strict umask, hosts without the usual files.
# bats file_tags=host-only

load ../lib/hako

setup_file() {
    hako_setup_file
    hako load -q -i "$("$HAKO_TOP/tests/image/fixture" small)/docker.tar"
    hako tag hako.test/small box
}

box() { hako run --rm --network none "$@"; }

@test "closed standard streams are as good as /dev/null" {
    box box echo hi >&-
    is "$(box box echo hi 2>&-)" hi
    is "$(box box echo hi <&-)" hi
    is "$(box -i box cat <&-)" ""
    box box echo hi <&- >&- 2>&-
    hako run -d --name quiet --network none box sleep 100 <&- >&- 2>&-
    is "$(hako exec quiet echo hi <&-)" hi
    hako exec quiet echo hi >&-
    hako ps >&-
}

@test "a bind source that -v makes is for every user, whatever the umask" {
    (umask 077 && box -v "$T/made/here:/x" -u 1000 box ls /x)
    is "$(stat -c %a "$T/made/here")" 755
    box -u 1000 box cat /etc/hosts >/dev/null
    rm -r "$T/made"
}

@test "a working directory that is gone does not matter" {
    mkdir "$T/gone"
    cd "$T/gone"
    rmdir "$T/gone"
    is "$(box box echo hi)" hi
    hako ps
}

@test "the container ignores and blocks no signal, whatever the caller ignores" {
    local ignored
    ignored=$(trap '' HUP INT QUIT USR1; box box grep -E 'SigBlk|SigIgn' /proc/self/status)
    is "$(xargs <<<"$ignored")" "SigBlk: 0000000000000000 SigIgn: 0000000000000000"
    hako run -d --name target --network none box sh -c 'sleep 100 & wait'
    ignored=$(trap '' HUP INT QUIT USR1; hako exec target grep SigIgn /proc/self/status)
    is "$(xargs <<<"$ignored")" "SigIgn: 0000000000000000"
    is "$(hako run --rm --init --network none box grep SigIgn /proc/self/status | xargs)" "SigIgn: 0000000000000000"
}

# In a UTS namespace of its own, lest a mistake rename the machine.
@test "the host keeps its name, and those who share with it have it" {
    export HAKO_BUILD
    run unshare --uts bash -c '
        hostname outside
        run="$HAKO_BUILD/hako run --rm"
        $run --uts host --network none box hostname
        $run --network host box sh -c "hostname; hostname inside 2>/dev/null; echo \$HOSTNAME"
        $run --privileged --network host box hostname inside
        $run --uts host -h other --network none box true
        hostname' 2>&1
    is "$(grep -v warning <<<"$output")" "outside
outside
outside
hako: conflicting options: hostname and the UTS mode
outside"
    has "$(box -h "" box env)" HOSTNAME=
    lacks "$(box -h "" box env | tr '\n' '|')" "HOSTNAME=|"
}

@test "a container that joins another's network has its host name" {
    hako run -d --name first -h firstname box sleep 100
    is "$(hako run --rm --network container:first box hostname)" firstname
    fails 125 hako run --rm --network container:first -h second box true
    has "$output" "conflicting options: hostname and the network mode"
    fails 125 hako run --rm --network container:first --dns 192.0.2.1 box true
    has "$output" "conflicting options: dns and the network mode"
    fails 125 hako run --rm --network container:first --add-host a:192.0.2.1 box true
    has "$output" "conflicting options: custom host-to-IP mapping"
}

# The values are the present ones: a mistake changes nothing.
@test "sysctls of the whole host are refused" {
    local same
    same=$(</proc/sys/vm/swappiness)
    fails 125 box --sysctl "vm.swappiness=$same" box true
    has "$output" "vm.swappiness: this sysctl is the whole machine's"
    fails 125 box --privileged --sysctl "vm/swappiness=$same" box true
    same=$(</proc/sys/net/ipv4/ip_forward)
    fails 125 hako run --rm --network host --sysctl "net.ipv4.ip_forward=$same" box true
    has "$output" ip_forward
    same=$(</proc/sys/kernel/shmmni)
    fails 125 box --ipc host --sysctl "kernel.shmmni=$same" box true
    fails 125 box --sysctl "net.ipv4/../../vm/swappiness=60" box true
    is "$(box --sysctl kernel.shmmni=77 --sysctl net.ipv4.ip_forward=1 --sysctl fs.mqueue.queues_max=9 box \
        cat /proc/sys/kernel/shmmni /proc/sys/net/ipv4/ip_forward /proc/sys/fs/mqueue/queues_max | xargs)" "77 1 9"
}

@test "empty values are as good as none, as scripts with unset variables give them" {
    hako run -d --name "" --network "" --user "" --entrypoint "" --hostname "" --workdir "" \
        --stop-signal "" --ip "" --mac-address "" --cidfile "" box sleep 100
    is "$(hako exec -w "" "$(hako ps -lq)" pwd)" /home/user
    is "$(hako inspect -f '{{.HostConfig.NetworkMode}}' "$(hako ps -lq)")" bridge
    [[ $(hako ps -l --format '{{.Names}}') == *_* ]]
    hako kill --signal "" "$(hako ps -lq)"
    hako stop --signal "" "$(hako ps -alq)"
}

@test "a tmpfs where nothing is, is for every user" {
    box -u 1000 --tmpfs /nothing/here box touch /nothing/here/x
    box -u 1000 --read-only --tmpfs /tmp box touch /tmp/x
}

@test "a file on a directory, or a directory on a file, is explained" {
    fails 125 box -v /etc/passwd:/tmp box true
    has "$output" "hint: a directory can only be mounted onto a directory"
    fails 125 box -v /etc:/etc/passwd box true
    has "$output" "hint: a directory can only be mounted onto a directory"
}

@test "version answers what scripts ask docker's server" {
    is "$(hako version -f '{{.Server.Version}}')" "$(hako version -f '{{.Client.Version}}')"
}

@test "a file size limit of the caller's is an error with its reason" {
    fails 125 bash -c 'ulimit -f 0; exec "$0" run --rm --network none box true' "$HAKO_BUILD/hako"
    has "$output" "File too large"
}

@test "an image for another processor is told of, and refused where this one was asked for" {
    needs umoci skopeo
    mkdir "$T/arm"
    tar -C "$T/arm" -xf "$("$HAKO_TOP/tests/image/fixture" small)/oci-gzip.tar"
    umoci config --image "$T/arm:latest" --architecture s390x
    skopeo copy -q --insecure-policy "oci:$T/arm:latest" "docker-archive:$T/arm.tar:other:1" >/dev/null
    hako load -q -i "$T/arm.tar"
    run hako run --rm --network none other:1 echo ran
    has "$output" "the image's platform (linux/s390x) does not match"
    has "$output" ran
    fails 125 hako run --rm --platform linux other:1 true
    has "$output" "is for platform linux/s390x"
    hako run --rm --network none --platform linux box true
    rm -rf "$T/arm" "$T/arm.tar"
}
