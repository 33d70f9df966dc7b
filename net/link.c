/* SPDX-License-Identifier: MIT */
/* RTM_NEWLINK, RTM_GETLINK and RTM_DELLINK for bridges and veth pairs. */
#include "net/link.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#define SETTLE_STEP_US 100

/* RFC 2863 states; linux/if.h, which has them, cannot be included beside net/if.h. */
enum { IF_OPER_UP = 6 };

static struct ifinfomsg *put_ifinfo(struct nlmsghdr *nlh, int index, unsigned up)
{
    struct ifinfomsg *ifi = netlink_put_head(nlh, sizeof(*ifi));

    ifi->ifi_family = AF_UNSPEC;
    ifi->ifi_index = index;
    ifi->ifi_flags = up;
    ifi->ifi_change = up;
    return ifi;
}

static void read_kind(const struct nlattr *linkinfo, struct link_info *info)
{
    netlink_for_each_in(attr, linkinfo)
    {
        if (netlink_attr_type(attr) == IFLA_INFO_KIND)
            netlink_attr_str(attr, info->kind, sizeof(info->kind));
    }
}

static void read_link(const struct nlmsghdr *nlh, void *arg)
{
    struct link_info *info = arg;
    const struct ifinfomsg *ifi = netlink_data(nlh);

    info->index = ifi->ifi_index;
    info->flags = ifi->ifi_flags;
    netlink_for_each(attr, nlh, sizeof(*ifi))
    {
        int type = netlink_attr_type(attr);
        if (type == IFLA_IFNAME)
            netlink_attr_str(attr, info->name, sizeof(info->name));
        else if (type == IFLA_MTU)
            info->mtu = netlink_attr_u32(attr);
        else if (type == IFLA_OPERSTATE)
            info->operstate = netlink_attr_u8(attr);
        else if (type == IFLA_IFALIAS)
            netlink_attr_str(attr, info->alias, sizeof(info->alias));
        else if (type == IFLA_LINKINFO)
            read_kind(attr, info);
    }
}

static int get(struct netlink_batch *b, struct link_info *ret, struct err *e)
{
    struct link_info info = { 0 };
    int r = netlink_run(b, read_link, &info, e);

    if (r < 0 && b->failed == ENODEV)
        e->kind = ERR_NOT_FOUND;
    if (r < 0)
        return -e->kind;
    *ret = info;
    return 0;
}

int link_get(struct netlink *nl, const char *name, struct link_info *ret, struct err *e)
{
    struct netlink_batch b;

    netlink_start(&b, nl);
    struct nlmsghdr *nlh = netlink_add(&b, RTM_GETLINK, 0, 0, "look up link %s", name);
    put_ifinfo(nlh, 0, 0);
    netlink_put_str(nlh, IFLA_IFNAME, name);
    return get(&b, ret, e);
}

int link_get_index(struct netlink *nl, int index, struct link_info *ret, struct err *e)
{
    struct netlink_batch b;

    netlink_start(&b, nl);
    put_ifinfo(netlink_add(&b, RTM_GETLINK, 0, 0, "look up link %d", index), index, 0);
    return get(&b, ret, e);
}

int link_add_bridge(struct netlink *nl, const char *name, const uint8_t mac[6], unsigned mtu,
                    const char *alias, struct err *e)
{
    struct netlink_batch b;

    netlink_start(&b, nl);
    struct nlmsghdr *nlh =
        netlink_add(&b, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, "create bridge %s", name);
    put_ifinfo(nlh, 0, 0);
    netlink_put_str(nlh, IFLA_IFNAME, name);
    netlink_put(nlh, IFLA_ADDRESS, mac, 6);
    struct nlattr *info = netlink_nest(nlh, IFLA_LINKINFO);
    netlink_put_str(nlh, IFLA_INFO_KIND, "bridge");
    netlink_nest_end(nlh, info);

    /* The alias, and an MTU that ports will not change, are taken only by existing links. */
    nlh = netlink_add(&b, RTM_NEWLINK, 0, 0, "set up bridge %s", name);
    put_ifinfo(nlh, 0, 0);
    netlink_put_str(nlh, IFLA_IFNAME, name);
    netlink_put_str(nlh, IFLA_IFALIAS, alias);
    netlink_put_u32(nlh, IFLA_MTU, mtu);
    int r = netlink_run(&b, NULL, NULL, e);
    if (r < 0 && b.failed == EEXIST)
        e->kind = ERR_EXISTS;
    return r < 0 ? -e->kind : 0;
}

