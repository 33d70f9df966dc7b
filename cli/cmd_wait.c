/* SPDX-License-Identifier: MIT */
/* hako wait: wait for containers to stop and print their exit codes. */
#include "cli/cmd.h"
#include "cli/output.h"
#include "cli/words.h"
#include "engine/engine.h"

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    struct output_each each = { .failed = false };
    const struct paths *p;
    int r = cli_paths(ctx, &p, e);

    if (r < 0)
        return r;
    for (char **name = operands; *name; name++) {
        int code;
        r = engine_wait(p, *name, &code, e);
        if (r >= 0)
            r = output_line(e, "%d", code);
        output_each(&each, r, e);
    }
    return each.failed ? CLI_FAILED : 0;
}

const struct opt_cmd cmd_wait = {
    .usage = "CONTAINER [CONTAINER...]",
    .summary = "Wait until containers stop, then print their exit codes",
    .min_operands = 1,
    .max_operands = -1,
    .words = words_running,
    .run = run,
};
