#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# hako run: exit codes, the process that it makes, and what bad input leaves behind.

load ../lib/hako

I=hako.test/small:latest

setup_file() {
    hako_setup_file
    hako load -qi "$(fixture small)/docker.tar" >/dev/null
}

# Without a network: fastest, and needs nothing of the host.
in_box() { hako run --rm --network none "$@" 2>"$BATS_TEST_TMPDIR/err"; }

# bats test_tags=host-only
@test "the process's own exit code" {
    in_box $I true
    fails 1 in_box $I false
    fails 42 in_box $I sh -c 'exit 42'
    fails 255 in_box $I sh -c 'exit 255'
}

# bats test_tags=host-only
@test "128 and the signal that ended it" {
    fails 137 in_box --init $I sh -c 'kill -KILL $$'
    fails 143 in_box --init $I sh -c 'kill -TERM $$'
    fails 134 in_box --init $I sh -c 'kill -ABRT $$'
}

# bats test_tags=host-only
@test "127: no such command; 126: it cannot be executed; 125: hako's own failure" {
    fails 127 hako run --rm --network none $I nosuch
    has "$output" "nosuch"
    has "$output" "executable file not found in \$PATH"
    fails 127 hako run --rm --network none $I /no/such
    has "$output" "no such file or directory"
    fails 126 hako run --rm --network none $I /etc
    fails 126 hako run --rm --network none $I /etc/passwd
    has "$output" "permission denied"
    fails 125 hako run --rm --network none nosuchimage true
    has "$output" "No such image: nosuchimage"
    fails 125 hako run --rm --no-such-option $I true
    is "$(hako ps -aq)" ""
}

# bats test_tags=host-only
@test "stdout and stderr are apart" {
    hako run --rm --network none $I sh -c 'echo out; echo err >&2' \
        >"$BATS_TEST_TMPDIR/o" 2>"$BATS_TEST_TMPDIR/e"
    is "$(cat "$BATS_TEST_TMPDIR/o")" out
    is "$(grep -v '^hako: warning' "$BATS_TEST_TMPDIR/e")" err
}

# bats test_tags=host-only
@test "-i: 5 MB through cat are the same 5 MB" {
    head -c 5000000 /dev/urandom >"$BATS_TEST_TMPDIR/in"
    in_box -i $I cat <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out"
    cmp "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/out"
    # through a pipe too, whose writer dribbles
    is "$( (echo a; sleep 0.2; echo b) | in_box -i $I cat)" "a
b"
}

# bats test_tags=host-only
@test "-i ends when the container does, not when stdin does" {
    mkfifo "$BATS_TEST_TMPDIR/in"
    exec 7<>"$BATS_TEST_TMPDIR/in"
    echo first >&7
    is "$(in_box -i $I sh -c 'read a; echo $a' <&7)" first
    exec 7>&-
}

# bats test_tags=host-only
@test "without -i stdin is empty" {
    is "$(echo no | in_box $I cat)" ""
}

# bats test_tags=host-only
@test "50 MB of output arrive whole" {
    is "$(in_box $I sh -c 'head -c 50000000 /dev/zero' | wc -c)" 50000000
}

# bats test_tags=host-only
@test "environment: docker's variables, the image's, --env-file, -e, in this order of weight" {
    printf '# note\nA=file\nB=file\nFROMHOST\n' >"$BATS_TEST_TMPDIR/env"
    run env FROMHOST=host HAKO_X=1 "$HAKO_BUILD/hako" run --rm --network none \
        --env-file "$BATS_TEST_TMPDIR/env" -e B=flag -e "C=a b" -e EMPTY= --hostname box $I env
    has "$output" "A=file"
    has "$output" "B=flag"
    has "$output" "C=a b"
    has "$output" "EMPTY="
    has "$output" "FROMHOST=host"
    has "$output" "HOSTNAME=box"
    has "$output" "HOME=/root"
    has "$output" "PATH="
    lacks "$output" HAKO_X
    lacks "$output" note
    lacks "$output" TERM=
    # a bare name that the caller lacks takes the image's variable away
    lacks "$(in_box -e FROM_IMAGE $I env)" FROM_IMAGE
    has "$(FROM_IMAGE=mine in_box -e FROM_IMAGE $I env)" FROM_IMAGE=mine
    fails 125 hako run --rm --env-file /no/such/file $I true
    has "$output" "/no/such/file"
}

