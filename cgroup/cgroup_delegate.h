/* SPDX-License-Identifier: MIT */
/* Gives a group to a user, as far as the kernel says that it may be given. */
#pragma once

#include "cgroup/cgroup.h"

/* The group's directory and those of its files that /sys/kernel/cgroup/delegate lists become
 * `uid`'s (cgroups(7), "Cgroups delegation"; config-linux.md, "Cgroup ownership"). Limits stay
 * whose they are. */
int cgroup_delegate(const struct cgroup *cg, uid_t uid, struct err *e);
