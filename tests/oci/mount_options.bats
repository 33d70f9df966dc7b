# SPDX-License-Identifier: MIT
# Every word that a mount's options may hold, seen from inside: mountinfo's attributes, superblock
# options and peer groups.

load ../lib/hako
load bundle

setup() {
    hako_setup
    bundle
    SRC=$T/src
    mkdir -p "$SRC/sub"
}

teardown() {
    umount -R "$SRC" 2>/dev/null || true
    hako_teardown
}

# new DEST WORD...: a new tmpfs with those options. bound DEST WORD...: $SRC with them.
new() { add "$1" tmpfs tmpfs "${@:2}"; }
bound() { add "$1" bind "$SRC" "${@:2}"; }
add() {
    local words
    printf -v words '"%s",' "${@:4}"
    printf '{"destination":"%s","type":"%s","source":"%s","options":[%s]}\n' "$1" "$2" "$3" "${words%,}" >>"$B/mounts"
}

# filled WORD...: in_box with the mounts that were added.
filled() {
    config '.mounts += $more' --slurpfile more "$B/mounts"
    rm "$B/mounts"
    in_box "$@"
}
look() { run filled mounts; [ "$status" = 0 ] || { echo "$output"; return 1; }; }
# Of the mount at PATH: attributes, superblock's options, peer groups without their numbers.
attributes() { awk -v p="$1" '$5 == p { print $6 }' <<<"$output"; }
super() { awk -v p="$1" '$5 == p { print $NF }' <<<"$output"; }
groups_of() {
    awk -v p="$1" '$5 == p { for (i = 7; $i != "-"; i++) { sub(/:.*/, "", $i); printf "%s%s", (i == 7 ? "" : " "), $i } }' <<<"$output"
}
# same WORD GOT WANT: fails naming the word.
same() { [ "$2" = "$3" ] || { echo "$1: got $2, expected $3"; return 1; }; }

# What each word makes of a new mount, which starts as rw,relatime.
setting="ro=ro,relatime nosuid=rw,nosuid,relatime nodev=rw,nodev,relatime noexec=rw,noexec,relatime
    noatime=rw,noatime nodiratime=rw,nodiratime,relatime relatime=rw,relatime strictatime=rw
    nosymfollow=rw,relatime,nosymfollow"
# What each word leaves of a mount with every attribute (and of one with strictatime).
all="ro,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow"
clearing="rw=rw,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow
    suid=ro,nodev,noexec,noatime,nodiratime,nosymfollow
    dev=ro,nosuid,noexec,noatime,nodiratime,nosymfollow
    exec=ro,nosuid,nodev,noatime,nodiratime,nosymfollow
    atime=ro,nosuid,nodev,noexec,nodiratime,relatime,nosymfollow
    diratime=ro,nosuid,nodev,noexec,noatime,nosymfollow
    symfollow=ro,nosuid,nodev,noexec,noatime,nodiratime"

# covers: mount:ro mount:nosuid mount:nodev mount:noexec mount:noatime mount:nodiratime
# covers: mount:relatime mount:strictatime mount:nosymfollow mount:defaults
# covers: /mounts/*/destination /mounts/*/type /mounts/*/options
@test "attributes of a new file system" {
    for pair in $setting defaults=rw,relatime; do new "/m/${pair%%=*}" "${pair%%=*}"; done
    look
    for pair in $setting defaults=rw,relatime; do
        same "${pair%%=*}" "$(attributes "/m/${pair%%=*}")" "${pair#*=}"
    done
}

