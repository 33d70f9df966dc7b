/* SPDX-License-Identifier: MIT */
/* One lock an object: open-file-description locks that die with their descriptor. */
#pragma once

#include "base/err.h"

#include <stdbool.h>

/* Creates (0600) and opens the lock file and takes its OFD write lock (fcntl(2), F_OFD_SETLKW).
 * The descriptor is the lock: close it to release. With wait false a held lock is ERR_IN_USE. */
int lock_take(int dirfd, const char *name, bool wait, int *ret_fd, struct err *e);
/* The same for a file that is open for writing; `name` is for the error. */
int lock_file(int fd, const char *name, bool wait, struct err *e);
