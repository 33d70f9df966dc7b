/* SPDX-License-Identifier: MIT */
/* hako rm: remove containers and all that they own. */
#include "cli/cmd.h"
#include "cli/output.h"
#include "cli/words.h"
#include "engine/engine.h"

struct rm_args {
    bool force;
    bool volumes;
};

#define AT(field) OPT_AT(struct rm_args, field)
static const struct opt options[] = {
    { 'f', "force", OPT_FLAG, AT(force), NULL,
      "Kill it first if it runs; no such container is no error" },
    { 'v', "volumes", OPT_FLAG, AT(volumes), NULL, "Remove its anonymous volumes too" },
    { 0 },
};

struct rm_how {
    const struct paths *paths;
    const struct rm_args *args;
};

static int remove_one(void *arg, const char *name, struct err *e)
{
    const struct rm_how *how = arg;

    return engine_rm(how->paths, name, how->args->force, how->args->volumes, e);
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct rm_args *a = args;
    struct rm_how how = { .args = a };
    int r = cli_paths(ctx, &how.paths, e);

    if (r < 0)
        return r;
    return output_each(operands, a->force ? OUTPUT_EACH_MAY_MISS : 0, remove_one, &how, e);
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
