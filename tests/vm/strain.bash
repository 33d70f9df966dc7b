# SPDX-License-Identifier: MIT
# For tests of what limits do: containers whose first process runs into them when it is asked to. Needs box.
#
# One process answers for a container as long as it lives: an `exec` each would take the guest longer
# than what is asked for.

# strain_begin: the rootfs in $R, and the group of all the file's containers, $TREE.
strain_begin() {
    local name
    R=$T/bundle/rootfs TREE=/sys/fs/cgroup/strain-${T##*/}
    export R TREE
    mkdir -p "$R"/{bin,proc,dev} "$TREE"
    cp "$HAKO_BUILD/tests/vm/strain" "$R/bin/"
    for name in $(<"$TREE/cgroup.controllers"); do echo "+$name"; done >"$TREE/cgroup.subtree_control"
}

strain_end() {
    oci delete --force --regex .
    rmdir "$TREE"
}

# up NAME RESOURCES: a container with these limits in its config.json, in the group $TREE/NAME.
up() {
    mkfifo "$T/$1.to" "$T/$1.from"
    cat >"$T/bundle/config.json" <<END
{"ociVersion": "1.2.0", "root": {"path": "rootfs"},
 "process": {"cwd": "/", "args": ["/bin/strain", "serve"]},
 "linux": {"namespaces": [{"type": "pid"}, {"type": "mount"}],
           "cgroupsPath": "/${TREE##*/}/$1", "resources": $2}}
END
    oci run -d -b "$T/bundle" "$1" <>"$T/$1.to" 1<>"$T/$1.from" 2>"$T/$1.err" || { cat "$T/$1.err"; return 1; }
}

# update NAME RESOURCES
update() { oci update -r - "$1" <<<"$2"; }

# tell NAME WORD...: a command of strain's. hear NAME: what came of it, "filled 9, code 0".
tell() { echo "${@:2}" 1<>"$T/$1.to"; }
hear() {
    local line said=
    while read -r -t 200 line; do
        [[ $line == "= "* ]] && { echo "${said}code ${line#= }"; return; }
        said+="$line, "
    done <>"$T/$1.from"
    echo "${said}no answer"
}
ask() { tell "$@" && hear "$1"; }

# number FILE KEY: below $TREE, of a file with a line for each key.
number() { awk -v key="$2" '$1 == key { print $2 }' "$TREE/$1"; }

# between NUMBER LOW HIGH
between() {
    [ "$1" -ge "$2" ] && [ "$1" -le "$3" ] || { echo "$1 is not between $2 and $3"; return 1; }
}

# race "WORD BEGIN END ..." NAME...: all do it in the same part of a second; true when each has had more
# than twice as much as the next. For wait_for: on a busy machine luck may decide a race so short, and
# who is late for it gets twice as long to come to the next.
race() {
    local name had last= late= said lost=0 words=$1 begin
    shift
    begin=$((${EPOCHREALTIME/./} / 1000 + ${lead:=500}))
    words=${words/BEGIN/$begin}
    words=${words/END/$((begin + 700))}
    for name; do tell "$name" "$words"; done
    for name; do
        said=$(hear "$name")
        echo "$name: $said"
        [[ $said == late* ]] && late=1
        had=${said//[!0-9]/ }
        read -r had _ <<<"$had"
        [[ $said == "had "*", code 0" && (-z $last || $last -gt $((had * 2))) ]] || lost=1
        last=$had
    done
    [ -z "$late" ] || lead=$((lead * 2))
    return $lost
}
