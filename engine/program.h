/* SPDX-License-Identifier: MIT */
/* Finds hako's helper programs. */
#pragma once

#include "base/err.h"

/* The absolute path of NAME ("hako-image", "hako-init"): beside this executable (a build tree),
 * else in the libexec directory. The string is the caller's. ERR_NOT_FOUND names the places. */
int program_find(const char *name, char **ret, struct err *e);
