# SPDX-License-Identifier: MIT
# Runs jobs that speak TAP, a few at a time, and adds up their results.
#
# A job is a command; its results are the TAP lines in FILE.tap if it wrote that (libcheck does),
# else on its standard output. A job without TAP counts as one test: exit 0 passed, 77 skipped.

passed=0 failed=0 skipped=0

job_suite=() job_name=() job_limit=() job_command=()

# job SUITE NAME SECONDS COMMAND: queues a shell command line.
job() {
    job_suite+=("$1")
    job_name+=("$2")
    job_limit+=("$3")
    job_command+=("$4")
}

# Runs the queue with $1 jobs at a time, prints a line a suite, empties the queue. The seconds that
# each job took go to the file $times.
run_jobs() {
    local width=$1 i running=0 start=$SECONDS
    for i in "${!job_name[@]}"; do
        if [ "$running" -ge "$width" ]; then
            wait -n
            running=$((running - 1))
        fi
        run_one "$i" &
        running=$((running + 1))
    done
    wait
    local suite
    for suite in $(printf '%s\n' "${job_suite[@]}" | awk '!seen[$0]++'); do
        report_suite "$suite"
    done
    job_suite=() job_name=() job_limit=() job_command=()
}

run_one() {
    local out=$work/job.$1 start=$EPOCHREALTIME
    CK_TAP_LOG_FILE_NAME=$out.tap timeout -k 10 "${job_limit[$1]}" \
        bash -c "${job_command[$1]}" >"$out.out" 2>"$out.err" </dev/null
    echo "$? $(((${EPOCHREALTIME/./} - ${start/./}) / 1000))" >"$out.rc"
}

report_suite() {
    local i p=$passed f=$failed s=$skipped ms=0 rc took
    for i in "${!job_name[@]}"; do
        [ "${job_suite[$i]}" = "$1" ] || continue
        read -r rc took <"$work/job.$i.rc"
        ms=$((ms + took))
        printf '%6d.%03d %s\n' $((took / 1000)) $((took % 1000)) "${job_name[$i]}" >>"$times"
        report_job "$i" "$rc"
        rm -f "$work/job.$i".*
    done
    printf '%-8s %4d passed, %d failed, %d skipped  (%d.%d s)\n' "$1" $((passed - p)) \
        $((failed - f)) $((skipped - s)) $((ms / 1000)) $((ms % 1000 / 100))
}

# Adds one job's results; prints the skips with their reasons and the failures whole.
report_job() {
    local name=${job_name[$1]} rc=$2 out=$work/job.$1 tap ok bad skip
    tap=$out.tap
    [ -s "$tap" ] || tap=$out.out
    skip=$(grep -acE '^ok .*# skip' "$tap")
    ok=$(($(grep -acE '^ok( |$)' "$tap") - skip))
    bad=$(grep -acE '^not ok( |$)' "$tap")
    grep -aE '^ok .*# skip' "$tap" | sed -E "s|^ok [0-9]* *(- )?|SKIP $name: |"

    if [ $((ok + bad + skip)) -eq 0 ] && [ "$rc" = 0 ]; then
        grep -qax '1\.\.0.*' "$tap" || ok=1
    elif [ $((ok + bad + skip)) -eq 0 ] && [ "$rc" = 77 ]; then
        skip=1
        echo "SKIP $name: $(tail -n 1 "$out.out")"
    elif [ "$bad" = 0 ] && { [ "$rc" != 0 ] || plan_broken "$tap" $((ok + skip)); }; then
        bad=1
        case $rc in
        0) echo "FAIL $name: fewer results than planned" ;;
        124 | 137) echo "FAIL $name: no end within ${job_limit[$1]} s" ;;
        *) echo "FAIL $name: exit code $rc" ;;
        esac
        cat "$out.out" "$out.err"
    elif [ "$bad" != 0 ]; then
        echo "FAIL $name"
        awk '/^ok( |$)/ { show = 0 } /^not ok( |$)/ { show = 1 } show' "$tap"
        [ "$tap" = "$out.out" ] || cat "$out.out"
        cat "$out.err"
    fi
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
}

# plan_broken TAP COUNT: true when the file's plan says another number than COUNT.
plan_broken() {
    local plan
    plan=$(grep -aoxE '1\.\.[0-9]+' "$1" | head -n 1)
    [ -n "$plan" ] && [ "${plan#1..}" != "$2" ]
}
