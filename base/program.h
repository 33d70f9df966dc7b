/* SPDX-License-Identifier: MIT */
/* This program's file, and hako's helper programs. */
#pragma once

#include "base/err.h"

/* The absolute path of the running executable. The string is the caller's. */
int program_self(char **ret, struct err *e);

/* The absolute path of NAME ("hako-image", "hako-init"): beside this executable (a build tree),
 * else in the libexec directory. The string is the caller's. ERR_NOT_FOUND names the places. */
int program_find(const char *name, char **ret, struct err *e);