int link_add_veth(struct netlink *nl, const struct link_veth *v, struct err *e)
{
    struct netlink_batch b;

    netlink_start(&b, nl);
    struct nlmsghdr *nlh = netlink_add(&b, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0,
                                       "create veth pair %s and %s", v->host_name, v->peer_name);
    put_ifinfo(nlh, 0, IFF_UP);
    netlink_put_str(nlh, IFLA_IFNAME, v->host_name);
    netlink_put_u32(nlh, IFLA_MTU, v->mtu);
    netlink_put_u32(nlh, IFLA_MASTER, (uint32_t)v->bridge_index);
    struct nlattr *info = netlink_nest(nlh, IFLA_LINKINFO);
    netlink_put_str(nlh, IFLA_INFO_KIND, "veth");
    struct nlattr *data = netlink_nest(nlh, IFLA_INFO_DATA);
    struct nlattr *peer = netlink_nest(nlh, VETH_INFO_PEER);
    put_ifinfo(nlh, 0, 0); /* up only once the pair is whole: veth_open() */
    netlink_put_str(nlh, IFLA_IFNAME, v->peer_name);
    netlink_put(nlh, IFLA_ADDRESS, v->peer_mac, 6);
    netlink_put_u32(nlh, IFLA_MTU, v->mtu);
    netlink_put_u32(nlh, IFLA_NET_NS_FD, (uint32_t)v->netns_fd);
    netlink_nest_end(nlh, peer);
    netlink_nest_end(nlh, data);
    netlink_nest_end(nlh, info);
    int r = netlink_run(&b, NULL, NULL, e);
    if (r < 0 && b.failed == EEXIST)
        e->kind = ERR_EXISTS;
    return r < 0 ? -e->kind : 0;
}

void link_put_up(struct netlink_batch *b, int index, const char *name)
{
    put_ifinfo(netlink_add(b, RTM_NEWLINK, 0, 0, "bring link %s up", name), index, IFF_UP);
}

int link_settle(struct netlink *nl, const int *index, size_t n, struct err *e)
{
    const struct timespec moment = { .tv_nsec = SETTLE_STEP_US * 1000 };
    int tries = LINK_SETTLE_MS * 1000 / SETTLE_STEP_US;
    struct link_info info;

    for (size_t i = 0; i < n;) {
        if (link_get_index(nl, index[i], &info, e) < 0)
            return -e->kind;
        if (info.operstate == IF_OPER_UP || tries-- <= 0)
            i++;
        else
            nanosleep(&moment, NULL);
    }
    return 0;
}

int link_del(struct netlink *nl, const char *name, struct err *e)
{
    struct netlink_batch b;

    netlink_start(&b, nl);
    struct nlmsghdr *nlh = netlink_add(&b, RTM_DELLINK, 0, ENODEV, "delete link %s", name);
    put_ifinfo(nlh, 0, 0);
    netlink_put_str(nlh, IFLA_IFNAME, name);
    return netlink_run(&b, NULL, NULL, e);
}

int link_index(struct netlink *nl, const char *name)
{
    struct ifreq req = { 0 };

    snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", name);
    if (ioctl(nl->fd, SIOCGIFINDEX, &req) < 0)
        return -1;
    return req.ifr_ifindex;
}