# bats test_tags=host-only
# covers: mount:rw mount:suid mount:dev mount:exec mount:atime mount:diratime mount:symfollow
# covers: mount:norelatime mount:nostrictatime mount:bind
@test "attributes taken back from what is bound, and from words before" {
    mount -t tmpfs -o strictatime tmpfs "$SRC"
    for pair in $setting; do bound "/s/${pair%%=*}" bind "${pair%%=*}"; done
    bound /s/nostrictatime bind nostrictatime
    bound /s/atime bind strictatime atime
    new /t/norelatime noatime norelatime
    new /t/nostrictatime strictatime nostrictatime
    new /t/words ro nosuid nodev noexec noatime nodiratime nosymfollow \
        rw suid dev exec atime diratime symfollow
    look
    for pair in $setting; do
        want=${pair#*=}
        [ "${pair%%=*}" = relatime ] || want=${want//,relatime/}
        same "${pair%%=*}" "$(attributes "/s/${pair%%=*}")" "$want"
    done
    is "$(attributes /s/nostrictatime)" rw,relatime
    is "$(attributes /s/atime)" rw
    is "$(attributes /t/norelatime)" rw,noatime
    is "$(attributes /t/nostrictatime)" rw,relatime
    is "$(attributes /t/words)" rw,relatime

    umount "$SRC"
    mount -t tmpfs -o "nosuid,nodev,noexec,noatime,nodiratime,nosymfollow" tmpfs "$SRC"
    mount -o remount,bind,ro "$SRC"
    bundle
    for pair in $clearing; do bound "/s/${pair%%=*}" bind "${pair%%=*}"; done
    bound /s/none bind
    look
    is "$(attributes /s/none)" "$all"
    for pair in $clearing; do same "${pair%%=*}" "$(attributes "/s/${pair%%=*}")" "${pair#*=}"; done
}

# bats test_tags=host-only
# covers: mount:rro mount:rnosuid mount:rnodev mount:rnoexec mount:rnoatime mount:rnodiratime
# covers: mount:rrelatime mount:rstrictatime mount:rnosymfollow mount:rbind
@test "recursive attributes reach the mounts below" {
    mount -t tmpfs tmpfs "$SRC"
    mkdir "$SRC/sub"
    mount -t tmpfs tmpfs "$SRC/sub"
    for pair in $setting; do
        bound "/r/${pair%%=*}" rbind "r${pair%%=*}"
        bound "/o/${pair%%=*}" rbind "${pair%%=*}"
    done
    look
    for pair in $setting; do
        same "r${pair%%=*}" "$(attributes "/r/${pair%%=*}")" "${pair#*=}"
        same "r${pair%%=*} below" "$(attributes "/r/${pair%%=*}/sub")" "${pair#*=}"
        same "${pair%%=*} below" "$(attributes "/o/${pair%%=*}/sub")" rw,relatime
    done
}

# bats test_tags=host-only
# covers: mount:rrw mount:rsuid mount:rdev mount:rexec mount:ratime mount:rdiratime
# covers: mount:rsymfollow mount:rnorelatime mount:rnostrictatime
@test "recursive attributes are taken back from the mounts below" {
    mount -t tmpfs tmpfs "$SRC"
    mkdir "$SRC/sub"
    for dir in "$SRC/sub" "$SRC"; do
        [ "$dir" = "$SRC" ] || mount -t tmpfs tmpfs "$dir"
        mount -o remount,bind,$all "$dir"
    done
    for pair in $clearing; do bound "/r/${pair%%=*}" rbind "r${pair%%=*}"; done
    bound /r/norelatime rbind rnoatime rnorelatime
    bound /r/nostrictatime rbind rstrictatime rnostrictatime
    look
    for pair in $clearing; do
        same "r${pair%%=*}" "$(attributes "/r/${pair%%=*}")" "${pair#*=}"
        same "r${pair%%=*} below" "$(attributes "/r/${pair%%=*}/sub")" "${pair#*=}"
    done
    is "$(attributes /r/norelatime/sub)" "$all"
    is "$(attributes /r/nostrictatime/sub)" "${all/noatime,nodiratime/nodiratime,relatime}"
}

# bats test_tags=host-only
# covers: mount:sync mount:async mount:dirsync mount:lazytime mount:nolazytime mount:mand
# covers: mount:nomand mount:remount
@test "flags of the superblock, taken back by later words and by a remount" {
    for word in sync dirsync lazytime mand; do new "/s/$word" "$word"; done
    new /n/sync sync async
    new /n/lazytime lazytime nolazytime
    new /n/mand mand nomand
    new /again sync lazytime size=64k
    new /again remount async nolazytime size=128k noexec
    look
    for word in sync dirsync lazytime mand; do has ",$(super "/s/$word")," ",$word,"; done
    for word in sync lazytime mand; do lacks ",$(super "/n/$word")," ",$word,"; done
    lacks "$(super /again)" sync
    lacks "$(super /again)" lazytime
    has "$(super /again)" size=128k
    is "$(attributes /again)" rw,noexec,relatime
}

# bats test_tags=host-only
# covers: mount:silent mount:loud mount:iversion mount:noiversion
@test "flags that only mount(2) knows are given to it" {
    needs strace
    new /silent silent
    new /loud silent loud
    new /iversion iversion
    new /noiversion iversion noiversion size=64k
    new /again remount silent size=64k
    sed -i 's|"/again"|"/loud"|' "$B/mounts"
    launch() { timeout 60 strace -f -qq -e trace=mount -o "$T/trace" "$HAKO_BUILD/tests/oci/launch-test" "$@"; }
    look
    is "$(grep -c 'mount("tmpfs".*"tmpfs", MS_SILENT' "$T/trace")" 1
    is "$(grep -c 'mount("tmpfs".*MS_I_VERSION' "$T/trace")" 1
    is "$(grep -c 'mount(.*MS_REMOUNT|.*MS_SILENT' "$T/trace")" 1
    for dest in silent loud iversion noiversion; do is "$(attributes "/$dest")" rw,relatime; done
    has "$(super /noiversion)" size=64k
}

# bats test_tags=host-only
# covers: mount:private mount:rprivate mount:shared mount:rshared mount:slave mount:rslave
# covers: mount:unbindable mount:runbindable
@test "propagation of a mount, and of those below" {
    mount -t tmpfs tmpfs "$SRC"
    mkdir "$SRC/sub"
    mount -t tmpfs tmpfs "$SRC/sub"
    mount --make-rshared "$SRC"
    words="private= shared=shared,master slave=master unbindable=unbindable"
    for pair in $words; do
        bound "/o/${pair%%=*}" rbind "${pair%%=*}"
        bound "/r/${pair%%=*}" rbind "r${pair%%=*}"
    done
    bound /default rbind
    new /new/shared shared
    new /new/unbindable runbindable
    look
    is "$(groups_of /default)" master
    for pair in $words; do
        want=${pair#*=}
        same "${pair%%=*}" "$(groups_of "/o/${pair%%=*}")" "${want/,/ }"
        same "${pair%%=*} below" "$(groups_of "/o/${pair%%=*}/sub")" master
        same "r${pair%%=*}" "$(groups_of "/r/${pair%%=*}")" "${want/,/ }"
        same "r${pair%%=*} below" "$(groups_of "/r/${pair%%=*}/sub")" "${want/,/ }"
    done
    is "$(groups_of /new/shared)" shared
    is "$(groups_of /new/unbindable)" unbindable
    # What lies below is a slave anyway, unless the root is shared, and with it all in the end.
    config '.linux.rootfsPropagation = "rshared"'
    bound /one rbind slave
    bound /all rbind rslave
    look
    is "$(groups_of /one/sub)" shared
    is "$(groups_of /all/sub)" "shared master"
    config 'del(.linux.rootfsPropagation)'
    bound /x rbind private slave shared private slave
    fails 125 filled true
    has "$output" "propagation"
}

# bats test_tags=host-only
# covers: mount:tmpcopyup mount:notmpcopyup
@test "a tmpfs starts with what it covers, or not" {
    mkdir -p "$R"/{copy,not}/dir
    echo text >"$R/copy/dir/file"
    chown 7:8 "$R/copy/dir/file"
    new /copy tmpcopyup ro
    new /not tmpcopyup notmpcopyup
    new /copied tmpcopyup silent
    mkdir -p "$R/copied"
    ln -s ../copy/dir/file "$R/copied/link"
    is "$(filled cat /copied/link ';' ls /not ';' stat /copy/dir/file)" "text
f 0644 7:8 0:0 /copy/dir/file"
    run in_box write /copy/new x
    has "$output" "Read-only file system"
    config '.mounts[-1] |= (.type = "mqueue" | .options = ["tmpcopyup"])'
    fails 125 in_box true
    has "$output" '"tmpcopyup" is for a tmpfs'
}

# bats test_tags=host-only
@test "what is no option of mounts is the file system's" {
    new /t size=64k mode=700 uid=5
    look
    has "$(super /t)" size=64k,mode=700,uid=5
    config '.mounts[-1].options = ["nonsense"]'
    fails 125 in_box true
    has "$output" "mount tmpfs on /t"
    has "$output" "nonsense"
}

# bats test_tags=host-only
@test "a read-only tmpfs and /dev are filled before they become read-only" {
    echo text >"$SRC/file"
    new /t ro
    add /t/a/file bind "$SRC/file" bind
    config '(.mounts[] | select(.destination == "/dev")).options += ["ro"]'
    is "$(filled cat /t/a/file ';' stat /dev/null)" "text
c 0666 0:0 1:3 /dev/null"
    for path in /t/new /dev/new; do
        run in_box write $path x
        has "$output" "Read-only file system"
    done
}
