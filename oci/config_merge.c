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

/* One more element of a list, zeroed; or NULL. */
static void *append(void *pptr, size_t *n, size_t size)
{
    char **v = pptr;
    char *more = reallocarray(*v, *n + 1, size);

    if (!more)
        return NULL;
    *v = more;
    return memset(more + (*n)++ * size, 0, size);
}

static int merge_throttle(struct config_throttle_list *to, const struct config_throttle_list *more)
{
    for (size_t i = 0; i < more->n; i++) {
        const struct config_throttle_device *from = &more->v[i];
        struct config_throttle_device *d = NULL;

        for (size_t k = 0; !d && k < to->n; k++)
            if (to->v[k].major == from->major && to->v[k].minor == from->minor)
                d = &to->v[k];
        if (!d)
            d = append(&to->v, &to->n, sizeof(*d));
        if (!d)
            return -1;
        d->major = from->major;
        d->minor = from->minor;
        d->rate = from->rate;
    }
    return 0;
}

static int merge_weights(struct config_block_io *to, const struct config_block_io *more)
{
    for (size_t i = 0; i < more->n_weight_device; i++) {
        const struct config_weight_device *from = &more->weight_device[i];
        struct config_weight_device *d = NULL;

        for (size_t k = 0; !d && k < to->n_weight_device; k++)
            if (to->weight_device[k].major == from->major &&
                to->weight_device[k].minor == from->minor)
                d = &to->weight_device[k];
        if (!d)
            d = append(&to->weight_device, &to->n_weight_device, sizeof(*d));
        if (!d)
            return -1;
        d->major = from->major;
        d->minor = from->minor;
        LAY_OVER(d, from, weight);
        LAY_OVER(d, from, leaf_weight);
    }
    return 0;
}

static int merge_block_io(struct config_resources *to, const struct config_block_io *more)
{
    struct config_block_io *b = ensure(&to->block_io, sizeof(*b));

    if (!b)
        return -1;
    LAY_OVER(b, more, weight);
    LAY_OVER(b, more, leaf_weight);
    if (merge_weights(b, more) < 0 || merge_throttle(&b->read_bps, &more->read_bps) < 0 ||
        merge_throttle(&b->write_bps, &more->write_bps) < 0 ||
        merge_throttle(&b->read_iops, &more->read_iops) < 0)
        return -1;
    return merge_throttle(&b->write_iops, &more->write_iops);
}

static int merge_hugepages(struct config_resources *to, const struct config_resources *more)
{
    for (size_t i = 0; i < more->n_hugepages; i++) {
        struct config_hugepage *h = NULL;

        for (size_t k = 0; !h && k < to->n_hugepages; k++)
            if (STREQ(to->hugepages[k].page_size, more->hugepages[i].page_size))
                h = &to->hugepages[k];
        if (!h) {
            AUTO_FREE char *size = str_dup(more->hugepages[i].page_size);
            h = size ? append(&to->hugepages, &to->n_hugepages, sizeof(*h)) : NULL;
            if (!h)
                return -1;
            h->page_size = TAKE_PTR(size);
        }
        h->limit = more->hugepages[i].limit;
    }
    return 0;
}

static int merge_rdma(struct config_resources *to, const struct config_resources *more)
{
    for (size_t i = 0; i < more->n_rdma; i++) {
        struct config_rdma *d = NULL;

        for (size_t k = 0; !d && k < to->n_rdma; k++)
            if (STREQ(to->rdma[k].device, more->rdma[i].device))
                d = &to->rdma[k];
        if (!d) {
            AUTO_FREE char *name = str_dup(more->rdma[i].device);
            d = name ? append(&to->rdma, &to->n_rdma, sizeof(*d)) : NULL;
            if (!d)
                return -1;
            d->device = TAKE_PTR(name);
        }
        LAY_OVER(d, &more->rdma[i], hca_handles);
        LAY_OVER(d, &more->rdma[i], hca_objects);
    }
    return 0;
}

/* What replaces the other whole, copied through a document that holds nothing else. */
static int replace_whole(struct config_resources *to, const struct config_resources *more,
                         struct err *e)
{
    const struct config_resources alone = { .devices = more->devices,
                                            .n_devices = more->n_devices,
                                            .network = more->network };
    struct config_resources copy, old = { 0 };
    int r = json_copy(&config_resources_table, &copy, &alone, e);

    if (r < 0)
        return r;
    if (copy.n_devices > 0) {
        old.devices = to->devices;
        old.n_devices = to->n_devices;
        to->devices = TAKE_PTR(copy.devices);
        to->n_devices = copy.n_devices;
        copy.n_devices = 0;
    }
    if (copy.network) {
        old.network = to->network;
        to->network = TAKE_PTR(copy.network);
    }
    json_free(&config_resources_table, &old);
    json_free(&config_resources_table, &copy);
    return 0;
}

int config_merge_resources(struct config_resources *to, const struct config_resources *more,
                           struct err *e)
{
    if ((more->memory && merge_memory(to, more->memory) < 0) ||
        (more->cpu && merge_cpu(to, more->cpu) < 0) ||
        (more->block_io && merge_block_io(to, more->block_io) < 0) ||
        merge_hugepages(to, more) < 0 || merge_rdma(to, more) < 0 ||
        json_map_merge(&to->unified, &more->unified) < 0)
        return err_nomem(e);
    if (more->pids && more->pids->limit.set) {
        struct config_pids *p = ensure(&to->pids, sizeof(*p));
        if (!p)
            return err_nomem(e);
        p->limit = more->pids->limit;
    }
    return replace_whole(to, more, e);
}
