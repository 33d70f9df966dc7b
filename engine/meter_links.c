/* SPDX-License-Identifier: MIT */
/* What went over containers' networks, by the counters of the host's ends of their links. */
#include "engine/meter.h"

#include "base/str.h"
#include "base/vec.h"
#include "net/link.h"

#include <linux/rtnetlink.h>

/* How many containers may have each other's networks in a row. */
#define HOPS 16

static int add_links(struct meter *m, const struct status *s, struct meter_item *item,
                     struct err *e)
{
    for (size_t i = 0; i < s->n_addresses; i++) {
        const char *name = s->addresses[i].host_ifname;
        int index = str_empty(name) ? -1 : link_index(&m->nl, name);
        int *link = index < 0 ? NULL : VEC_ADD(item->links, item->n_links);
        if (index >= 0 && !link)
            return err_nomem(e);
        if (link)
            *link = index;
    }
    return 0;
}

/* The id of the container whose network this one has, or NULL. */
static const char *shared_with(const struct container *c)
{
    const char *mode = c->record.network_mode;

    return mode && c->record.n_networks == 0 ? str_after(mode, "container:") : NULL;
}

int meter_links_find(struct meter *m, const struct container *c, struct meter_item *item,
                     struct err *e)
{
    CLEANUP(container) struct container other = CONTAINER_INIT;
    const struct container *at = c;
    struct err gone = ERR_INIT;

    item->n_links = 0;
    m->links_stale = true;
    if (m->nl.fd < 0 && netlink_open(NETLINK_ROUTE, -1, &m->nl, e) < 0)
        return -e->kind;
    for (int i = 0; i < HOPS && shared_with(at); i++) {
        struct container next;
        if (container_open(m->paths, shared_with(at), &next, &gone) < 0)
            return 0;
        container_close(&other);
        other = next;
        at = &other;
    }
    return container_running(at) ? add_links(m, &at->status, item, e) : 0;
}

/* All links of all items, each once. */
static int collect(struct meter *m, struct err *e)
{
    m->n_links = 0;
    for (size_t i = 0; i < m->n; i++)
        for (size_t k = 0; k < m->items[i].n_links; k++) {
            struct traffic *t = VEC_ADD(m->links, m->n_links);
            if (!t)
                return err_nomem(e);
            t->index = m->items[i].links[k];
        }
    m->n_links = traffic_sort(m->links, m->n_links);
    m->links_stale = false;
    return 0;
}

int meter_links_read(struct meter *m, struct err *e)
{
    int r = m->links_stale ? collect(m, e) : 0;

    if (r >= 0 && m->n_links > 0)
        r = traffic_read(&m->nl, m->links, m->n_links, e);
    for (size_t i = 0; r >= 0 && i < m->n; i++) {
        struct meter_item *item = &m->items[i];
        item->rx = item->tx = 0;
        for (size_t k = 0; k < item->n_links; k++) {
            const struct traffic *t = traffic_of(m->links, m->n_links, item->links[k]);
            /* What the host's end receives is what the container's end sends. */
            item->rx += t ? t->tx : 0;
            item->tx += t ? t->rx : 0;
        }
    }
    return r;
}
