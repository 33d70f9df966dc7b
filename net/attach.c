/* SPDX-License-Identifier: MIT */
/* Lease, veth pair, address, route: in this order, and undone in the other. */
#include "net/attach.h"

#include "base/fs.h"
#include "base/log.h"
#include "base/str.h"
#include "net/addr.h"
#include "net/link.h"

#include <stdio.h>
#include <string.h>

const char *net_host_ifname(const char *id, const char *network, char buf[IFNAMSIZ])
{
    uint64_t h = ip_hash(ip_hash(IP_HASH_INIT, id), network);

    snprintf(buf, IFNAMSIZ, "vh%013llx", (unsigned long long)h >> 12);
    return buf;
}

/* Takes the lease; then the network must still be there (network_remove.c tells why). */
static int take_lease(const struct net_place *place, const struct network *net,
                      const struct net_want *want, const struct lease_pool *pool, int dir,
                      struct net_endpoint *ep, struct err *e)
{
    struct ip_addr asked;
    char mac[IP_MAC_TEXT_MAX];
    struct lease lease = {
        .id = (char *)want->id,
        .name = (char *)want->name,
        .hostname = (char *)want->hostname,
        .aliases = (char **)want->aliases,
        .ifname = ep->host_ifname,
    };

    if (want->ip && ip_parse(want->ip, &asked, e) < 0)
        return -e->kind;
    if (want->mac) {
        if (ip_parse_mac(want->mac, ep->mac, e) < 0)
            return -e->kind;
        lease.mac = (char *)ip_mac_text(ep->mac, mac);
    }
    ep->addr.bits = pool->subnet.bits;
    if (lease_take(dir, pool, &lease, want->ip ? &asked : NULL, &ep->addr.addr, e) < 0)
        return -e->kind;
    if (!want->mac)
        ip_mac_of(&ep->addr.addr, ep->mac);
    if (!network_exists(place, net->name))
        return err_set(e, ERR_NOT_FOUND, "network %s not found: it was just removed", net->name);
    return 0;
}

static int make_pair(struct netlink *nl, const struct link_veth *v, struct err *e)
{
    int r = link_add_veth(nl, v, e);

    if (r != -ERR_EXISTS)
        return r;
    /* Of an earlier life of this container, whose namespace is still being taken apart; or the
     * inner name is taken, and then the second attempt says so. */
    log_debug("removing stale link %s", v->host_name);
    if (link_del(nl, v->host_name, e) < 0)
        return -e->kind;
    err_clear(e);
    return link_add_veth(nl, v, e);
}

static int configure_inside(const struct net_endpoint *ep, int netns_fd, bool default_route,
                            struct err *e)
{
    AUTO_NETLINK struct netlink nl = NETLINK_INIT;
    struct netlink_batch b;

    if (netlink_open(NETLINK_ROUTE, netns_fd, &nl, e) < 0)
        return -e->kind;
    int index = link_index(&nl, ep->ifname);
    if (index < 0)
        return err_sys(e, "find link", ep->ifname);
    netlink_start(&b, &nl);
    addr_add_loopback(&b);
    addr_add(&b, index, &ep->addr);
    link_put_up(&b, index, ep->ifname);
    if (default_route && ep->gateway.family)
        addr_add_default(&b, index, &ep->gateway);
    if (netlink_run(&b, NULL, NULL, e) < 0)
        return -e->kind;
    return link_settle(&nl, &index, 1, e);
}

/* From here on the first packet arrives. */
static int settle_outside(struct netlink *nl, const struct link_veth *v, struct err *e)
{
    int index[] = { link_index(nl, v->host_name), v->bridge_index };

    if (index[0] < 0)
        return err_sys(e, "find link", v->host_name);
    return link_settle(nl, index, 2, e);
}

static int plug_in(const struct net_place *place, const struct network *net,
                   const struct net_want *want, int netns_fd, struct net_endpoint *ep,
                   struct err *e)
{
    AUTO_NETLINK struct netlink nl = NETLINK_INIT;
    struct network_link bridge;
    struct err ignored = ERR_INIT;

