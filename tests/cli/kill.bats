# SPDX-License-Identifier: MIT
# kill -9 of the command, of the monitor, of both, at any moment: the next command finishes or takes
# back what they had begun. tests/cli/moments does it and looks; HAKO_TEST_SEED repeats a run.
# Hundreds of runs are too slow in the guest.
# bats file_tags=host-only
load ../lib/hako

setup_file() {
    hako_setup_file
    hako load -q -i "$(fixture small)/docker.tar"
    hako tag hako.test/small box
    hako run --rm box true # makes the default network's bridge, which stays
    export HAKO_TEST_SEED=${HAKO_TEST_SEED:-$RANDOM} BATS_TEST_TIMEOUT=600 # hundreds of runs, and a busy machine
}

moments() { timeout 500 "$BATS_TEST_DIRNAME/moments" "$@"; }

@test "at random moments of run, create, start, stop, kill, exec and rm" {
    echo "seed $HAKO_TEST_SEED"
    moments random "$HAKO_TEST_SEED" 100
}

@test "the monitor at every few system calls of a start on a bridge" {
    moments steps 1 7 run --rm --network=bridge box true
}

@test "the monitor of a container that stays, from its start to its end" {
    moments steps 1 5 run -d --network=none box true
    moments steps 1 11 start victim
}

@test "the container's first process while it is set up" {
    moments steps 2 7 run --network=bridge box true
}

@test "monitor and first process, command and monitor, all three" {
    moments steps 12 17 run --network=bridge box true
    moments steps 01 17 run -d --network=bridge box true
    moments steps 012 17 run --rm --network=bridge box true
}

@test "the command at every few system calls" {
    moments steps 0 7 run -d --network=bridge box true
    moments steps 0 7 create --name victim box true
    moments steps 0 11 rm -f victim
}

@test "at random moments of a load: nothing of it stays, or all" {
    echo "seed $HAKO_TEST_SEED"
    HAKO_ROOT=$T/other HAKO_RUNROOT=$T/other-run HAKO_ARCHIVE=$(fixture small)/docker.tar \
        moments load "$HAKO_TEST_SEED" 12
}
