/* SPDX-License-Identifier: MIT */
/* Formatters of limits: each turns one field of the spec into writes. */
#pragma once

#include "cgroup/cgroup_limit.h"

/* Adds what the field asks for; nothing when it is not set. */
typedef int (*cgroup_limit_fn)(const struct cgroup_limit_row *row, const struct config_resources *r,
                               struct cgroup_limits *l, struct err *e);

struct cgroup_limit_row {
    const char *field;
    const char *file; /* NULL: the formatter names it */
    unsigned controller;
    cgroup_limit_fn format;
};

/* Appends a write, taking `value` over (freed on failure). NULL when memory ran out, a NULL value
 * included. */
struct cgroup_limit *cgroup_limit_add(struct cgroup_limits *l, const struct cgroup_limit_row *row,
                                      const char *file, char *value);

#define CGROUP_LIMIT_FORMATTER(name)                                                               \
    int cgroup_limit_##name(const struct cgroup_limit_row *row, const struct config_resources *r,  \
                            struct cgroup_limits *l, struct err *e)

/* cgroup_limit_value.c */
CGROUP_LIMIT_FORMATTER(memory);
CGROUP_LIMIT_FORMATTER(swap);
CGROUP_LIMIT_FORMATTER(reservation);
CGROUP_LIMIT_FORMATTER(shares);
CGROUP_LIMIT_FORMATTER(quota);
CGROUP_LIMIT_FORMATTER(burst);
CGROUP_LIMIT_FORMATTER(not_idle);
CGROUP_LIMIT_FORMATTER(idle);
CGROUP_LIMIT_FORMATTER(realtime);
CGROUP_LIMIT_FORMATTER(cpus);
CGROUP_LIMIT_FORMATTER(mems);
CGROUP_LIMIT_FORMATTER(pids);
/* cgroup_limit_device.c */
CGROUP_LIMIT_FORMATTER(io_weight);
CGROUP_LIMIT_FORMATTER(io_weight_device);
CGROUP_LIMIT_FORMATTER(io_read_bps);
CGROUP_LIMIT_FORMATTER(io_write_bps);
CGROUP_LIMIT_FORMATTER(io_read_iops);
CGROUP_LIMIT_FORMATTER(io_write_iops);
CGROUP_LIMIT_FORMATTER(hugepages);
CGROUP_LIMIT_FORMATTER(rdma);
CGROUP_LIMIT_FORMATTER(network);
CGROUP_LIMIT_FORMATTER(unified);
