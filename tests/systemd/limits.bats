#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The table of limits (vm/resources.bats) with containers in scopes of root's systemd and of a user's.

load ../lib/hako
load scope

setup() {
    [ -d /run/systemd/system ] || skip "systemd is not process 1 here; the guest has it"
    needs crun python3
    hako_setup
}

# rows WORD...: as "${as[@]}". Only root can switch the cost model of io: by descriptor 9.
rows() { timeout 550 "${as[@]}" python3 "$HAKO_TOP/tests/systemd/rows" "$@" 9>/sys/fs/cgroup/io.cost.qos; }

as_root() { as=(); }
as_user() {
    mkdir -p "$T/rows"
    chown tester "$T/rows"
    chmod 711 "$T"
    as=(runuser -u tester -- env XDG_RUNTIME_DIR=/run/user/1000 T="$T/rows")
}

# covers: global:--cgroup-manager
@test "root: every limit, in files and in systemd's mind, by config and update, as crun has it" {
    as_root
    rows table 9
}

@test "a user: the same; what is not delegated is refused, naming the drop-in" {
    as_user
    rows table 9
}

@test "BFQ's weight, for root and for a user" {
    modprobe bfq || skip "no BFQ in this kernel"
    as_root
    rows bfq || failed=1
    as_user
    rows bfq || failed=1
    modprobe -r bfq
    [ -z "${failed:-}" ]
}
