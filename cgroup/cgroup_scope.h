/* SPDX-License-Identifier: MIT */
/* The group of a scope: limits in its files, and in systemd's mind. */
#pragma once

#include "cgroup/cgroup_driver.h"
#include "cgroup/cgroup_limit.h"

/* Whose systemd is meant: the caller's own; root in a user namespace is a user outside. */
bool cgroup_scope_is_user(void);

/*
 * Takes on the group that systemd has made, for the container's group at `path`: its scope or a
 * group below that, which is made. The scope gets the limits (their properties have been said),
 * those that systemd does not write, and the rules for devices. Until cgroup_release() one more
 * process has room in it than the limits say.
 */
int cgroup_scope_fill(const struct cgroup_tree *t, const char *path, const struct cgroup_want *w,
                      const struct cgroup_limits *l, struct cgroup *ret, struct err *e);

/*
 * As cgroup_update(). First the files, since the kernel knows what it takes; then systemd, which
 * writes them too, in its own rounding; so the files once more. When one of them fails, both are
 * told what held before.
 */
int cgroup_scope_update(const struct cgroup_tree *t, struct cgroup *cg,
                        const struct cgroup_change *c, struct err *e);
