#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The table of limits (vm/resources.bats) with containers in scopes of root's systemd.

load ../lib/hako

setup() {
    [ -d /run/systemd/system ] || skip "systemd is not process 1 here; the guest has it"
    needs crun python3
}

# covers: global:--cgroup-manager
@test "every limit: files, systemd's properties, update, daemon-reload, crun" {
    timeout 290 python3 "$HAKO_TOP/tests/systemd/rows" root
    timeout 100 python3 "$HAKO_TOP/tests/systemd/rows" weights
}
