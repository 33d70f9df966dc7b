/* SPDX-License-Identifier: MIT */
/* What a group has used: cpu, memory, io, pids, hugetlb and pressure, as the kernel counts it. */
#pragma once

#include "base/json_map.h"
#include "cgroup/cgroup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CGROUP_STAT_NO_LIMIT UINT64_MAX /* "max" */

/* Kernel: Documentation/accounting/psi.rst. Shares in percent, totals in µs. */
struct cgroup_stat_psi {
    bool there; /* false: this kernel or group has no such file */
    struct cgroup_stat_psi_line {
        double avg10, avg60, avg300;
        uint64_t total;
    } some, full;
};

struct cgroup_stat_cpu { /* µs */
    uint64_t usage, user, system;
    uint64_t periods, throttled, throttled_usec;
    uint64_t bursts, burst_usec;
    struct cgroup_stat_psi psi;
};

struct cgroup_stat_memory {          /* bytes */
    bool there;                      /* false: the controller is off, all is 0 */
    uint64_t current, peak;          /* peak: 0 before Linux 5.19 */
    uint64_t max;                    /* or CGROUP_STAT_NO_LIMIT */
    uint64_t swap_current, swap_max; /* 0 where swap is not counted */
    uint64_t anon, file, inactive_file;
    uint64_t low_events, high_events, max_events, oom_events, oom_kills; /* of memory.events */
    struct cgroup_stat_psi psi;
};

struct cgroup_stat_io {
    uint32_t major, minor;
    uint64_t rbytes, wbytes, dbytes; /* read, written, discarded */
    uint64_t rios, wios, dios;
};

struct cgroup_stat_hugetlb {
    char size[16];                 /* "2MB" */
    uint64_t current, max, events; /* of reservations where the kernel counts them */
};

struct cgroup_stat {
    struct cgroup_stat_cpu cpu;
    struct cgroup_stat_memory memory;
    struct json_map memory_raw; /* every line of memory.stat */
    uint64_t pids, pids_max;
    struct cgroup_stat_io *io;
    size_t n_io;
    struct cgroup_stat_psi io_psi;
    struct cgroup_stat_hugetlb *hugetlb;
    size_t n_hugetlb;
};

enum cgroup_stat_what {
    CGROUP_STAT_PRESSURE = 1,
    CGROUP_STAT_DETAIL = 2, /* memory_raw and hugetlb */
};

/*
 * Reads the group's files, those of `what` too; without them five, each once. What the group does
 * not have is 0. ERR_NOT_FOUND when the group itself is gone. The caller frees.
 */
int cgroup_stat_read(const struct cgroup *cg, unsigned what, struct cgroup_stat *ret,
                     struct err *e);
void cgroup_stat_free(struct cgroup_stat *s);
DEFINE_CLEANUP(struct cgroup_stat, cgroup_stat, cgroup_stat_free(p))
#define AUTO_CGROUP_STAT CLEANUP(cgroup_stat)

/* What would not be given back under pressure: usage without the file pages that nobody has used
 * for long. What docker and kubernetes show as memory usage. */
uint64_t cgroup_stat_working_set(const struct cgroup_stat_memory *m);
