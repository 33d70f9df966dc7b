/* SPDX-License-Identifier: MIT */
/* Tells which containers come, change and go, as it happens: inotify(7) on both trees. */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "engine/id.h"
#include "engine/paths.h"

#include <stdbool.h>
#include <stddef.h>

struct changes {
    int fd; /* readable when there is something for changes_read() */
    struct changes_dir {
        int watch;
        bool run;            /* below RUNROOT, else below ROOT */
        char id[ID_LEN + 1]; /* "": the directory of all of them */
    } * dirs;
    size_t n;
};

#define CHANGES_INIT                                                                               \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

/* From now on. The trees' directories of containers are made when they are missing. */
int changes_open(const struct paths *p, struct changes *ret, struct err *e);
void changes_close(struct changes *c);
DEFINE_CLEANUP(struct changes, changes, changes_close(p))

/* The container may have a new record or status, or none any more. NULL: any of them may, too much
 * has happened. */
typedef int (*changes_fn)(void *arg, const char *id, struct err *e);

/* Calls back for all that has happened; does not wait. */
int changes_read(struct changes *c, const struct paths *p, changes_fn fn, void *arg, struct err *e);
