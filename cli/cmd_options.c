/* SPDX-License-Identifier: MIT */
/* hako __options: the tables as text, for the check of the manual pages. */
#include "cli/cmd.h"
#include "cli/options.h"

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    return options_print(&commands_program, operands, e);
}

const struct opt_cmd cmd_options = {
    .usage = "[COMMAND...]",
    .summary = "Print the option tables",
    .max_operands = -1,
    .run = run,
};
