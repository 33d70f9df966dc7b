/* SPDX-License-Identifier: MIT */
/* hako inspect: everything about containers, images, networks and volumes as JSON. */
#include "base/json_out.h"
#include "base/json_value.h"
#include "base/str.h"
#include "cli/cmd.h"
#include "cli/disk.h"
#include "cli/inspect_print.h"
#include "cli/moment.h"
#include "cli/network_json.h"
#include "cli/words.h"
#include "engine/inspect.h"
#include "engine/volume.h"

enum inspect_type { ANY, CONTAINER, IMAGE, NETWORK, VOLUME };
static const char *const types[] = { "", "container", "image", "network", "volume", NULL };

struct inspect_args {
    const char *format;
    bool size;
    int type; /* an enum inspect_type */
};

#define AT(field) OPT_AT(struct inspect_args, field)
#define FORMAT                                                                                     \
    {                                                                                              \
        'f', "format", OPT_STRING, AT(format), "FORMAT", "Print as json, or by a Go template"      \
    }
#define SIZE                                                                                       \
    {                                                                                              \
        's', "size", OPT_FLAG, AT(size), NULL, "Add the size of a container's files"               \
    }
static const struct opt any_options[] = {
    FORMAT,
    SIZE,
    { 0, "type", OPT_ENUM, AT(type), "TYPE", "Look only for a container, image, network or volume",
      .choices = types },
    { 0 },
};
static const struct opt container_options[] = { FORMAT, SIZE, { 0 } };
static const struct opt image_options[] = { FORMAT, { 0 } };

struct query {
    struct cli *cli;
    const struct inspect_args *args;
};

/* Puts SizeRw and SizeRootFs behind the object's last member. */
static int add_size(const struct query *q, const struct paths *p, struct buf *out, struct err *e)
{
    struct store store;
    AUTO_JSON struct json_value *v = NULL;
    uint64_t own;
    uint64_t all;
    int r = cli_store(q->cli, &store, e);

    if (r >= 0)
        r = json_value_parse(out->data, out->len, &v, e);
    if (r < 0)
        return r;
    const char *id = json_value_str(json_value_get(v, "Id"));
    const char *image = json_value_str(json_value_get(v, "Image"));
    disk_container(p, &store, id ? id : "", image ? image : "", &own, &all);
    out->len = strlen(out->data) - 1; /* the closing brace */
    buf_fmt(out, ",\"SizeRw\":%llu,\"SizeRootFs\":%llu}", (unsigned long long)own,
            (unsigned long long)all);
    return 0;
}

static int get_container(const struct query *q, const char *name, struct buf *out, struct err *e)
{
    const struct paths *p;
    int r = cli_paths(q->cli, &p, e);

    if (r >= 0)
        r = inspect_container(p, name, out, e);
    return r >= 0 && q->args->size ? add_size(q, p, out, e) : r;
}

static int get_image(const struct query *q, const char *name, struct buf *out, struct err *e)
{
    struct store store;
    CLEANUP(store_image) struct store_image *img = NULL;
    int r = cli_store(q->cli, &store, e);

    if (r >= 0)
        r = store_find(&store, name, &img, e);
    return r < 0 ? r : store_inspect(&store, img, out, e);
}

static int get_network(const struct query *q, const char *name, struct buf *out, struct err *e)
{
    struct net_place place;
    int r = cli_networks(q->cli, &place, e);

    return r < 0 ? r : network_json(&place, name, out, e);
}

