/* SPDX-License-Identifier: MIT */
/* A program's option tables as text, for the check of its manual pages. */
#pragma once

#include "base/err.h"
#include "base/opt.h"

/* Without words: every command by its first name, a line each, mistakes in its table behind it.
 * With the program's name: its global options; with a command's words: that command's. */
int options_print(const struct opt_program *prog, char *const *words, struct err *e);
