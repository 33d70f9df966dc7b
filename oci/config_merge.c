/* SPDX-License-Identifier: MIT */
/* One set of resources laid over another: what holds after an update. */
#include "oci/config_merge.h"

#include "base/str.h"

#define LAY_OVER(to, more, field)                                                                  \
    do {                                                                                           \
        if ((more)->field.set)                                                                     \
            (to)->field = (more)->field;                                                           \
    } while (0)

/* The object that is merged into, made when there is none. */
static void *ensure(void *pptr, size_t size)
{
    void **p = pptr;

    if (!*p)
        *p = calloc(1, size);
    return *p;
}

static int set_text(char **to, const char *more)
{
    return str_empty(more) ? 0 : str_set(to, more);
}

static int merge_memory(struct config_resources *to, const struct config_memory *more)
{
    struct config_memory *m = ensure(&to->memory, sizeof(*m));

    if (!m)
        return -1;
    LAY_OVER(m, more, limit);
    LAY_OVER(m, more, reservation);
    LAY_OVER(m, more, swap);
    LAY_OVER(m, more, kernel);
    LAY_OVER(m, more, kernel_tcp);
    LAY_OVER(m, more, swappiness);
    LAY_OVER(m, more, disable_oom_killer);
    LAY_OVER(m, more, use_hierarchy);
    LAY_OVER(m, more, check_before_update);
    return 0;
}

static int merge_cpu(struct config_resources *to, const struct config_cpu *more)
{
    struct config_cpu *c = ensure(&to->cpu, sizeof(*c));

    if (!c)
        return -1;
    LAY_OVER(c, more, shares);
    LAY_OVER(c, more, quota);
    LAY_OVER(c, more, burst);
    LAY_OVER(c, more, period);
    LAY_OVER(c, more, realtime_runtime);
    LAY_OVER(c, more, realtime_period);
    LAY_OVER(c, more, idle);
    return set_text(&c->cpus, more->cpus) < 0 || set_text(&c->mems, more->mems) < 0 ? -1 : 0;
}

/* ---- lists ---- */

/* Are two about the same thing; and what a newer one takes over where it says nothing. */
typedef bool (*same_fn)(const void *a, const void *b);
typedef void (*keep_fn)(void *to, const void *from);

#define KEEP(to, from, field)                                                                      \
    do {                                                                                           \
        if (!(to)->field.set)                                                                      \
            (to)->field = (from)->field;                                                           \
    } while (0)

static bool same_throttle(const void *a, const void *b)
{
    const struct config_throttle_device *x = a, *y = b;

    return x->major == y->major && x->minor == y->minor;
}

static bool same_weight(const void *a, const void *b)
{
    const struct config_weight_device *x = a, *y = b;

    return x->major == y->major && x->minor == y->minor;
}

static void keep_weight(void *to, const void *from)
{
    struct config_weight_device *d = to;
    const struct config_weight_device *was = from;

    KEEP(d, was, weight);
    KEEP(d, was, leaf_weight);
}

static bool same_hugepage(const void *a, const void *b)
{
    const struct config_hugepage *x = a, *y = b;

    return STREQ(x->page_size, y->page_size);
}

static bool same_rdma(const void *a, const void *b)
{
    const struct config_rdma *x = a, *y = b;

    return STREQ(x->device, y->device);
}

static void keep_rdma(void *to, const void *from)
{
    struct config_rdma *d = to;
    const struct config_rdma *was = from;

    KEEP(d, was, hca_handles);
    KEEP(d, was, hca_objects);
}

struct list {
    char **v;
    size_t *n;
    size_t size;
};
#define LIST(elements, count)                                                                      \
    (struct list)                                                                                  \
    {                                                                                              \
        (char **)&(elements), &(count), sizeof(*(elements))                                        \
    }

/* The first entry about the same as `entry`, or NULL. */
static char *find(struct list l, const char *entry, same_fn same)
{
    for (size_t i = 0; i < *l.n; i++)
        if (same(*l.v + i * l.size, entry))
            return *l.v + i * l.size;
    return NULL;
}

