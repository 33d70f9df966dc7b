/* SPDX-License-Identifier: MIT */
/* What somebody needs who watches a container of hako-oci: its group, and its end. */
#pragma once

#include "base/err.h"
#include "cgroup/cgroup.h"

struct lifecycle_watch {
    struct cgroup cgroup;
    int pidfd; /* of its first process: readable once that has ended */
};

#define LIFECYCLE_WATCH_INIT                                                                       \
    {                                                                                              \
        .cgroup = CGROUP_INIT, .pidfd = -1                                                         \
    }

/* ERR_STATE "container ID is not running" when it has stopped; ERR_UNSUPPORTED without a group. */
int lifecycle_watch_open(const char *root, const char *id, struct lifecycle_watch *ret,
                         struct err *e);
void lifecycle_watch_close(struct lifecycle_watch *w);
DEFINE_CLEANUP(struct lifecycle_watch, lifecycle_watch, lifecycle_watch_close(p))
#define AUTO_LIFECYCLE_WATCH CLEANUP(lifecycle_watch)
