/* SPDX-License-Identifier: MIT */
/* Which devices a group may open and make: linux.resources.devices as a BPF program. */
#pragma once

#include "base/err.h"
#include "oci/config.h"

#include <linux/bpf.h>
#include <stddef.h>

/*
 * The rules are read as v1's devices.allow and devices.deny were: each in its turn grants or takes
 * away the accesses it names, so for every access the last rule that matches decides; without one
 * it is refused. A list that ends by allowing everything needs no program.
 */

/* Replaces the group's program (bpf(2), BPF_CGROUP_DEVICE) in one step. ERR_UNSUPPORTED with a hint
 * when the kernel does not let us; inside a user namespace, where no device can be made anyway,
 * that is only a warning. */
int cgroup_device_set(int cgroup_fd, const struct config_device_rule *rules, size_t n,
                      struct err *e);

/* The instructions alone, malloc'd. *ret_len is 0 and *ret NULL when none are needed. */
int cgroup_device_program(const struct config_device_rule *rules, size_t n, struct bpf_insn **ret,
                          size_t *ret_len, struct err *e);
