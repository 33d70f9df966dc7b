/* SPDX-License-Identifier: MIT */
/* hako __options: the tables as text, for the check of the manual pages. */
#include "base/str.h"
#include "cli/cmd.h"
#include "cli/output.h"

/* "network create": every command by its first name, a line each; mistakes in a table follow it. */
static void add_commands(const struct opt_verb *verbs, const char *above, struct buf *out)
{
    for (const struct opt_verb *v = verbs; v->names; v++) {
        char name[32];
        char path[96];
        const char *wrong = opt_table_error(v->cmd);
        snprintf(path, sizeof(path), "%s%s", above, opt_verb_name(v, name, sizeof(name)));
        if (v->flags & OPT_VERB_HIDDEN)
            continue;
        buf_fmt(out, "%s%s%s\n", path, wrong ? "\t" : "", wrong ? wrong : "");
        if (!v->cmd->verbs)
            continue;
        snprintf(path + strlen(path), sizeof(path) - strlen(path), " ");
        add_commands(v->cmd->verbs, path, out);
    }
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct opt_cmd globals = { .opts = cli_globals };
    const struct opt_cmd *cmd = opt_lookup(&commands_program, operands);
    AUTO_BUF struct buf b = { 0 };

    if (!operands[0])
        add_commands(commands_program.verbs, "", &b);
    else if (STREQ(operands[0], commands_program.name))
        opt_dump(&globals, &b);
    else if (cmd)
        opt_dump(cmd, &b);
    else
        return err_set(e, ERR_NOT_FOUND, "no such command");
    return output_buf(&b, e);
}

const struct opt_cmd cmd_options = {
    .usage = "[COMMAND...]",
    .summary = "Print the option tables",
    .max_operands = -1,
    .run = run,
};
