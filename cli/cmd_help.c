/* SPDX-License-Identifier: MIT */
/* hako help: what the commands do. */
#include "base/str.h"
#include "cli/cmd.h"
#include "cli/output.h"
#include "cli/words.h"

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };
    AUTO_FREE char *words = strv_join(operands, " ");
    AUTO_FREE char *path = str_fmt("%s %s", commands_program.name, words ? words : "");
    const struct opt_cmd *cmd = opt_lookup(&commands_program, operands);

    if (!words || !path)
        return err_nomem(e);
    if (operands[0] && !cmd) {
        err_set(e, ERR_NOT_FOUND, "unknown help topic: %s", words);
        return err_hint(e, "'%s help' lists the commands", commands_program.name);
    }
    if (cmd)
        opt_help(&commands_program, cmd, path, output_width(), &b);
    else
        opt_help_program(&commands_program, output_width(), &b);
    return output_buf(&b, e);
}

const struct opt_cmd cmd_help = {
    .usage = "[COMMAND...]",
    .summary = "Explain a command",
    .max_operands = -1,
    .words = words_commands,
    .run = run,
};
