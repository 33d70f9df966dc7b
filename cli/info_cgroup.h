/* SPDX-License-Identifier: MIT */
/* The cgroup part of hako info: who makes groups, what they can have, and why not. */
#pragma once

#include "base/err.h"
#include "base/json_out.h"

/* Adds docker's members (CgroupDriver, MemoryLimit, Warnings …) and hako's own ("Cgroup") to the
 * object that is open. `manager`: --cgroup-manager, or NULL. A host that has nothing of this is a
 * fact to report, no failure; an unknown manager is ERR_UNSUPPORTED. */
int info_cgroup(struct json_out *o, const char *manager, struct err *e);

/* Its lines in the readable form: a template. */
extern const char info_cgroup_text[];
