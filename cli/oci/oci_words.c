/* SPDX-License-Identifier: MIT */
/* hako-oci help and completion: what the commands are, and which words may follow. */
#include "base/str.h"
#include "cli/complete.h"
#include "cli/oci/oci.h"
#include "runtime/lifecycle.h"

void oci_words_containers(void *ctx, const char *prefix, struct buf *out)
{
    struct err ignored = ERR_INIT;
    struct state *v;
    size_t n;

    if (lifecycle_list(oci_root(ctx), &v, &n, &ignored) < 0)
        return;
    for (size_t i = 0; i < n; i++)
        if (str_starts(v[i].id, prefix))
            buf_fmt(out, "%s\t%s\n", v[i].id, json_enum_name(state_status_names, (int)v[i].status));
    lifecycle_list_free(v, n);
}

static void words_commands(void *ctx, const char *prefix, struct buf *out)
{
    char *words[] = { (char *)prefix, NULL };

    opt_complete(&oci_program, ctx, words, out);
}

static int help(void *ctx, const void *args, char **operands, struct err *e)
{
    return complete_help(&oci_program, operands, e);
}

const struct opt_cmd oci_help = {
    .usage = "[COMMAND]",
    .summary = "Explain a command",
    .max_operands = 1,
    .words = words_commands,
    .run = help,
};

static int completion(void *ctx, const void *args, char **operands, struct err *e)
{
    return complete_script(&oci_program, operands[0], e);
}

const struct opt_cmd oci_completion = {
    .usage = "bash|zsh|fish",
    .summary = "Print a completion script for a shell",
    .min_operands = 1,
    .max_operands = 1,
    .words = complete_shells,
    .run = completion,
};
