/* SPDX-License-Identifier: MIT */
/* A program's help and completion, from its tables. */
#include "cli/complete.h"

#include "base/log.h"
#include "base/str.h"
#include "cli/output.h"

/* The global options of the line say where names are looked up; whatever is wrong with it is still
 * being typed. */
static void take_globals(const struct opt_program *prog, void *globals, char *const *words)
{
    struct err ignored = ERR_INIT;
    struct opt_match m;
    size_t n = strv_len(words);
    AUTO_FREE char **copy = calloc(n + 1, sizeof(char *));

    if (!copy || n == 0)
        return;
    memcpy(copy, words, (n - 1) * sizeof(char *)); /* not the word at the cursor */
    opt_find(prog, copy, globals, &m, &ignored);
}

int complete_print(const struct opt_program *prog, void *globals, char **words)
{
    AUTO_BUF struct buf b = { 0 };
    struct err ignored = ERR_INIT;

    log_set(NULL, LOG_LVL_ERROR);
    take_globals(prog, globals, words);
    opt_complete(prog, globals, words, &b);
    return output_buf(&b, &ignored) < 0 ? 1 : 0;
}

int complete_script(const struct opt_program *prog, const char *shell, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };
    int r = opt_script(prog, shell, &b, e);

    return r < 0 ? r : output_buf(&b, e);
}

void complete_shells(void *ctx, const char *prefix, struct buf *out)
{
    buf_str(out, "bash\nzsh\nfish\n");
}

int complete_help(const struct opt_program *prog, char **words, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };
    AUTO_FREE char *topic = strv_join(words, " ");
    AUTO_FREE char *path = str_fmt("%s %s", prog->name, topic ? topic : "");
    const struct opt_cmd *cmd = opt_lookup(prog, words);

    if (!topic || !path)
        return err_nomem(e);
    if (words[0] && !cmd) {
        err_set(e, ERR_NOT_FOUND, "unknown help topic: %s", topic);
        return err_hint(e, "'%s help' lists the commands", prog->name);
    }
    if (cmd)
        opt_help(prog, cmd, path, output_width(), &b);
    else
        opt_help_program(prog, output_width(), &b);
    return output_buf(&b, e);
}
