/* SPDX-License-Identifier: MIT */
/* Atomic commit: write beside, sync when it must outlive power loss, rename into place. */
#pragma once

#include "base/err.h"

#include <stddef.h>
#include <sys/types.h>

/* Names of temporary files start with it: readers skip them, and who knows that no writer is left
 * removes them. */
#define COMMIT_TEMP_PREFIX ".tmp-"

enum commit_flags {
    COMMIT_VOLATILE = 0, /* atomic for readers and process death */
    COMMIT_DURABLE = 1,  /* and fsync'd with its directory: outlives power loss */
    COMMIT_EXCL = 2,     /* fail with ERR_EXISTS if the name is taken */
};

/* Replaces (or creates) the file `name` in dirfd. Leaves no temporary file behind when it fails;
 * a crash can, but not with COMMIT_EXCL where the file system has files without names. */
int commit_file(int dirfd, const char *name, const void *data, size_t len, mode_t mode,
                unsigned flags, struct err *e);

/* Renames a finished directory or file into place: syncfs of the file system, rename, fsync of
 * the target's parent. ERR_EXISTS if the target is there already. */
int commit_rename(int from_dirfd, const char *from, int to_dirfd, const char *to, struct err *e);
