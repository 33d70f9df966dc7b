/* SPDX-License-Identifier: MIT */
/* What is known of the processes of a container that were killed for lack of memory. */
#pragma once

#include "base/json.h"
#include "base/mem.h"

#include <stdint.h>

/* Whose memory had run out. */
enum oom_cause {
    OOM_UNSET,
    OOM_LIMIT,   /* `cgroup` had a limit, memory.max */
    OOM_OUTSIDE, /* a limit of a group that cannot be seen from here, or the host's */
    OOM_HOST,    /* the host's: no limit was hit */
    OOM_CPUSET,  /* that of the memory nodes that it may use */
    OOM_POLICY,  /* that of the nodes of its memory policy */
};

/* Part of a status, and the data of hako-oci's event. */
struct oom {
    enum oom_cause cause; /* of the last kill, as is all but `kills` */
    char *cgroup;         /* whose limit it was, below the tree's root; NULL: nobody's */
    uint64_t limit;       /* its bytes at that time; 0: not known */
    uint64_t swap_limit;  /* of memory.swap.max, when that had been used up, too */
    uint64_t peak;        /* bytes, the most that the container has used; 0: not known */
    char *victim;         /* the killed process's command name, printable; NULL: not known */
    int32_t victim_pid;   /* in the host's pid namespace; 0: not known */
    uint64_t kills;       /* processes killed since the start */
    int64_t time;         /* when it was noticed, nanoseconds since the epoch */
    struct json_map extra;
};

extern const struct json_table oom_table;
extern const struct json_enum oom_cause_names[]; /* "memory.max", "host" … */

void oom_free(struct oom *o);
DEFINE_CLEANUP(struct oom, oom, oom_free(p))
#define AUTO_OOM CLEANUP(oom)
