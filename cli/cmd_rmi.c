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
}
DEFINE_CLEANUP(struct uses, uses, uses_free(p))

static int get_uses(void *arg, const struct store_use **ret, size_t *ret_n, struct err *e)
{
    struct uses *u = arg;

    uses_free(u);
    u->items = NULL;
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

static int remove_one(struct store *store, const struct rmi_args *a, const char *name,
                      struct uses *uses, struct err *e)
{
    AUTO_BUF struct buf report = { 0 };
    int r =
        store_remove(store, name, a->force ? STORE_REMOVE_FORCE : 0, get_uses, uses, &report, e);

    return r < 0 ? r : output_buf(&report, e);
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct rmi_args *a = args;
    struct output_each each = { .failed = false };
    struct store store;
    CLEANUP(uses) struct uses uses = { 0 };
    int r = cli_paths(ctx, &uses.paths, e);

    if (r >= 0)
        r = cli_store(ctx, &store, e);
    if (r < 0)
        return r;
    for (char **name = operands; *name; name++) {
        r = remove_one(&store, a, *name, &uses, e);
        if (r == -ERR_NOT_FOUND && a->force) {
            output_error(e, NULL);
            err_clear(e);
            r = 0;
        }
        output_each(&each, r, e);
    }
    return each.failed ? CLI_FAILED : 0;
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
