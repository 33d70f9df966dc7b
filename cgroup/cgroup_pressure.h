/* SPDX-License-Identifier: MIT */
/* Triggers on a group's pressure: told when its processes have waited for too long. */
#pragma once

#include "base/buf.h"
#include "cgroup/cgroup.h"
#include "cgroup/cgroup_stat.h"

#include <stdbool.h>
#include <stdint.h>

/* Kernel: Documentation/accounting/psi.rst, "Monitoring for pressure thresholds". */
struct cgroup_pressure {
    const char *resource; /* "cpu", "memory" or "io"; static */
    bool full;            /* all of its processes waited at once, not only some */
    uint32_t stall_us;    /* so long in all … */
    uint32_t window_us;   /* … in so long a time, at most one event each */
};

extern const char *const cgroup_pressure_resources[]; /* ends with NULL */

/*
 * "RESOURCE[:some|full][:STALL/WINDOW]", the times as num_duration() reads them; windows have 500ms
 * to 10s. "memory" is "memory:some:200ms/2s", windows of which the kernel grants to everybody.
 * ERR_INVALID.
 */
int cgroup_pressure_parse(const char *spec, struct cgroup_pressure *ret, struct err *e);
/* The same back again, with nothing left out. */
void cgroup_pressure_text(const struct cgroup_pressure *p, struct buf *out);

/* What was read of it, with CGROUP_STAT_PRESSURE. */
const struct cgroup_stat_psi_line *cgroup_pressure_now(const struct cgroup_pressure *p,
                                                       const struct cgroup_stat *s);

/* A descriptor that is EPOLLPRI once for each event, and EPOLLERR when the group is gone. Close it
 * before the group is removed. ERR_UNSUPPORTED where pressure is not accounted. */
int cgroup_pressure_open(const struct cgroup *cg, const struct cgroup_pressure *p, int *ret_fd,
                         struct err *e);
