/* SPDX-License-Identifier: MIT */
/* hako volume rm: remove volumes that no container mounts. */
#include "cli/cmd.h"
#include "cli/output.h"
#include "cli/words.h"
#include "engine/volume.h"

struct rm_args {
    bool force;
};

static const struct opt options[] = {
    { 'f', "force", OPT_FLAG, OPT_AT(struct rm_args, force), NULL, "No such volume is no error" },
    { 0 },
};

static int remove_one(void *arg, const char *name, struct err *e)
{
    return volume_remove(arg, name, e);
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct rm_args *a = args;
    const struct paths *p;
    int r = cli_paths(ctx, &p, e);

    if (r < 0)
        return r;
    return output_each(operands, a->force ? OUTPUT_EACH_SKIP : 0, remove_one, (void *)p, e);
}

const struct opt_cmd cmd_volume_rm = {
    .usage = "[OPTIONS] VOLUME [VOLUME...]",
    .summary = "Remove one or more volumes",
    .opts = options,
    .args_size = sizeof(struct rm_args),
    .min_operands = 1,
    .max_operands = -1,
    .words = words_volumes,
    .run = run,
};
