/* SPDX-License-Identifier: MIT */
/* Limits as writes: what a config's resources put into which file of a group. */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "oci/config.h"

#include <stdbool.h>
#include <stddef.h>

struct cgroup_limit {
    const char *field;   /* "memory.limit": of linux.resources, for messages; or a unified key */
    unsigned controller; /* enum cgroup_controller; 0: none is needed */
    char *file;          /* "memory.max" */
    char *value;
    char *alt_file; /* to take when `file` does not exist, or NULL */
    char *alt_value;
    bool lax; /* asks for nothing (unlimited): no controller, no file, no error */
};

struct cgroup_limits {
    struct cgroup_limit *v;
    size_t n;
};

void cgroup_limits_free(struct cgroup_limits *l);
DEFINE_CLEANUP(struct cgroup_limits, cgroup_limits, cgroup_limits_free(p))
#define AUTO_CGROUP_LIMITS CLEANUP(cgroup_limits)

/* The writes for these resources, in the order in which they are to be made. NULL: none. What v2
 * ignores by design (kernel memory, swappiness) is warned of; what it cannot express is
 * ERR_UNSUPPORTED, contradictions are ERR_INVALID. */
int cgroup_limits_make(const struct config_resources *r, struct cgroup_limits *ret, struct err *e);

/* The controllers that they need. */
unsigned cgroup_limits_controllers(const struct cgroup_limits *l);

/* Writes them into the group. Errors name file and value. `name`: the group, for messages. */
int cgroup_limits_write(const struct cgroup_limits *l, int dirfd, const char *name, struct err *e);
