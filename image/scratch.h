/* SPDX-License-Identifier: MIT */
/* Temporary directories of the store's writers, which die with their owners. */
#pragma once

#include "base/err.h"
#include "image/store.h"

#define SCRATCH_DIR "tmp" /* below the store's root */

/* In a scratch directory: */
#define SCRATCH_PINS "pins" /* empty files named by layer: the owner counts on these layers */
#define SCRATCH_MOVING                                                                             \
    "moving" /* paths below ROOT, a line each, that its commit puts into place                     \
              */

struct scratch {
    char *name;  /* "tmp/load-PID-N", below ROOT */
    int fd;      /* the directory */
    int lock_fd; /* held for life: who can take it knows that the owner is dead */
};

/* With the store's lock held. */
int scratch_make(const struct store *s, const char *what, struct scratch *ret, struct err *e);
/* Removes it and all in it. Safe on one that was never made or is gone. */
void scratch_drop(const struct store *s, struct scratch *sc);

/*
 * Takes the store's lock (waits), making the store when it is missing, and then removes what dead
 * writers left: their scratch directories, and blobs and layers that a load had moved into place
 * before it could write index.json. Close *ret_fd to release.
 */
int scratch_lock_store(struct store *s, int *ret_fd, struct err *e);

/* Only the latter, for commands that do not write: looks, and takes the lock if something is there
 * and nobody holds it. */
int scratch_repair(const struct store *s, struct err *e);

/* Names of layers that living writers count on, as a strv, with the store's lock held. */
int scratch_pins(const struct store *s, char ***ret, struct err *e);
