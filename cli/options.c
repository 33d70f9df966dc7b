/* SPDX-License-Identifier: MIT */
/* Prints option tables. */
#include "cli/options.h"

#include "base/str.h"
#include "cli/output.h"

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

int options_print(const struct opt_program *prog, char *const *words, struct err *e)
{
    const struct opt_cmd globals = { .opts = prog->globals };
    const struct opt_cmd *cmd = opt_lookup(prog, words);
    AUTO_BUF struct buf b = { 0 };

    if (!words[0])
        add_commands(prog->verbs, "", &b);
    else if (STREQ(words[0], prog->name))
        opt_dump(&globals, &b);
    else if (cmd)
        opt_dump(cmd, &b);
    else
        return err_set(e, ERR_NOT_FOUND, "no such command");
    return output_buf(&b, e);
}
