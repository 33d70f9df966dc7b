/* SPDX-License-Identifier: MIT */
/* Owner, mode, extended attributes and times of what an entry made. */
#pragma once

#include "base/err.h"

#include <sys/types.h>
#include <time.h>

struct archive_entry;

struct entry_meta {
    int fd; /* of a file or directory; else -1, and parent and leaf say which it is */
    int parent;
    const char *leaf;
    mode_t type;
    mode_t mode; /* twelve bits */
    uid_t uid;
    gid_t gid;
    struct timespec mtime;
};

/* ERR_INVALID for ids out of range. Sets fd to -1. */
int entry_meta_read(struct entry_meta *m, struct archive_entry *ent, struct err *e);

/* In this order, for a chown clears capabilities and set-id bits: owner, attributes, mode, times.
 * A directory's times are tree_finish()'s. */
int entry_meta_apply(const struct entry_meta *m, struct archive_entry *ent, struct err *e);
