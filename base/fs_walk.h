/* SPDX-License-Identifier: MIT */
/* Inside base/fs*.c only: in-root opening for kernels without openat2(2). */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/* fs_open_in() by a walk of our own. */
int fs_walk_in(int root, const char *path, uint64_t flags, mode_t mode);
