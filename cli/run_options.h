/* SPDX-License-Identifier: MIT */
/* The options that `hako run` and `hako create` share. */
#pragma once

#include "base/opt.h"
#include "cli/cli.h"
#include "engine/args.h"

/* Over struct run_args. */
extern const struct opt run_options[];
/* What run_args holds where an option is not given. */
extern const struct run_args run_options_defaults;

/* The args of a command line: the global options, image and command from the operands, and the
 * rules that the engine knows nothing of (--pull, --platform). Strings and vectors stay those of
 * `args`. */
int run_options_take(const struct cli *c, const struct run_args *args, char **operands,
                     struct run_args *ret, struct err *e);
