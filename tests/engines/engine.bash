# SPDX-License-Identifier: MIT
# The engines' tests (`load ../engines/engine`): a scenario runs once with the control and once with hako-oci,
# and what it prints, exit codes included, must be the same.
#
# The engine is named after the bats file (podman.bats, podman-more.bats, engine-podman.bats); ENGINE.bash has what differs between engines:
#   engine_up           starts it and loads the image $image
#   engine_down         stops it
#   engine_clean        removes every container
#   e WORD...           its command line, with the runtime $runtime (hako, crun, runc) where one counts

load ../lib/hako
engine=$(basename "$BATS_TEST_FILENAME" .bats)
engine=${engine#engine-} engine=${engine%%-*}

# What the engine makes once, with its first container, is nobody's leak. (No networks in the guest:
# they are the engine's work, and slow there.)
warm_up() {
    runtime=hako
    e run --rm --network none $image true
    in_guest && return
    e network create --subnet 10.97.0.0/24 tests
    e run --rm --network tests $image true
    e run --rm --network host $image true
}

# Seconds that a command of an engine, or what a test waits for, may take.
patience=60
in_guest && patience=200

load "../engines/$engine"
image=hako.test/plain:latest

setup_file() {
    hako_setup_file
    engine_setup_file
}

engine_setup_file() {
    chmod 711 "$T"
    export PATH=$HAKO_ENGINES/usr/bin:$HAKO_ENGINES/usr/sbin:$PATH
    { engine_up && warm_up; } >"$T/up" 2>&1 || { cat "$T/up"; return 1; }
}

quiet() { "$@" >/dev/null 2>&1; }

# What watches over containers ends after them, and late on a busy machine.
teardown() {
    runtime=hako quiet engine_clean || :
    wait_for $patience no_watcher || :
    hako_teardown
}
no_watcher() { ! quiet pgrep -x 'containerd-shim|conmon'; }

teardown_file() {
    local failed=0
    engine_down || failed=1
    hako_teardown_file || failed=1
    return $failed
}

# The runtime that hako-oci is compared with, and the one whose errors this engine understands best.
control=crun
error_control=${error_control:-crun}

# runtime_path: the program of the runtime in use.
runtime_path() {
    case $runtime in
    hako) echo "$HAKO_BUILD/hako-oci" ;;
    crun) echo "$HAKO_TOP/tests/engines/crun" ;;
    runc) echo /usr/sbin/runc ;;
    esac
}

# For a container's shell: mount points, writable or not; the masks that cover files differ there.
mounts='cut -d" " -f5,6 /proc/self/mountinfo | cut -d, -f1 | sed "/proc.[a-z_]* /s/ r[ow]//" | sort'
# Waits for a size: Docker tells it once the container runs.
size='while [ -z "$(stty size 2>/dev/null)" ]; do sleep 0.02; done; stty size'

# t COMMAND...: notes the command, what it prints, and its exit code. The two streams come in no
# order that holds, so standard error comes last.
t() {
    local code=0 errors
    errors=$(mktemp -p "$BATS_TEST_TMPDIR")
    echo "\$ $*"
    "$@" 2>"$errors" || code=$?
    cat "$errors"
    [ $code = 0 ] || echo "[exit $code]"
}

# code COMMAND...: notes the command and its exit code alone: runtimes word their errors differently.
code() {
    local code=0
    echo "\$ $*"
    "$@" >/dev/null 2>&1 || code=$?
    echo "[exit $code]"
}

# terminal COMMAND...: on a terminal of 33 lines and 99 columns. script(1) runs $SHELL: one that
# drops our exported functions, as sh does, would not know COMMAND.
terminal() {
    local words
    printf -v words '%q ' "$@"
    export -f e runtime_path
    export runtime patience
    SHELL=/bin/bash script -qec "stty rows 33 cols 99; bash -c $(printf %q "$words")" /dev/null </dev/null
}

# box [OPTION...] IMAGE WORD...: a new container, without network unless an option asks for one.
box() {
    local options=("$@")
    no_network
    e run --rm "${options[@]:$#}" "$@"
}

