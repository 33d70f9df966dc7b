/* SPDX-License-Identifier: MIT */
/* hako rm: remove containers and all that they own. */
#include "cli/cmd.h"
#include "cli/output.h"
#include "cli/words.h"
#include "engine/engine.h"

struct rm_args {
    bool force;
};

#define AT(field) OPT_AT(struct rm_args, field)
static const struct opt options[] = {
    { 'f', "force", OPT_FLAG, AT(force), NULL,
      "Kill it first if it runs; no such container is no error" },
    { 'v', "volumes", OPT_FLAG, 0, 0, NULL, NULL, OPT_IGNORED },
    { 0 },
};

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct rm_args *a = args;
    struct output_each each = { .failed = false };
    const struct paths *p;
    int r = cli_paths(ctx, &p, e);

    if (r < 0)
        return r;
    for (char **name = operands; *name; name++) {
        r = engine_rm(p, *name, a->force, e);
        if (r >= 0)
            r = output_line(e, "%s", *name);
        if (r == -ERR_NOT_FOUND && a->force) {
            output_error(e, NULL);
            err_clear(e);
            r = 0;
        }
        output_each(&each, r, e);
    }
    return each.failed ? CLI_FAILED : 0;
}

const struct opt_cmd cmd_rm = {
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .summary = "Remove one or more containers",
    .opts = options,
    .args_size = sizeof(struct rm_args),
    .min_operands = 1,
    .max_operands = -1,
    .words = words_containers,
    .run = run,
};
