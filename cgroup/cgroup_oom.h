/* SPDX-License-Identifier: MIT */
/* Processes killed for lack of memory: noticed, counted, and whose limit it was. */
#pragma once

#include "base/buf.h"
#include "cgroup/cgroup.h"
#include "oci/oom.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Kernel: admin-guide/cgroup-v2.rst, memory.events. "oom_kill" counts in the victim's group and in
 * all above it; "oom" of memory.events.local counts in the one group whose limit was hit, which may
 * be the container's, one below it, or any above it. The kernel's log (/dev/kmsg), where it can be
 * read, names limit and victim for certain, except in a flood of kills, when lines are left out.
 */

/* So many groups upwards, the container's own included, are looked at. */
#define CGROUP_OOM_LEVELS 16

/* Where the counters stood at the last look. */
struct cgroup_oom {
    int fd;     /* memory.events; EPOLLPRI when it has changed since the last look. -1: the memory
                   controller is not on, there is nothing to notice */
    bool whole; /* the tree's root is the machine's, no limit is out of sight */
    uint64_t since_us; /* of the kernel's log: earlier lines are of others */
    uint64_t kills;
    uint64_t all; /* limits hit, of the group and those below it */
    uint64_t hits[CGROUP_OOM_LEVELS];
    /* Its own limits' hits whose kills had not been counted yet at that time: `all` and hits[0]
     * before them. 0: there were none. */
    uint64_t pending_us, all_before, own_before;
};

#define CGROUP_OOM_INIT                                                                            \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

/* Notes where the counters stand. Never fails: ret->fd is -1 where there is nothing to read. */
void cgroup_oom_open(const struct cgroup *cg, struct cgroup_oom *ret);
/* Goes back to when `kills` had been counted, in a group that was new when it was first watched. */
void cgroup_oom_rewind(struct cgroup_oom *w, uint64_t kills);
void cgroup_oom_close(struct cgroup_oom *w);
DEFINE_CLEANUP(struct cgroup_oom, cgroup_oom, cgroup_oom_close(p))
#define AUTO_CGROUP_OOM CLEANUP(cgroup_oom)

/*
 * Has a process been killed since the last look? 1: yes, and *o, zero or filled by the look before,
 * now tells of the last one; 0: no. The time and a victim that the kernel's log does not name are
 * the caller's to add. ERR_NOMEM.
 */
int cgroup_oom_look(struct cgroup_oom *w, const struct cgroup *cg, struct oom *o, struct err *e);

/* The same for a group that is gone with its counters, as systemd removes a scope once it is empty:
 * by the kernel's log alone, and without what the group's files told. For the end of a process that
 * SIGKILL has ended: the log of a while before is searched, too. 0 while the group is there. */
int cgroup_oom_recall(struct cgroup_oom *w, const struct cgroup *cg, struct oom *o, struct err *e);

/* In one line: "out of memory: the limit of 64 MiB (memory.max of /hako/ID) was hit; killed stress
 * (pid 7); peak 64 MiB". */
void cgroup_oom_text(const struct oom *o, struct buf *out);

/* A kill as the kernel's log tells of it. */
struct cgroup_oom_line {
    enum oom_cause cause;
    char *cgroup; /* whose limit, as the machine's own root sees it; NULL without one */
    char *task;   /* the victim's group, likewise */
    char *victim;
    int32_t pid; /* in the machine's own pid namespace */
};
void cgroup_oom_line_free(struct cgroup_oom_line *l);
DEFINE_CLEANUP(struct cgroup_oom_line, cgroup_oom_line, cgroup_oom_line_free(p))

/* Takes a line of the log apart ("oom-kill:constraint=…"; cut in place). False: it is another, or
 * memory ran out. */
bool cgroup_oom_line_parse(char *text, struct cgroup_oom_line *ret);
/* The last kill after *since_us in the group at `path`, or below it; `whole`: the path starts at
 * the machine's root. *since_us becomes the line's time. False: none is found, or the log cannot be
 * read. */
bool cgroup_oom_line_find(const char *path, bool whole, uint64_t *since_us,
                          struct cgroup_oom_line *ret);
