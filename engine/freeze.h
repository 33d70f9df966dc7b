/* SPDX-License-Identifier: MIT */
/* Pausing: a container is paused when the kernel says that its group is, and no file of ours does.
 */
#pragma once

#include "base/err.h"
#include "cgroup/cgroup.h"
#include "engine/container.h"

/* The state of one that runs becomes RECORD_PAUSED, in memory alone, if it is so. `t` is opened
 * when it is needed first; the caller closes it. */
void freeze_look(struct container *c, struct cgroup_tree *t);

/* Lets it go on, if it is paused. Nothing to do when its group is gone. */
int freeze_thaw(const struct container *c, struct err *e);
