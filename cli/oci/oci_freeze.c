/* SPDX-License-Identifier: MIT */
/* hako-oci pause and resume: all of a container stands still, and goes on. */
#include "cli/oci/oci.h"
#include "runtime/lifecycle.h"

static int pause_all(void *ctx, const void *args, char **operands, struct err *e)
{
    return lifecycle_pause(oci_root(ctx), operands[0], e);
}

static int resume_all(void *ctx, const void *args, char **operands, struct err *e)
{
    return lifecycle_resume(oci_root(ctx), operands[0], e);
}

const struct opt_cmd oci_pause = {
    .usage = "ID",
    .summary = "Suspend all processes of a container",
    .min_operands = 1,
    .max_operands = 1,
    .words = oci_words_containers,
    .run = pause_all,
};

const struct opt_cmd oci_resume = {
    .usage = "ID",
    .summary = "Let the processes of a paused container go on",
    .min_operands = 1,
    .max_operands = 1,
    .words = oci_words_containers,
    .run = resume_all,
};
