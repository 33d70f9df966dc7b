/* SPDX-License-Identifier: MIT */
/* Gives back everything that a container owns while it runs; derivable from its id. */
#pragma once

#include "base/err.h"
#include "engine/container.h"
#include "engine/paths.h"

/* Kills what is left in the container's cgroup, gives back leases, removes the cgroup. Goes on
 * after a failure and returns the first; may be repeated. */
int teardown(const struct paths *p, const struct container *c, struct err *e);

/* Removes a stopped container: its name, its record, its directories. The caller holds its lock. */
int teardown_remove(const struct paths *p, struct container *c, struct err *e);
