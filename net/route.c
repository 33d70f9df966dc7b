/* SPDX-License-Identifier: MIT */
/* Reads the host's routing tables through RTM_GETROUTE dumps. */
#include "net/route.h"

#include "net/link.h"

#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define MTU_FALLBACK 1500

struct dump {
    struct route_list list;
    bool failed;
};

static bool is_of_interest(const struct rtmsg *rtm)
{
    switch (rtm->rtm_type) {
    case RTN_UNICAST:
    case RTN_LOCAL:
    case RTN_BLACKHOLE:
    case RTN_UNREACHABLE:
    case RTN_PROHIBIT: return !(rtm->rtm_flags & RTM_F_CLONED);
    default: return false;
    }
}

static void read_attr(const struct nlattr *attr, struct route *r)
{
    switch (netlink_attr_type(attr)) {
    case RTA_DST: memcpy(r->dst.addr.bytes, netlink_attr_data(attr), ip_len(&r->dst.addr)); break;
    case RTA_OIF: r->oif = (int)netlink_attr_u32(attr); break;
    case RTA_TABLE: r->table = netlink_attr_u32(attr); break;
    case RTA_PRIORITY: r->priority = netlink_attr_u32(attr); break;
    default: break;
    }
}

static int append(struct route_list *l, const struct route *r)
{
    if ((l->n & (l->n - 1)) == 0) {
        struct route *more = reallocarray(l->v, l->n ? l->n * 2 : 1, sizeof(*more));
        if (!more)
            return -1;
        l->v = more;
    }
    l->v[l->n++] = *r;
    return 0;
}

static void take_route(const struct nlmsghdr *nlh, void *arg)
{
    struct dump *d = arg;
    const struct rtmsg *rtm = netlink_data(nlh);
    struct route r = { .dst.bits = rtm->rtm_dst_len, .table = rtm->rtm_table };

    if (!is_of_interest(rtm))
        return;
    r.dst.addr.family = rtm->rtm_family;
    netlink_for_each(attr, nlh, sizeof(*rtm)) read_attr(attr, &r);
    if (rtm->rtm_family == AF_INET && r.dst.bits > 0 && r.dst.addr.bytes[0] == 127)
        return;
    if (append(&d->list, &r) < 0)
        d->failed = true;
}

int route_dump(struct netlink *nl, uint8_t family, struct route_list *ret, struct err *e)
{
    struct netlink_batch b;
    struct dump d = { 0 };

    netlink_start(&b, nl);
    struct nlmsghdr *nlh = netlink_add(&b, RTM_GETROUTE, NLM_F_DUMP, 0, "list the host's routes");
    struct rtmsg *rtm = netlink_put_head(nlh, sizeof(*rtm));
    rtm->rtm_family = family;
    int r = netlink_run(&b, take_route, &d, e);
    if (r >= 0 && d.failed)
        r = err_nomem(e);
    if (r < 0) {
        route_list_free(&d.list);
        return r;
    }
    *ret = d.list;
    return 0;
}

void route_list_free(struct route_list *l)
{
    free(l->v);
    *l = (struct route_list){ 0 };
}

const struct route *route_conflict(const struct route_list *l, const struct ip_net *net,
                                   int skip_oif)
{
    for (size_t i = 0; i < l->n; i++) {
        const struct route *r = &l->v[i];
        if (r->dst.bits > 0 && (r->oif == 0 || r->oif != skip_oif) && ip_overlap(&r->dst, net))
            return r;
    }
    return NULL;
}

const char *route_text(const struct route *r, char *buf, size_t len)
{
    char dst[IP_TEXT_MAX];
    char name[IF_NAMESIZE];

    if (r->oif && if_indextoname((unsigned)r->oif, name))
        snprintf(buf, len, "%s dev %s", ip_net_text(&r->dst, dst), name);
    else
        snprintf(buf, len, "%s", ip_net_text(&r->dst, dst));
    return buf;
}

static const struct route *best_default(const struct route_list *l)
{
    const struct route *best = NULL;

    for (size_t i = 0; i < l->n; i++) {
        const struct route *r = &l->v[i];
        if (r->dst.bits == 0 && r->oif && r->table == RT_TABLE_MAIN &&
            (!best || r->priority < best->priority))
            best = r;
    }
    return best;
}

unsigned route_default_mtu(struct netlink *nl, const struct route_list *l)
{
    const struct route *r = best_default(l);
    struct link_info info;
    struct err e = ERR_INIT;

    if (!r || link_get_index(nl, r->oif, &info, &e) < 0 || info.mtu == 0)
        return MTU_FALLBACK;
    return info.mtu;
}