# bats test_tags=host-only
@test "-w: made when missing; relative paths are refused" {
    is "$(in_box -w /tmp $I pwd)" /tmp
    is "$(in_box -w /new/dir $I pwd)" /new/dir
    # what a symlink of the image leads to is made, too
    is "$(in_box -w /kinds/dangling/sub $I pwd)" /absolute/target/sub
    fails 125 hako run --rm -w tmp $I pwd
    has "$output" "absolute path"
}

# bats test_tags=host-only
@test "-u: names and numbers of the container" {
    is "$(in_box -u 1000:1001 $I id -u):$(in_box -u 1000:1001 $I id -g)" 1000:1001
    # the primary group is a supplementary one, too: a process cannot leave it behind
    is "$(in_box -u 4711 --group-add 99 $I sed -n 's/^Groups:\t//p' /proc/self/status | xargs)" "0 99"
    is "$(in_box -u user $I sed -n 's/^Groups:\t//p' /proc/self/status | xargs)" "10 1000 2000"
    fails 125 hako run --rm --network none -u nobodyhere $I true
    has "$output" "unable to find user nobodyhere: no matching entries in passwd file"
    is "$(in_box -u 4711 $I sh -c 'grep CapEff /proc/self/status')" "CapEff:	0000000000000000"
}

# bats test_tags=host-only
@test "--entrypoint" {
    is "$(in_box --entrypoint echo $I a b)" "a b"
    is "$(in_box --entrypoint /bin/sh $I -c 'echo $0')" /bin/sh
}

# bats test_tags=host-only
@test "--hostname, --domainname, and the short id without them" {
    is "$(in_box --hostname box $I hostname)" box
    is "$(in_box --hostname box $I cat /etc/hostname)" box
    is "$(in_box --cidfile "$BATS_TEST_TMPDIR/cid" $I hostname)" "$(cut -c1-12 "$BATS_TEST_TMPDIR/cid")"
}

# bats test_tags=host-only
@test "--read-only, --tmpfs" {
    fails 1 in_box --read-only $I touch /x
    fails 1 in_box --read-only $I sh -c 'echo x >>/etc/hosts || echo x >>/etc/hostname'
    in_box --read-only --ipc shareable --tmpfs /scratch $I touch /scratch/x /dev/shm/x
    in_box --tmpfs /scratch:size=1m,mode=1770 $I sh -c \
        '[ "$(stat -c %a /scratch)" = 1770 ] && ! head -c 2000000 /dev/zero >/scratch/x'
    is "$(in_box --tmpfs /scratch $I sh -c 'grep " /scratch " /proc/mounts | grep -c nosuid,nodev,noexec')" 1
    in_box --tmpfs /scratch:exec $I sh -c 'cp /bin/busybox /scratch/true; /scratch/true'
}

@test "-v and --mount: binds, read-only, made or refused" {
    mkdir "$T/data"
    echo seen >"$T/data/file"
    is "$(in_box -v "$T/data:/d" $I cat /d/file)" seen
    in_box -v "$T/data:/d" $I touch /d/new
    [ -f "$T/data/new" ]
    fails 1 in_box -v "$T/data:/d:ro" $I touch /d/other
    is "$(in_box --mount "type=bind,source=$T/data/file,target=/f,readonly" $I cat /f)" seen
    fails 1 in_box --mount "type=bind,src=$T/data,dst=/d,ro" $I touch /d/other
    in_box -v "$T/made:/d" $I true
    [ -d "$T/made" ]
    fails 125 hako run --rm --mount "type=bind,src=$T/nothere,dst=/d" $I true
    has "$output" "bind source path does not exist: $T/nothere"
    is "$(in_box --mount type=tmpfs,dst=/t,tmpfs-size=1m $I sh -c 'grep " /t " /proc/mounts | cut -d" " -f1')" tmpfs
    # two levels, given the wrong way round
    mkdir -p "$T/inner"
    echo deep >"$T/inner/file"
    is "$(in_box -v "$T/inner:/d/sub" -v "$T/data:/d" $I cat /d/sub/file)" deep
    rm -r "$T/data" "$T/made" "$T/inner"
}