# fetch ADDRESS PORT: what a web server has at /. Docker's proxy answers before the server does, and
# hangs up: that is a failure, and may be a SIGPIPE.
fetch() (
    exec 9<>"/dev/tcp/$1/$2" || exit
    printf 'GET / HTTP/1.0\r\n\r\n' >&9
    while read -r line && [ "$line" != $'\r' ]; do :; done <&9
    grep . <&9
)

# in_box [OPTION...] SCRIPT: notes what a shell in a new container prints, on one stream.
in_box() {
    local options=("${@:1:$#-1}")
    no_network
    t e run --rm "${options[@]}" $image sh -c "exec 2>&1; ${!#}"
}

# start NAME [OPTION...] -- COMMAND...: a container in the background.
start() {
    local options=(--name "$1")
    shift
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    no_network
    e run -d "${options[@]}" $image "$@" >/dev/null
}

# Networks are the engine's work, and dear: none, unless $options has one.
no_network() {
    [[ " ${options[*]}" == *" --network "* ]] || options+=(--network none)
}

# ready NAME: until the container has printed that word.
ready() {
    wait_for $patience eval "e logs $1 2>&1 | grep -q ready"
}

# field NAME TEMPLATE: of `inspect`.
field() { e inspect -f "$2" "$1"; }
field_is() { [ "$(field "$1" "$2")" = "$3" ]; }
stopped() { field_is "$1" '{{.State.Running}}' false; }

# executes NAME COMMAND: until that is what its process executes: `start` may return before.
executes() {
    wait_for $patience grep -qx "$2" "/proc/$(field "$1" '{{.State.Pid}}')/comm"
}

# same SCENARIO: runs the function with each runtime; what both print is in $said. Engines are not
# always of one mind with themselves (a stream's end that they miss): a real difference is there
# every time. What hako-oci's containers leave behind when the engine has removed them is a failure.
same() {
    local try
    for try in 1 2 3; do
        both "$1" || return
        differ >"$BATS_TEST_TMPDIR/difference" || break
        [ $try != 3 ] || { cat "$BATS_TEST_TMPDIR/difference"; return 1; }
    done
    settle
}

# alone SCENARIO: the same without the control, for a test that says itself what is to come out.
alone() {
    local control=
    both "$1" && settle
}

settle() {
    said=$(cat "$BATS_TEST_TMPDIR/hako")
    wait_for $patience nothing_left || { echo "$left"; return 1; }
}

# both SCENARIO: what each prints goes to a file.
both() {
    local dir=$BATS_TEST_TMPDIR
    for runtime in $control hako; do
        world_state >"$dir/world"
        "$1" >"$dir/$runtime.raw" 2>&1 </dev/null || { cat "$dir/$runtime.raw"; return 1; }
        engine_clean >"$dir/clean" 2>&1 || { cat "$dir/clean"; return 1; }
        normalise <"$dir/$runtime.raw" >"$dir/$runtime"
    done
}

differ() {
    ! diff -U 3 --label "$control" --label hako-oci "$BATS_TEST_TMPDIR/$control" "$BATS_TEST_TMPDIR/hako"
}

# Mounts, links, orphans, cgroups, and the runtime's own state.
# (Compiled filters are a cache, and stay.)
world_state() {
    {
        leak_state
        find /sys/fs/cgroup -mindepth 2 -type d -printf 'cgroup %p\n'
        find /run/hako/oci /run/docker/runtime-runc /run/containerd/runc -mindepth 1 \
            ! -path '*/.seccomp*' -printf 'state %p\n' 2>/dev/null
    } | sort
}

nothing_left() {
    left=$(world_state | comm -13 "$BATS_TEST_TMPDIR/world" -)
    [ -z "$left" ]
}

# Ids, times and programs differ from run to run.
# Docker's client says now and then that it waited for a container that could not be started.
normalise() {
    sed -E -e "/error waiting for container: context canceled/d" -e "s|$(runtime_path)|RUNTIME|g" \
        -e 's/\b[0-9a-f]{64}\b/ID/g' -e 's/\b[0-9a-f]{12}\b/ID/g' \
        -e 's/[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{4,5}/DATE/' -e 's/^time="[^"]*"/time=TIME/' -e 's/^\^@//' | tr -d '\r'
}
