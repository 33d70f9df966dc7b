# SPDX-License-Identifier: MIT
# SIGINT and SIGTERM at any moment of a start: it is taken back, or the container gets the signal.
# Nothing is left to run unattended. Hundreds of traced runs are too slow in the guest.
# bats file_tags=host-only
load ../lib/hako

setup_file() {
    hako_setup_file
    hako load -q -i "$(fixture small)/docker.tar"
    hako tag hako.test/small box
    export BATS_TEST_TIMEOUT=600 # hundreds of runs, and a busy machine
}

# each_moment STEP SIGNAL COMMAND...: sends the signal at every STEP-th system call of `hako
# COMMAND`, whose container ends by itself a little later. Afterwards none runs, and none is there
# that never ran. The exit codes go to $codes.
each_moment() {
    local n code step=$1 signal=$2 before=0 after=0
    shift 2
    codes=
    for ((n = step; ; n += step)); do
        code=0
        timeout 60 "$HAKO_BUILD/tests/cli/kill_at" "0:$signal" $n "$HAKO_BUILD/hako" "$@" \
            >/dev/null 2>"$BATS_TEST_TMPDIR/err" || code=$?
        grep -q "killed at" "$BATS_TEST_TMPDIR/err" || break
        codes+=" $code"
        is "$n:$(hako ps -q)" "$n:"
        is "$n:$(hako ps -aq -f status=created)" "$n:"
        hako ps -aq | xargs -r "$HAKO_BUILD/hako" rm >/dev/null
    done
    [ $((n / step)) -gt 10 ]
}

@test "SIGTERM to run: 143 when it was taken back, else the container's code" {
    each_moment 4 15 run --network=none box sleep 0.1
    has "$codes" " 143"
    has "$codes" " 0"
    is "$(tr ' ' '\n' <<<"$codes" | sort -u | xargs)" "0 143"
}

@test "SIGINT to run --rm on a bridge, whose command ends by it" {
    hako run --rm box true # makes the default network's bridge, which stays
    each_moment 8 2 run --rm --network=bridge box sh -c 'trap "exit 9" INT; sleep 0.1'
    has "$codes" " 130"
}

@test "SIGTERM to start -a" {
    local n code=0
    for ((n = 3; code != 3; n += 5)); do
        hako create --name again --network=none box sleep 0.1 >/dev/null
        code=0
        timeout 60 "$HAKO_BUILD/tests/cli/kill_at" 0:15 $n "$HAKO_BUILD/hako" start -a again \
            >/dev/null 2>&1 || code=$?
        is "$n:$(hako ps -q)" "$n:"
        hako rm again >/dev/null
    done
}

@test "SIGTERM to run -d: the id was printed when the container runs" {
    local n out
    for ((n = 3; ; n += 5)); do
        out=$(timeout 60 "$HAKO_BUILD/tests/cli/kill_at" 0:15 $n "$HAKO_BUILD/hako" run -d --rm \
            --network=none box sleep 100 2>"$BATS_TEST_TMPDIR/err") || true
        is "$n:$(hako ps -q --no-trunc)" "$n:$out"
        [ -z "$out" ] || hako rm -f "$out" >/dev/null
        grep -q "killed at" "$BATS_TEST_TMPDIR/err" || break
    done
}
