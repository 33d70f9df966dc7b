/* SPDX-License-Identifier: MIT */
/* hako network rm: remove networks that no container is on. */
#include "cli/cmd.h"
#include "cli/output.h"
#include "cli/words.h"

struct rm_args {
    bool force;
};

static const struct opt options[] = {
    { 'f', "force", OPT_FLAG, OPT_AT(struct rm_args, force), NULL, "No such network is no error" },
    { 0 },
};

static int remove_one(void *arg, const char *name, struct err *e)
{
    return network_remove(arg, name, e);
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct rm_args *a = args;
    struct net_place place;
    int r = cli_networks(ctx, &place, e);

    if (r < 0)
        return r;
    return output_each(operands, a->force ? OUTPUT_EACH_SKIP : 0, remove_one, &place, e);
}

const struct opt_cmd cmd_network_rm = {
    .usage = "[OPTIONS] NETWORK [NETWORK...]",
    .summary = "Remove one or more networks",
    .opts = options,
    .args_size = sizeof(struct rm_args),
    .min_operands = 1,
    .max_operands = -1,
    .words = words_networks,
    .run = run,
};
