/* SPDX-License-Identifier: MIT */
/* hako help: what the commands do. */
#include "cli/cmd.h"
#include "cli/complete.h"
#include "cli/words.h"

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    return complete_help(&commands_program, operands, e);
}

const struct opt_cmd cmd_help = {
    .usage = "[COMMAND...]",
    .summary = "Explain a command",
    .max_operands = -1,
    .words = words_commands,
    .run = run,
};
