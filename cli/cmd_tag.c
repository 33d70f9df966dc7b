/* SPDX-License-Identifier: MIT */
/* hako tag: give an image one more name. */
#include "cli/cmd.h"
#include "cli/words.h"

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    struct store store;
    int r = cli_store(ctx, &store, e);

    return r < 0 ? r : store_tag(&store, operands[0], operands[1], e);
}

const struct opt_cmd cmd_tag = {
    .usage = "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
    .summary = "Give an image one more name",
    .min_operands = 2,
    .max_operands = 2,
    .words = words_images,
    .run = run,
};
