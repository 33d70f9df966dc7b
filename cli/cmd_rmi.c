/* SPDX-License-Identifier: MIT */
/* hako rmi: remove images that no container needs. */
#include "cli/cmd.h"
#include "cli/output.h"
#include "cli/words.h"
#include "engine/list.h"

struct rmi_args {
    bool force;
};

#define AT(field) OPT_AT(struct rmi_args, field)
static const struct opt options[] = {
    { 'f', "force", OPT_FLAG, AT(force), NULL,
      "Remove it although stopped containers use it; no such image is no error" },
    { 0, "no-prune", OPT_FLAG, 0, 0, NULL, NULL, OPT_IGNORED },
    { 0 },
};

/* What containers need, asked for by the store once it holds its lock. */
struct uses {
    const struct paths *paths;
    struct container_list list;
    struct store_use *items;
};

static void uses_free(struct uses *u)
{
    list_free(&u->list);
    free(u->items);
    u->items = NULL;
}

static int get_uses(void *arg, const struct store_use **ret, size_t *ret_n, struct err *e)
{
    struct uses *u = arg;

    uses_free(u);
    int r = list_containers(u->paths, true, &u->list, e);
    if (r < 0)
        return r;
    u->items = calloc(u->list.count + 1, sizeof(*u->items));
    if (!u->items)
        return err_nomem(e);
    for (size_t i = 0; i < u->list.count; i++) {
        const struct container_info *c = &u->list.items[i];
        u->items[i] = (struct store_use){
            .container = c->record.name,
            .image_id = c->record.image_id,
            .layers = c->record.layers,
            .running = c->status.state == RECORD_RUNNING || c->status.state == RECORD_PAUSED,
        };
    }
    *ret = u->items;
    *ret_n = u->list.count;
    return 0;
}

struct rmi_how {
    struct store store;
    unsigned flags;
    struct uses uses;
};

static void rmi_how_free(struct rmi_how *how)
{
    uses_free(&how->uses);
}
DEFINE_CLEANUP(struct rmi_how, rmi_how, rmi_how_free(p))

static int remove_one(void *arg, const char *name, struct err *e)
{
    struct rmi_how *how = arg;
    AUTO_BUF struct buf report = { 0 };
    int r = store_remove(&how->store, name, how->flags, get_uses, &how->uses, &report, e);

    return r < 0 ? r : output_buf(&report, e);
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct rmi_args *a = args;
    CLEANUP(rmi_how) struct rmi_how how = { .flags = a->force ? STORE_REMOVE_FORCE : 0 };
    int r = cli_paths(ctx, &how.uses.paths, e);

    if (r >= 0)
        r = cli_store(ctx, &how.store, e);
    if (r < 0)
        return r;
    return output_each(operands, OUTPUT_EACH_SILENT | (a->force ? OUTPUT_EACH_MAY_MISS : 0),
                       remove_one, &how, e);
}

const struct opt_cmd cmd_rmi = {
    .usage = "[OPTIONS] IMAGE [IMAGE...]",
    .summary = "Remove one or more images",
    .opts = options,
    .args_size = sizeof(struct rmi_args),
    .min_operands = 1,
    .max_operands = -1,
    .words = words_images,
    .run = run,
};