# bats test_tags=host-only
@test "a bind over a symlink of the image stays inside" {
    mkdir "$T/data"
    touch "$T/data/seen"
    is "$(in_box -v "$T/data:/kinds/dangling" $I ls /absolute/target)" seen
    in_box -v "$T/data:/d" $I sh -c 'ln -s /d/../../../../../etc /tmp/l; touch /tmp/l/inside'
    [ ! -e /etc/inside ]
    rm -r "$T/data"
}

@test "--ulimit" {
    is "$(in_box --ulimit nofile=100:200 $I sh -c 'ulimit -Sn; ulimit -Hn')" "100
200"
    is "$(in_box --ulimit core=0 $I sh -c 'ulimit -c')" 0
    fails 125 hako run --rm --ulimit nofile=abc $I true
}

# bats test_tags=host-only
@test "the default limit of open files is the caller's where that cannot be raised" {
    is "$(setpriv --bounding-set -sys_resource prlimit --nofile=512:2000 "$HAKO_BUILD/hako" \
        run --rm --network none $I sh -c 'ulimit -Sn; ulimit -Hn' 2>&1)" "1024
2000"
}

# bats test_tags=host-only
@test "--init: process 1 is a reaper, the command is its child" {
    is "$(in_box --init $I cat /proc/1/comm)" docker-init
    fails 9 in_box --init $I sh -c 'exit 9'
    # orphans are reaped
    timeout 60 "$HAKO_BUILD/hako" run --rm --init --network none $I sh -c '(sleep 0.1 & echo $! >/orphan)
        while [ -e /proc/$(cat /orphan) ]; do sleep 0.05; done'
}

# bats test_tags=host-only
@test "--cidfile: the id, not over an existing file, gone when nothing was started" {
    in_box --cidfile "$BATS_TEST_TMPDIR/cid" $I true
    is "$(wc -c <"$BATS_TEST_TMPDIR/cid")" 64
    fails 125 hako run --rm --cidfile "$BATS_TEST_TMPDIR/cid" $I true
    has "$output" "container ID file found"
    fails 127 hako run --rm --network none --cidfile "$BATS_TEST_TMPDIR/cid2" $I nosuch
    [ ! -e "$BATS_TEST_TMPDIR/cid2" ]
    fails 125 hako run --rm --cidfile /no/such/dir/cid $I true
    is "$(hako ps -aq)" ""
}

# bats test_tags=host-only
@test "-l and --label-file: in ps and inspect" {
    printf 'from=file\n' >"$BATS_TEST_TMPDIR/labels"
    hako create --name box -l a=b -l bare --label-file "$BATS_TEST_TMPDIR/labels" $I true
    is "$(hako inspect -f '{{index .Config.Labels "a"}}' box)" b
    is "$(hako inspect -f '{{index .Config.Labels "from"}}' box)" file
    is "$(hako ps -a --filter label=a=b --format '{{.Names}}')" box
    is "$(hako ps -aq --filter label=a=c)" ""
}

# bats test_tags=host-only
@test "bad input is one sentence and leaves nothing" {
    local row
    for row in "--name x!" "--name a" "--memory 1z" "--memory 1" "--cpus many" "-v :/x" "-v /a:b" \
        "--mount type=bind" "--tmpfs rel" "--ulimit no=1" "--cap-add NOSUCH" "--ip 1.2.3" \
        "--network nosuchnetwork" "--network container:nosuch" "--security-opt seccomp=/no/file" \
        "--security-opt bogus" "--dns x" "--stop-signal NOSIG" "--network-alias a --network host" \
        "--env-file /no/file" "--device /no/device" "--pid bogus" "--sysctl nonsense"; do
        # shellcheck disable=SC2086
        fails 125 hako run --rm $row $I true || { echo "for $row"; return 1; }
        is "$(grep -vc -e '^hint: ' -e '^hako: warning' -e "^See 'hako" <<<"$output")" 1 ||
            { echo "$row: $output"; return 1; }
        is "$(hako ps -aq)" ""
    done
    leak_check
}

# bats test_tags=host-only
@test "a taken name" {
    hako create --name box $I true
    fails 125 hako run --rm --name box $I true
    has "$output" 'Conflict. The container name "/box" is already in use by container'
    hako rm box
    in_box --name box $I true
    in_box --name box $I true
}
