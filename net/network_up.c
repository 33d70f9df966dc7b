/* SPDX-License-Identifier: MIT */
/* Brings a network's bridge and rules up and down, and removes networks. */
#include "net/network.h"

#include "base/fs.h"
#include "base/log.h"
#include "base/str.h"
#include "net/addr.h"
#include "net/link.h"
#include "net/nft.h"
#include "net/nft_host.h"
#include "net/route.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define IP_FORWARD "/proc/sys/net/ipv4/ip_forward"
#define ALIAS_MAX  256

/* Everything that bringing one network up needs to know. */
struct uplink {
    const struct net_place *place;
    const struct network *net;
    struct lease_pool pool;
    struct netlink nl;
    struct nft_network rules;
    char table[NFT_TABLE_TEXT_MAX];
    char alias[ALIAS_MAX]; /* what `ip link` shows, and how we know our own bridges */
};

static void close_uplink(struct uplink *u)
{
    netlink_close(&u->nl);
}
DEFINE_CLEANUP(struct uplink, uplink, close_uplink(p))

static int open_uplink(const struct net_place *place, const struct network *net, struct uplink *ret,
                       struct err *e)
{
    const char *masquerade = json_map_get(&net->options, NETWORK_OPT_MASQUERADE);

    *ret = (struct uplink){ .place = place, .net = net, .nl = NETLINK_INIT };
    if (!net->bridge)
        return err_set(e, ERR_INVALID, "network %s has no bridge", net->name);
    if (network_pool(net, &ret->pool, e) < 0)
        return -e->kind;
    snprintf(ret->alias, sizeof(ret->alias), "hako network %s %s in %.100s", net->name, net->subnet,
             place->runroot);
    ret->rules = (struct nft_network){
        .table = nft_table_name(place->runroot, ret->table),
        .bridge = net->bridge,
        .name = net->name,
        .internal = net->internal,
        .masquerade = !masquerade || !STREQ(masquerade, "false"),
    };
    return netlink_open(NETLINK_ROUTE, -1, &ret->nl, e);
}

enum bridge_state {
    BRIDGE_MISSING,
    BRIDGE_UP,    /* ours, complete: up is the last step */
    BRIDGE_DOWN,  /* ours, but unfinished, or set down by somebody */
    BRIDGE_STALE, /* of an earlier network of the name, or hardly begun */
    BRIDGE_FOREIGN,
};

static bool is_ours(const struct uplink *u, const struct link_info *info)
{
    char derived[IFNAMSIZ];
    char prefix[ALIAS_MAX];

    if (!STREQ(info->kind, "bridge"))
        return false;
    snprintf(prefix, sizeof(prefix), "hako network %s ", u->net->name);
    if (str_starts(info->alias, prefix))
        return str_ends(info->alias, strrchr(u->alias, ' '));
    /* Creating it was interrupted before it got its alias. */
    return !info->alias[0] && !(info->flags & IFF_UP) &&
           STREQ(info->name, network_bridge_name(u->place, u->net->name, derived));
}

static int look(struct uplink *u, enum bridge_state *ret, struct link_info *ret_info, struct err *e)
{
    int r = link_get(&u->nl, u->net->bridge, ret_info, e);

    if (r == -ERR_NOT_FOUND) {
        err_clear(e);
        *ret = BRIDGE_MISSING;
        return 0;
    }
    if (r < 0)
        return r;
    if (!is_ours(u, ret_info))
        *ret = BRIDGE_FOREIGN;
    else if (!STREQ(ret_info->alias, u->alias))
        *ret = BRIDGE_STALE;
    else
        *ret = ret_info->flags & IFF_UP ? BRIDGE_UP : BRIDGE_DOWN;
    return 0;
}

static int refuse_foreign(const struct uplink *u, const struct link_info *info, struct err *e)
{
    err_set(e, ERR_EXISTS,
            "link %s exists already, and it is not the bridge of network %s (%s%s%s)", info->name,
            u->net->name, info->kind[0] ? info->kind : "device", info->alias[0] ? ", " : "",
            info->alias);
    return err_hint(e, "remove it with `ip link delete %s`, or make the network with another -o %s",
                    info->name, NETWORK_OPT_BRIDGE);
}

/* The network was made long ago; routes may have appeared since. */
static void warn_about_routes(const struct uplink *u, const struct route_list *routes)
{
    const struct route *r = route_conflict(routes, &u->pool.subnet, -1);
    char text[96];

    if (r)
        log_warn("network %s: its subnet %s overlaps the host's route %s", u->net->name,
                 u->net->subnet, route_text(r, text, sizeof(text)));
}