/* All of `more` joins `to` and takes the place of what it names. It may name one thing twice: each
 * is written, so that the last holds, and one that the kernel refuses is not overlooked. What
 * leaves `to` is in `more` afterwards, to be freed with it. */
static int merge_list(struct list to, struct list more, same_fn same, keep_fn keep)
{
    size_t size = to.size, n = *to.n, kept = 0, left = 0;

    if (*more.n == 0)
        return 0;
    char *all = reallocarray(NULL, n + *more.n, size);
    char *gone = reallocarray(NULL, n + 1, size);
    if (!all || !gone) {
        free(all);
        free(gone);
        return -1;
    }
    /* From the end: of two old ones the last held. */
    for (size_t i = n; i-- > 0;) {
        const char *entry = *to.v + i * size;
        char *newer = find(more, entry, same);
        memcpy(newer ? gone + left++ * size : all + (n - ++kept) * size, entry, size);
        if (newer && keep)
            keep(newer, entry);
    }
    memmove(all, all + left * size, kept * size);
    memcpy(all + kept * size, *more.v, *more.n * size);
    free(*to.v);
    free(*more.v);
    *to.v = all;
    *to.n = kept + *more.n;
    *more.v = gone;
    *more.n = left;
    return 0;
}

static int merge_throttle(struct config_throttle_list *to, struct config_throttle_list *more)
{
    return merge_list(LIST(to->v, to->n), LIST(more->v, more->n), same_throttle, NULL);
}

static int merge_block_io(struct config_resources *to, struct config_block_io *more)
{
    struct config_block_io *b = ensure(&to->block_io, sizeof(*b));

    if (!b)
        return -1;
    LAY_OVER(b, more, weight);
    LAY_OVER(b, more, leaf_weight);
    if (merge_list(LIST(b->weight_device, b->n_weight_device),
                   LIST(more->weight_device, more->n_weight_device), same_weight,
                   keep_weight) < 0 ||
        merge_throttle(&b->read_bps, &more->read_bps) < 0 ||
        merge_throttle(&b->write_bps, &more->write_bps) < 0 ||
        merge_throttle(&b->read_iops, &more->read_iops) < 0)
        return -1;
    return merge_throttle(&b->write_iops, &more->write_iops);
}

/* What replaces the other whole. */
static void swap_whole(struct config_resources *to, struct config_resources *more)
{
    const struct config_resources old = *to;

    if (more->n_devices > 0) {
        to->devices = more->devices;
        to->n_devices = more->n_devices;
        more->devices = old.devices;
        more->n_devices = old.n_devices;
    }
    if (more->network) {
        to->network = more->network;
        more->network = old.network;
    }
}

static int merge(struct config_resources *to, struct config_resources *more)
{
    if ((more->memory && merge_memory(to, more->memory) < 0) ||
        (more->cpu && merge_cpu(to, more->cpu) < 0) ||
        (more->block_io && merge_block_io(to, more->block_io) < 0) ||
        merge_list(LIST(to->hugepages, to->n_hugepages), LIST(more->hugepages, more->n_hugepages),
                   same_hugepage, NULL) < 0 ||
        merge_list(LIST(to->rdma, to->n_rdma), LIST(more->rdma, more->n_rdma), same_rdma,
                   keep_rdma) < 0 ||
        json_map_merge(&to->unified, &more->unified) < 0)
        return -1;
    if (more->pids && more->pids->limit.set) {
        struct config_pids *p = ensure(&to->pids, sizeof(*p));
        if (!p)
            return -1;
        p->limit = more->pids->limit;
    }
    swap_whole(to, more);
    return 0;
}

int config_merge_resources(struct config_resources *to, const struct config_resources *more,
                           struct err *e)
{
    struct config_resources copy; /* to take from, and for what is replaced */
    int r = json_copy(&config_resources_table, &copy, more, e);

    if (r < 0)
        return r;
    r = merge(to, &copy) < 0 ? err_nomem(e) : 0;
    json_free(&config_resources_table, &copy);
    return r;
}
