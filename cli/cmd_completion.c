/* SPDX-License-Identifier: MIT */
/* hako completion: scripts for shells, and the words that these scripts ask for. */
#include "cli/cmd.h"
#include "cli/complete.h"

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    return complete_script(&commands_program, operands[0], e);
}

const struct opt_cmd cmd_completion = {
    .usage = "bash|zsh|fish",
    .summary = "Print a completion script for a shell",
    .min_operands = 1,
    .max_operands = 1,
    .words = complete_shells,
    .run = run,
};

int cmd_complete(struct cli *c, char **words)
{
    return complete_print(&commands_program, c, words) == 0 ? 0 : CLI_FAILED;
}