/* A drop of the host's is final, whatever hako's own table accepts. */
static void warn_about_firewall(const struct uplink *u)
{
    struct err ignored = ERR_INIT;
    char chain[160];

    if (nft_host_drops(chain, sizeof(chain), &ignored) > 0)
        log_warn("network %s: the host's firewall drops what no rule of it lets pass (%s): see "
                 "hako-networks(7), FIREWALL, if containers reach nobody",
                 u->net->name, chain);
}

static int make_bridge(struct uplink *u, struct err *e)
{
    CLEANUP(route_list) struct route_list routes = { 0 };
    uint64_t h = ip_hash(ip_hash(IP_HASH_INIT, u->place->runroot), u->net->name);
    uint8_t mac[6] = { 0x02, 0x42 };
    unsigned mtu;

    if (route_dump(&u->nl, AF_INET, &routes, e) < 0)
        return -e->kind;
    warn_about_routes(u, &routes);
    warn_about_firewall(u);
    mtu = u->net->mtu ? (unsigned)u->net->mtu : route_default_mtu(&u->nl, &routes);
    memcpy(mac + 2, &h, 4);
    return link_add_bridge(&u->nl, u->net->bridge, mac, mtu, u->alias, e);
}

/* Up comes last: a bridge that is up has its address. */
static int set_bridge_up(struct uplink *u, struct err *e)
{
    struct ip_net addr = { u->pool.gateway, u->pool.subnet.bits };
    struct netlink_batch b;
    int index = link_index(&u->nl, u->net->bridge);

    if (index < 0)
        return err_sys(e, "find link", u->net->bridge);
    netlink_start(&b, &u->nl);
    addr_add(&b, index, &addr);
    if (netlink_run(&b, NULL, NULL, e) < 0)
        return -e->kind;
    netlink_start(&b, &u->nl);
    link_put_up(&b, index, u->net->bridge);
    return netlink_run(&b, NULL, NULL, e);
}

static int enable_forwarding(struct err *e)
{
    char text[8];

    if (fs_read_small(AT_FDCWD, IP_FORWARD, text, sizeof(text)) < 0)
        return err_sys(e, "read", IP_FORWARD);
    if (text[0] != '0')
        return 0;
    if (fs_put(AT_FDCWD, IP_FORWARD, "1") < 0) {
        err_sys(e, "write", IP_FORWARD);
        return err_hint(e, "packets leave the network only with `sysctl net.ipv4.ip_forward=1`");
    }
    return 0;
}

/* The slow way, under the lock: look again, then make what is missing. */
static int make_up(struct uplink *u, struct link_info *ret, struct err *e)
{
    AUTO_FD int lock = -1;
    enum bridge_state state;
    int r;

    if (network_lock(u->place, &lock, e) < 0 || look(u, &state, ret, e) < 0)
        return -e->kind;
    if (state == BRIDGE_FOREIGN)
        return refuse_foreign(u, ret, e);
    if (state == BRIDGE_STALE && link_del(&u->nl, u->net->bridge, e) < 0)
        return -e->kind;
    if ((state == BRIDGE_STALE || state == BRIDGE_MISSING) && make_bridge(u, e) < 0)
        return -e->kind;
    if (!u->net->internal && enable_forwarding(e) < 0)
        return -e->kind;
    if (state != BRIDGE_UP && set_bridge_up(u, e) < 0)
        return -e->kind;
    r = nft_check(&u->rules, e);
    if (r == 0)
        r = nft_apply(&u->rules, e);
    return r < 0 ? r : link_get(&u->nl, u->net->bridge, ret, e);
}

int network_up(const struct net_place *place, const struct network *net, struct network_link *ret,
               struct err *e)
{
    CLEANUP(uplink) struct uplink u = { .nl = NETLINK_INIT };
    enum bridge_state state;
    struct link_info info;

    int r = open_uplink(place, net, &u, e);
    if (r >= 0)
        r = look(&u, &state, &info, e);
    if (r >= 0) {
        r = state == BRIDGE_UP ? nft_check(&u.rules, e) : 0;
        if (r == 0)
            r = make_up(&u, &info, e);
    }
    if (r < 0)
        return err_wrap(e, "bring network %s up", net->name);
    *ret = (struct network_link){ .index = info.index, .mtu = info.mtu };
    return 0;
}

int network_down(const struct net_place *place, const struct network *net, struct err *e)
{
    CLEANUP(uplink) struct uplink u = { .nl = NETLINK_INIT };
    enum bridge_state state;
    struct link_info info;

    if (open_uplink(place, net, &u, e) < 0 || nft_remove(&u.rules, e) < 0 ||
        look(&u, &state, &info, e) < 0)
        return -e->kind;
    if (state == BRIDGE_MISSING || state == BRIDGE_FOREIGN)
        return 0;
    return link_del(&u.nl, net->bridge, e);
}
