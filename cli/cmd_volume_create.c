/* SPDX-License-Identifier: MIT */
/* hako volume create: a new, empty volume. */
#include "base/str.h"
#include "cli/cmd.h"
#include "cli/output.h"
#include "engine/id.h"
#include "engine/parse_env.h"
#include "engine/parse_mount.h"
#include "engine/volume.h"

struct create_args {
    const char *driver;
    const char *name; /* --name, as docker once had it */
    char **labels;
};

#define AT(field) OPT_AT(struct create_args, field)
static const struct opt options[] = {
    { 'd', "driver", OPT_STRING, AT(driver), "DRIVER", "Driver of the volume (local)" },
    { 0, "label", OPT_STRV, AT(labels), "KEY=VALUE", "Set a label" },
    { 0, "name", OPT_STRING, AT(name), NULL, NULL, OPT_HIDDEN },
    { 0 },
};

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct create_args *a = args;
    const char *name = operands[0] ? operands[0] : a->name;
    AUTO_STRV char **labels = NULL;
    char random[ID_LEN + 1];
    const struct paths *p;

    if (!str_empty(a->driver) && !STREQ(a->driver, "local"))
        return err_set(e, ERR_UNSUPPORTED, "create volume: driver \"%s\": local is the only one",
                       a->driver);
    int r = str_empty(name) ? id_new(random, e) : parse_mount_check_name(name, e);
    if (r >= 0)
        r = parse_env_labels(NULL, a->labels, &labels, e);
    if (r >= 0)
        r = cli_paths(ctx, &p, e);
    if (r < 0)
        return r;
    bool anonymous = str_empty(name);
    name = anonymous ? random : name;
    r = volume_make(p, name, anonymous, labels, NULL, e);
    return r < 0 ? r : output_line(e, "%s", name);
}

const struct opt_cmd cmd_volume_create = {
    .usage = "[OPTIONS] [VOLUME]",
    .summary = "Create a volume",
    .opts = options,
    .args_size = sizeof(struct create_args),
    .max_operands = 1,
    .run = run,
};
