/* SPDX-License-Identifier: MIT */
/* hako-oci features: what this runtime understands, for engines that ask before they use it. */
#include "cli/oci/oci.h"
#include "cli/output.h"
#include "oci/features.h"
#include "runtime/supported.h"

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    CLEANUP(features) struct features f = { 0 };
    AUTO_BUF struct buf out = { 0 };

    int r = supported_features(&f, e);
    if (r < 0)
        return r;
    json_write(&features_table, &f, JSON_PRETTY, &out);
    buf_char(&out, '\n');
    return output_buf(&out, e);
}

const struct opt_cmd oci_features = {
    .usage = "",
    .summary = "Print what this runtime supports as JSON",
    .run = run,
};