    if (network_up(place, net, &bridge, e) < 0 || netlink_open(NETLINK_ROUTE, -1, &nl, e) < 0)
        return -e->kind;
    ep->mtu = bridge.mtu;
    struct link_veth v = {
        .host_name = ep->host_ifname,
        .bridge_index = bridge.index,
        .netns_fd = netns_fd,
        .peer_name = ep->ifname,
        .peer_mac = ep->mac,
        .mtu = bridge.mtu,
    };
    if (make_pair(&nl, &v, e) < 0)
        return -e->kind;
    if (configure_inside(ep, netns_fd, want->default_route, e) < 0 ||
        settle_outside(&nl, &v, e) < 0) {
        link_del(&nl, ep->host_ifname, &ignored);
        return -e->kind;
    }
    return 0;
}

static int start_endpoint(const struct network *net, const struct net_want *want,
                          const struct lease_pool *pool, struct net_endpoint *ep, struct err *e)
{
    size_t len = strlen(want->ifname);

    if (len == 0 || len >= IFNAMSIZ || strpbrk(want->ifname, "/ \t\n:%"))
        return err_set(e, ERR_INVALID, "invalid interface name \"%.64s\"", want->ifname);
    *ep = (struct net_endpoint){ 0 };
    if (!net->internal)
        ep->gateway = pool->gateway;
    memcpy(ep->ifname, want->ifname, len + 1);
    net_host_ifname(want->id, net->name, ep->host_ifname);
    return 0;
}

int net_attach(const struct net_place *place, const struct network *net,
               const struct net_want *want, int netns_fd, struct net_endpoint *ret, struct err *e)
{
    AUTO_FD int dir = -1;
    struct lease_pool pool;
    struct net_endpoint ep = { 0 };
    char ip[IP_TEXT_MAX];
    struct err ignored = ERR_INIT;

    int r = network_pool(net, &pool, e);
    if (r >= 0)
        r = start_endpoint(net, want, &pool, &ep, e);
    if (r >= 0)
        r = network_lease_dir(place, net->name, true, &dir, e);
    if (r >= 0)
        r = take_lease(place, net, want, &pool, dir, &ep, e);
    if (r >= 0)
        r = plug_in(place, net, want, netns_fd, &ep, e);
    if (r < 0) {
        if (ep.addr.addr.family)
            lease_release(dir, ip_text(&ep.addr.addr, ip), want->id, &ignored);
        network_drop_lease_dir(place, net->name);
        return err_wrap(e, "attach to network %s", net->name);
    }
    *ret = ep;
    return 0;
}

int net_detach(const struct net_place *place, const char *network, const char *id, const char *ip,
               struct err *e)
{
    AUTO_FD int dir = -1;
    int r = network_lease_dir(place, network, false, &dir, e);

    if (r == -ERR_NOT_FOUND) {
        err_clear(e);
        return 0;
    }
    if (r >= 0)
        r = lease_release_all(dir, id, ip, e);
    return r < 0 ? err_wrap(e, "detach from network %s", network) : 0;
}

int net_detach_all(const struct net_place *place, const char *id, struct err *e)
{
    AUTO_STRV char **names = NULL;
    struct err sum = ERR_INIT;
    struct err step = ERR_INIT;

    if (fs_list(place->run_fd, NETWORK_DIR, &names, e) < 0)
        return -e->kind;
    strv_foreach (name, names) {
        if ((*name)[0] != '.')
            err_collect(&sum, net_detach(place, *name, id, NULL, &step), &step);
    }
    if (sum.kind)
        *e = sum;
    return -(int)sum.kind;
}

int net_unplug(const char *network, const char *id, struct err *e)
{
    AUTO_NETLINK struct netlink nl = NETLINK_INIT;
    char name[IFNAMSIZ];

    if (netlink_open(NETLINK_ROUTE, -1, &nl, e) < 0)
        return -e->kind;
    return link_del(&nl, net_host_ifname(id, network, name), e);
}

int net_loopback_up(int netns_fd, struct err *e)
{
    return addr_loopback_up(netns_fd, e);
}
