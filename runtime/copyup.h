/* SPDX-License-Identifier: MIT */
/* Copies a directory's content: what tmpcopyup puts into a fresh tmpfs. */
#pragma once

#include "base/err.h"

/* Copies everything in the directory `from` (O_PATH allowed) into `to`: owners, modes, times,
 * symlinks, devices; hard links become files of their own. Mounts below are not entered. */
int copyup_tree(int from, int to, struct err *e);
