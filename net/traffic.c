/* SPDX-License-Identifier: MIT */
/* RTM_GETSTATS: the counters of all links. */
#include "net/traffic.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

struct list {
    struct traffic *links;
    size_t n;
};

static int by_index(const void *a, const void *b)
{
    const struct traffic *x = a;
    const struct traffic *y = b;

    return (x->index > y->index) - (x->index < y->index);
}

size_t traffic_sort(struct traffic *links, size_t n)
{
    size_t kept = 0;

    if (n > 1)
        qsort(links, n, sizeof(*links), by_index);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || links[i].index != links[kept - 1].index)
            links[kept++] = links[i];
    return kept;
}

static struct traffic *find(const struct list *l, int index)
{
    const struct traffic key = { .index = index };

    return l->n ? bsearch(&key, l->links, l->n, sizeof(key), by_index) : NULL;
}

static void take(const struct nlmsghdr *nlh, void *arg)
{
    const struct if_stats_msg *msg = netlink_data(nlh);
    struct rtnl_link_stats64 counters;
    struct traffic *link = find(arg, (int)msg->ifindex);

    if (!link)
        return;
    netlink_for_each(attr, nlh, sizeof(*msg))
    {
        /* Newer kernels have more counters than this was built with, older ones fewer. */
        size_t len = netlink_attr_len(attr);
        if (netlink_attr_type(attr) != IFLA_STATS_LINK_64)
            continue;
        memset(&counters, 0, sizeof(counters));
        memcpy(&counters, netlink_attr_data(attr), len < sizeof(counters) ? len : sizeof(counters));
        link->rx = counters.rx_bytes;
        link->tx = counters.tx_bytes;
    }
}

int traffic_read(struct netlink *nl, struct traffic *links, size_t n, struct err *e)
{
    struct list list = { links, n };
    struct netlink_batch b;

    for (size_t i = 0; i < n; i++)
        links[i].rx = links[i].tx = 0;
    netlink_start(&b, nl);
    struct nlmsghdr *nlh = netlink_add(&b, RTM_GETSTATS, NLM_F_DUMP, 0, "read links' counters");
    struct if_stats_msg *msg = netlink_put_head(nlh, sizeof(*msg));
    msg->filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64);
    return netlink_run(&b, take, &list, e);
}

const struct traffic *traffic_of(const struct traffic *links, size_t n, int index)
{
    const struct list list = { (struct traffic *)links, n };

    return find(&list, index);
}