static int get_volume(const struct query *q, const char *name, struct buf *out, struct err *e)
{
    CLEANUP(volume) struct volume v = { 0 };
    struct json_out o = { .buf = out };
    char moment[MOMENT_MAX];
    const struct paths *p;
    int r = cli_paths(q->cli, &p, e);

    if (r >= 0)
        r = volume_read(p, name, &v, e);
    if (r < 0)
        return r;
    json_out_object(&o);
    json_out_member_str(&o, "CreatedAt", moment_text(v.record.created, moment));
    json_out_member_str(&o, "Driver", "local");
    json_out_member_map(&o, "Labels", &v.record.labels);
    json_out_member_str(&o, "Mountpoint", v.mountpoint);
    json_out_member_str(&o, "Name", v.name);
    json_out_member_null(&o, "Options");
    json_out_member_str(&o, "Scope", "local");
    json_out_object_end(&o);
    return 0;
}

/* True when the answer is not "look elsewhere". An image's name may break the rules of others. */
static bool is_found(int r)
{
    return r != -ERR_NOT_FOUND && r != -ERR_INVALID;
}

static int get_any(const struct query *q, const char *name, struct buf *out, struct err *e)
{
    static int (*const getters[])(const struct query *q, const char *name, struct buf *out,
                                  struct err *e) = { get_container, get_image, get_network,
                                                     get_volume };

    for (size_t i = 0; i < ARRAY_LEN(getters); i++) {
        int r = getters[i](q, name, out, e);
        if (is_found(r))
            return r;
        err_clear(e);
    }
    return err_set(e, ERR_NOT_FOUND, "No such object: %s", name);
}

static int get(void *arg, const char *name, struct buf *out, struct err *e)
{
    const struct query *q = arg;

    switch ((enum inspect_type)q->args->type) {
    case CONTAINER: return get_container(q, name, out, e);
    case IMAGE: return get_image(q, name, out, e);
    case NETWORK: return get_network(q, name, out, e);
    case VOLUME: return get_volume(q, name, out, e);
    case ANY: break;
    }
    return get_any(q, name, out, e);
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct inspect_args *a = args;
    struct query q = { .cli = ctx, .args = a };

    return inspect_print(operands, a->format, get, &q, e);
}

const struct opt_cmd cmd_inspect = {
    .usage = "[OPTIONS] NAME|ID [NAME|ID...]",
    .summary = "Print everything about containers, images, networks or volumes",
    .opts = any_options,
    .args_size = sizeof(struct inspect_args),
    .min_operands = 1,
    .max_operands = -1,
    .words = words_objects,
    .run = run,
};

static const struct inspect_args container_defaults = { .type = CONTAINER };
const struct opt_cmd cmd_inspect_container = {
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .summary = "Print everything about one or more containers",
    .opts = container_options,
    .args_size = sizeof(struct inspect_args),
    .defaults = &container_defaults,
    .min_operands = 1,
    .max_operands = -1,
    .words = words_containers,
    .run = run,
};

static const struct inspect_args image_defaults = { .type = IMAGE };
const struct opt_cmd cmd_inspect_image = {
    .usage = "[OPTIONS] IMAGE [IMAGE...]",
    .summary = "Print everything about one or more images",
    .opts = image_options,
    .args_size = sizeof(struct inspect_args),
    .defaults = &image_defaults,
    .min_operands = 1,
    .max_operands = -1,
    .words = words_images,
    .run = run,
};

static const struct inspect_args network_defaults = { .type = NETWORK };
const struct opt_cmd cmd_network_inspect = {
    .usage = "[OPTIONS] NETWORK [NETWORK...]",
    .summary = "Print everything about one or more networks",
    .opts = image_options,
    .args_size = sizeof(struct inspect_args),
    .defaults = &network_defaults,
    .min_operands = 1,
    .max_operands = -1,
    .words = words_networks,
    .run = run,
};

static const struct inspect_args volume_defaults = { .type = VOLUME };
const struct opt_cmd cmd_volume_inspect = {
    .usage = "[OPTIONS] VOLUME [VOLUME...]",
    .summary = "Print everything about one or more volumes",
    .opts = image_options,
    .args_size = sizeof(struct inspect_args),
    .defaults = &volume_defaults,
    .min_operands = 1,
    .max_operands = -1,
    .words = words_volumes,
    .run = run,
};
