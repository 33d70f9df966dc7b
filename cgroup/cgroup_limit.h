/* SPDX-License-Identifier: MIT */
/* Limits as writes: what a config's resources put into which file of a group. */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "cgroup/cgroup.h"
#include "oci/config.h"

#include <stdbool.h>
#include <stddef.h>

struct cgroup_limit_row;

struct cgroup_limit {
    const struct cgroup_limit_row *row;
    const char *field;   /* "memory.limit": of linux.resources, for messages */
    unsigned controller; /* enum cgroup_controller; 0: none is needed */
    char *file;          /* "memory.max" */
    char *value;
    char *alt_file; /* to take when `file` does not exist, or NULL */
    char *alt_value;
    bool lax;   /* asks for nothing (unlimited): where the controller is off, that is so */
    bool young; /* not in every kernel that has the controller: left out where it is missing */
};

struct cgroup_limits {
    struct cgroup_limit *v;
    size_t n;
};

void cgroup_limits_free(struct cgroup_limits *l);
DEFINE_CLEANUP(struct cgroup_limits, cgroup_limits, cgroup_limits_free(p))
#define AUTO_CGROUP_LIMITS CLEANUP(cgroup_limits)

/* The writes for these resources, in the order in which they are to be made. NULL: none. What v2
 * cannot express is ERR_UNSUPPORTED, contradictions are ERR_INVALID. */
int cgroup_limits_make(const struct config_resources *r, struct cgroup_limits *ret, struct err *e);

/* Those of the writes for c->now that `named` asks for or that `was` did not have. */
int cgroup_limits_change(const struct cgroup_change *c, struct cgroup_limits *ret, struct err *e);

/* Drops keys of now->unified that would hide what `named` says of the same file. */
int cgroup_limits_supersede(struct config_resources *now, const struct config_resources *named,
                            struct err *e);

/* Warns of fields that v2 ignores by design (kernel memory, swappiness). */
void cgroup_limits_warn(const struct config_resources *r);

/* Takes out those of these controllers; 0: all of them. */
void cgroup_limits_drop(struct cgroup_limits *l, unsigned controllers);

/* The controllers that they need. */
unsigned cgroup_limits_controllers(const struct cgroup_limits *l);

/* Can the group at `path` have these? ERR_UNSUPPORTED names every controller that is missing, the
 * limits that want it, and who holds it; with CGROUP_LENIENT those that cannot be had are taken
 * out, and one warning names them (none with CGROUP_QUIET). `path` NULL: there will be no group,
 * and none of them can be had; `t` is not looked at then. */
int cgroup_limits_admit(struct cgroup_limits *l, const struct cgroup_tree *t, const char *path,
                        unsigned flags, struct err *e);

/* What files held before they were written to. Zero-initialise. */
struct cgroup_undo {
    struct cgroup_undo_step {
        char *file;
        char *text;
        char *or_else; /* to write when the kernel does not take `text` back, or NULL */
    } * v;
    size_t n;
};
void cgroup_undo_free(struct cgroup_undo *u);
DEFINE_CLEANUP(struct cgroup_undo, cgroup_undo, cgroup_undo_free(p))
#define AUTO_CGROUP_UNDO CLEANUP(cgroup_undo)

/* Notes what the file holds for the key that `value` is about. What cannot be read is left out. */
int cgroup_undo_note(struct cgroup_undo *u, int dirfd, const char *file, const char *value,
                     struct err *e);
/* Writes it all back, the last first. */
void cgroup_undo_run(const struct cgroup_undo *u, int dirfd);

/* Writes them into the group; what the kernel finds invalid is tried again after the others (a
 * burst above the old quota). Errors name file and value. `name`: the group, for messages; `undo`:
 * what was there before is added to it, also on failure; NULL: nobody wants to know. */
int cgroup_limits_write(const struct cgroup_limits *l, int dirfd, const char *name,
                        struct cgroup_undo *undo, struct err *e);

/* After the write of cpuset.cpus or cpuset.mems: ERR_INVALID when nothing on the list can be had.
 * The kernel takes such a list and gives the group its parent's (cgroup-v2.rst,
 * "cpuset.cpus.effective").
 */
int cgroup_cpuset_check(const struct cgroup_limit *l, int dirfd, const char *name, struct err *e);
