/* SPDX-License-Identifier: MIT */
/* A program's help and completion, from its tables. */
#pragma once

#include "base/err.h"
#include "base/opt.h"

/* "PROGRAM __complete WORD...": prints what may stand for the last word. `globals` is the program's
 * struct, also the context of words; the global options of the line are set in it first. */
int complete_print(const struct opt_program *prog, void *globals, char **words);

/* "PROGRAM completion SHELL". */
int complete_script(const struct opt_program *prog, const char *shell, struct err *e);
/* Completes its SHELL. */
void complete_shells(void *ctx, const char *prefix, struct buf *out);

/* "PROGRAM help [COMMAND...]". */
int complete_help(const struct opt_program *prog, char **words, struct err *e);
