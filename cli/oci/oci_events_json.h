/* SPDX-License-Identifier: MIT */
/* Events of a container as runc writes them (its types/events.go). */
#pragma once

#include "base/buf.h"
#include "cgroup/cgroup_pressure.h"
#include "cgroup/cgroup_stat.h"
#include "oci/oom.h"

/* A line {"type": …, "id": …, "data": …} each. Running out of memory: out->failed. */

/* "stats": numbers that are 0 are left out where runc leaves them out; no limit is 2^64 - 1, of
 * processes 0. */
void oci_events_json_stats(const char *id, const struct cgroup_stat *s, struct buf *out);
/* "oom": runc has no data here. */
void oci_events_json_oom(const char *id, const struct oom *o, struct buf *out);
/* "pressure": runc has no such event. The trigger, its times in µs, and the present figures. */
void oci_events_json_pressure(const char *id, const struct cgroup_pressure *p,
                              const struct cgroup_stat *s, struct buf *out);
