/* SPDX-License-Identifier: MIT */
/* hako completion: scripts for shells, and the words that these scripts ask for. */
#include "base/str.h"
#include "cli/cmd.h"
#include "cli/output.h"

static void words_shells(void *ctx, const char *prefix, struct buf *out)
{
    buf_str(out, "bash\nzsh\nfish\n");
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };
    int r = opt_script(&commands_program, operands[0], &b, e);

    return r < 0 ? r : output_buf(&b, e);
}

const struct opt_cmd cmd_completion = {
    .usage = "bash|zsh|fish",
    .summary = "Print a completion script for a shell",
    .min_operands = 1,
    .max_operands = 1,
    .words = words_shells,
    .run = run,
};

/* The global options of the line say where names are looked up; whatever is wrong with it is still
 * being typed. */
static void take_globals(struct cli *c, char *const *words)
{
    struct err ignored = ERR_INIT;
    struct opt_match m;
    size_t n = strv_len(words);
    AUTO_FREE char **copy = calloc(n + 1, sizeof(char *));

    if (!copy || n == 0)
        return;
    memcpy(copy, words, (n - 1) * sizeof(char *)); /* not the word at the cursor */
    opt_find(&commands_program, copy, c, &m, &ignored);
}

int cmd_complete(struct cli *c, char **words)
{
    AUTO_BUF struct buf b = { 0 };
    struct err ignored = ERR_INIT;

    log_set(NULL, LOG_LVL_ERROR);
    take_globals(c, words);
    opt_complete(&commands_program, c, words, &b);
    return output_buf(&b, &ignored) < 0 ? CLI_FAILED : 0;
}
