/* SPDX-License-Identifier: MIT */
/* The grammars of -e, --env-file, -l and --label-file. */
#pragma once

#include "base/err.h"

/*
 * What files and options set, as "KEY=VALUE" strings, each key once, the last one winning; files
 * come before options, as in docker. A bare KEY takes the caller's value; when the caller has none
 * an option's stays bare, and takes the variable away, and a file's counts for nothing. `environ`
 * is the caller's environment. The result is a strv, NULL when empty.
 */
int parse_env(char *const *files, char *const *options, char *const *environ, char ***ret,
              struct err *e);

/* Changes an environment by such a list. 0, or -1 when memory ran out. */
int parse_env_apply(char ***env, char *const *own);

/* The same for labels: a bare KEY is "KEY=". */
int parse_env_labels(char *const *files, char *const *options, char ***ret, struct err *e);
