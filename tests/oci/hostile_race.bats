# SPDX-License-Identifier: MIT
# Somebody exchanges a directory of the rootfs with a link that leads out, in tight bursts, while
# containers are created that mount, make and mask below it: nothing happens outside.

# bats file_tags=host-only

load ../lib/hako
load bundle

setup() {
    hako_setup
    bundle
    OUT=$T/outside SRC=$T/src ATTACKER=
    mkdir -p "$SRC" "$OUT"/{x,ro,cwd} "$R$OUT" "$R/race/a"
    echo text | tee "$SRC/file" "$OUT/file" >"$OUT/secret"
    cp -a "$OUT/." "$R/race/a/"
    cp -a "$OUT/." "$R$OUT/"
    config '.mounts += [
            {destination: "/race/a/x", source: $s, options: ["bind"]},
            {destination: "/race/a/made/dir", source: $s, options: ["bind", "ro"]},
            {destination: "/race/a/made/file", source: ($s + "/file"), options: ["bind"]},
            {destination: "/race/a/t", type: "tmpfs", source: "ours", options: ["tmpcopyup", "ro"]}]
        | .linux.devices = [{type: "c", path: "/race/a/dev/null", major: 1, minor: 3}]
        | .linux.maskedPaths += ["/race/a/secret", "/race/a/ro"] | .linux.readonlyPaths += ["/race/a/ro", "/race/a/file"]
        | .process.cwd = "/race/a/cwd/new"' --arg s "$SRC"
    command_is init mounts
}

teardown() {
    [ -z "$ATTACKER" ] || { kill "$ATTACKER"; wait "$ATTACKER" || true; }
    hako_teardown
}

outside() {
    find "$OUT" -printf '%p %y %i %m %u:%g %s %T@ %C@\n' | sort
    cat "$OUT/file" "$OUT/secret"
    grep " $OUT" /proc/self/mountinfo || true
}

# race ROUNDS LINK: that many containers while /race/a and a link to LINK change places.
race() {
    local before runs=0 count got
    ln -s "$2" "$R/race/b"
    before=$(outside)
    "$HAKO_BUILD/tests/oci/exchange" "$R/race/a" "$R/race/b" 3>&- &
    ATTACKER=$!
    for ((count = 0; count < $1; count++)); do
        if got=$(launch "$B" 2>&1); then
            runs=$((runs + 1))
            # Two directories, a file and a tmpfs of ours, all of them inside.
            is "$(awk '$4 ~ /\/src(\/file)?$/ || / ours / { n++ } END { print n }' <<<"$got")" 4
        elif [ $? != 125 ]; then
            echo "$got"
            return 1
        fi
    done
    is "$(outside)" "$before"
    [ "$runs" -gt 0 ] || { echo "no container ran: $got"; return 1; }
}

@test "an absolute link" { race 200 "$OUT"; }

# Dots lead out of a directory; a tree of the new calls has no outside.
@test "a link of many dots, where the kernel lacks the new mount calls" {
    WITHOUT=new-mount-api
    race 200 "../../../../../../../../../../../..$OUT"
}

@test "a link into /proc" { race 50 /proc/self/root; }

@test "by a walk of our own, where the kernel lacks openat2" {
    WITHOUT=openat2
    race 100 "$OUT"
}

@test "without any call newer than Linux 5.1" {
    WITHOUT="new-mount-api openat2 clone3 close_range pidfd_open"
    race 100 "$OUT"
}
