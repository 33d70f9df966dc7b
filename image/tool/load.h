/* SPDX-License-Identifier: MIT */
/* Loading an archive into the store: verified as it streams, visible all at once or not at all. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "image/store.h"

#include <stdbool.h>

struct load_args {
    const char *input; /* a path, or "-" */
    char *platform;    /* "OS/ARCH[/VARIANT]", NULL: this machine's */
    bool quiet;
};

/*
 * Appends docker's lines ("Loaded image: busybox:latest\n") to `report`. What fails leaves no blob,
 * layer or reference; errors name the archive and the entry.
 */
int load_archive(struct store *s, const struct load_args *args, struct buf *report, struct err *e);

/* May be called from a signal handler: the load fails soon, and cleans up. */
void load_interrupt(void);
bool load_interrupted(void);
