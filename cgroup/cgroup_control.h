/* SPDX-License-Identifier: MIT */
/* Controllers: which the tree has, who holds the others, and switching them on along a path. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "cgroup/cgroup.h"

/* Bits of the controllers that limits can ask for. */
enum cgroup_controller {
    CGROUP_CPU = 1,
    CGROUP_CPUSET = 2,
    CGROUP_IO = 4,
    CGROUP_MEMORY = 8,
    CGROUP_HUGETLB = 16,
    CGROUP_PIDS = 32,
    CGROUP_RDMA = 64,
    CGROUP_MISC = 128,
    CGROUP_DMEM = 256,
};
#define CGROUP_CONTROLLERS 9 /* how many bits */

/* "memory" for CGROUP_MEMORY; and back: 0 when there is no such controller. `len` bytes count. */
const char *cgroup_control_name(unsigned bit);
unsigned cgroup_control_bit(const char *name, size_t len);

/* The set in "cgroup.controllers" or "cgroup.subtree_control" of the group at `path` (relative to
 * the tree's root, "." for the root itself); 0 when it cannot be read. */
unsigned cgroup_control_read(const struct cgroup_tree *t, const char *path, const char *file);

/* Those of `want` that children of the group at `path` cannot have: not in the tree, or switched
 * off on the way and not ours to switch on. */
unsigned cgroup_control_missing(const struct cgroup_tree *t, const char *path, unsigned want);

/* How children of a group stand with a controller. */
enum cgroup_control_state {
    CGROUP_CONTROL_AVAILABLE,
    CGROUP_CONTROL_V1,          /* a v1 hierarchy holds it */
    CGROUP_CONTROL_CLOSED,      /* a group on the way does not pass it on */
    CGROUP_CONTROL_UNDELEGATED, /* the same, and it is not ours to change: we are not root */
    CGROUP_CONTROL_OUTSIDE,     /* the tree is part of a larger one, which does not pass it on */
    CGROUP_CONTROL_OFF,         /* on the kernel's command line */
    CGROUP_CONTROL_UNKNOWN,     /* the kernel has no such controller */
};
/* "available", "v1", "closed" … */
const char *cgroup_control_word(enum cgroup_control_state state);

/* As it stands for children of the group at `path`. *ret_place: where v1 has it mounted, or the
 * group that does not pass it on; malloc'd or NULL. */
enum cgroup_control_state cgroup_control_state(const struct cgroup_tree *t, const char *path,
                                               unsigned bit, char **ret_place);

/* The same in words: "is held by cgroup v1 at /sys/fs/cgroup/memory". */
void cgroup_control_reason(const struct cgroup_tree *t, const char *path, unsigned bit,
                           struct buf *out);

/* Adds what brings the missing controllers of `bits` back: another boot of a host that has v1, or
 * systemd's drop-in that delegates them to its users. */
void cgroup_control_remedy(const struct cgroup_tree *t, unsigned bits, struct err *e);

/* Switches `want` on in every group from the root to the one at `path`, for its children. Groups
 * with processes of ours in them get a child for these ("no internal processes"). */
int cgroup_control_enable(const struct cgroup_tree *t, const char *path, unsigned want,
                          struct err *e);

/* The same as far as it goes, for what nobody insists on: moves no process, and stops at a group
 * that has some. */
void cgroup_control_try(const struct cgroup_tree *t, const char *path, unsigned want);

/* Returns when the files of `set`, which the group at `path` passes on, are in its children. The
 * kernel tells of a controller before it has made them; asking again for what is there waits. */
void cgroup_control_settle(const struct cgroup_tree *t, const char *path, unsigned set);
