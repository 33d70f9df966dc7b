/* SPDX-License-Identifier: MIT */
/* Pressure as JSON, in runc's words. */
#pragma once

#include "base/json_out.h"
#include "cgroup/cgroup_stat.h"

/* A member of that name with "some" and "full"; none where the kernel does not tell. */
void psi_json(struct json_out *o, const char *key, const struct cgroup_stat_psi *psi);
/* A member of that name with one of the two. */
void psi_json_line(struct json_out *o, const char *key, const struct cgroup_stat_psi_line *line);
