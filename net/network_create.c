/* SPDX-License-Identifier: MIT */
/* Makes a network's document: checks what was asked for, chooses what was not. */
#include "net/network.h"

#include "base/commit.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/num.h"
#include "base/str.h"
#include "net/link.h"
#include "net/route.h"
#include "net/subnet.h"

#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

#define SUBNET_BITS_MIN 8
#define SUBNET_BITS_MAX 29 /* room for network, gateway, broadcast and five containers */
#define MTU_MIN         68
#define MTU_MAX         65535

static int check_bridge_name(const char *name, struct err *e)
{
    size_t len = strlen(name);

    if (len == 0 || len >= IFNAMSIZ || strpbrk(name, "/ \t\n:%") || STREQ(name, ".") ||
        STREQ(name, ".."))
        return err_set(e, ERR_INVALID,
                       "invalid bridge name \"%.64s\": 1 to %d characters without white space, "
                       "\"/\" and \":\"",
                       name, IFNAMSIZ - 1);
    return 0;
}

static int take_option(struct network *n, const char *key, const char *val, struct err *e)
{
    int64_t mtu = 0;

    if (STREQ(key, NETWORK_OPT_MTU) || STREQ(key, "mtu")) {
        if (num_i64(val, MTU_MIN, MTU_MAX, &mtu, e) < 0)
            return err_wrap(e, "network option %s", key);
        n->mtu = (int32_t)mtu;
    } else if (STREQ(key, NETWORK_OPT_BRIDGE) || STREQ(key, "bridge")) {
        if (check_bridge_name(val, e) < 0)
            return -e->kind;
        if (str_set(&n->bridge, val) < 0)
            return err_nomem(e);
    } else if (STREQ(key, NETWORK_OPT_MASQUERADE)) {
        if (!STREQ(val, "true") && !STREQ(val, "false"))
            return err_set(e, ERR_INVALID, "network option %s: expected true or false, not \"%s\"",
                           key, val);
    } else {
        log_warn("network option %s is not known and has no effect", key);
    }
    return 0;
}

static int take_options(struct network *n, char *const *options, struct err *e)
{
    strv_foreach (o, options) {
        if (json_map_assign(&n->options, *o) < 0)
            return err_nomem(e);
    }
    json_map_foreach(it, &n->options)
    {
        if (take_option(n, it->key, it->val, e) < 0)
            return -e->kind;
    }
    return 0;
}

static int make_id(struct network *n, struct err *e)
{
    unsigned char bytes[32];
    struct timespec now;

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return err_sys(e, "getrandom", NULL);
    n->id = malloc(2 * sizeof(bytes) + 1);
    if (!n->id)
        return err_nomem(e);
    str_hex(bytes, sizeof(bytes), n->id);
    clock_gettime(CLOCK_REALTIME, &now);
    n->created = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
    return 0;
}

static int start_document(const struct network_want *want, struct network *n, struct err *e)
{
    n->name = str_dup(want->name);
    n->driver = str_dup("bridge");
    if (!n->name || !n->driver)
        return err_nomem(e);
    n->internal = want->internal;
    n->no_dns = want->no_dns;
    strv_foreach (l, want->labels) {
        if (json_map_assign(&n->labels, *l) < 0)
            return err_nomem(e);
    }
    if (take_options(n, want->options, e) < 0)
        return -e->kind;
    return make_id(n, e);
}

static void free_taken(struct subnet_taken *t)
{
    route_list_free(&t->routes);
    for (size_t i = 0; i < t->n_networks; i++)
        free(t->networks[i].name);
    free(t->networks);
}
DEFINE_CLEANUP(struct subnet_taken, taken, free_taken(p))

static int take_network(struct subnet_taken *t, const struct network *other,
                        const struct network *n, struct err *e)
{
    struct subnet_owner *o = &t->networks[t->n_networks];

    if (n->bridge && other->bridge && STREQ(other->bridge, n->bridge))
        return err_set(e, ERR_EXISTS, "bridge name %s is network %s's already", n->bridge,
                       other->name);
    if (!other->subnet || ip_parse_net(other->subnet, &o->net, e) < 0) {
        err_clear(e);
        return 0;
    }
    o->name = str_dup(other->name);
    if (!o->name)
        return err_nomem(e);
    t->n_networks++;
    return 0;
}

/* Subnets and bridge names of the other networks; damaged documents are passed over. */
static int collect_networks(const struct net_place *place, const struct network *n,
                            struct subnet_taken *t, struct err *e)
{
    AUTO_STRV char **names = NULL;

    if (network_names(place, &names, e) < 0)
        return -e->kind;
    t->networks = calloc(strv_len(names) + 1, sizeof(*t->networks));
    if (!t->networks)
        return err_nomem(e);
    strv_foreach (name, names) {
        CLEANUP(network) struct network other = { 0 };
        if (network_load(place, *name, &other, e) < 0) {
            log_warn("%s", e->msg);
            err_clear(e);
        } else if (take_network(t, &other, n, e) < 0) {
            return -e->kind;
        }
    }
    return 0;
}

/* Routes of the host; those of a bridge that an earlier network of this name left do not count. */
static int collect_routes(const struct net_place *place, const struct network *n,
                          struct subnet_taken *t, struct err *e)
{
    AUTO_NETLINK struct netlink nl = NETLINK_INIT;
    char bridge[IFNAMSIZ];

    if (netlink_open(NETLINK_ROUTE, -1, &nl, e) < 0)
        return -e->kind;
    int index = link_index(&nl, network_bridge_name(place, n->name, bridge));
    t->skip_oif = index > 0 ? index : -1;
    return route_dump(&nl, AF_INET, &t->routes, e);
}

static int parse_subnet(const char *text, struct ip_net *ret, struct err *e)
{
    struct ip_net net;

    if (ip_parse_net(text, &net, e) < 0)
        return err_wrap(e, "--subnet");
    if (net.addr.family != AF_INET)
        return err_set(e, ERR_UNSUPPORTED, "--subnet %s: IPv6 networks are not supported yet",
                       text);
    if (net.bits < SUBNET_BITS_MIN || net.bits > SUBNET_BITS_MAX)
        return err_set(e, ERR_INVALID, "--subnet %s: the prefix length must be from %d to %d", text,
                       SUBNET_BITS_MIN, SUBNET_BITS_MAX);
    *ret = ip_mask(&net);
    return 0;
}

static int choose_gateway(const char *want, const struct ip_net *subnet, struct ip_addr *ret,
                          struct err *e)
{
    struct ip_addr last = ip_broadcast(subnet);
    char text[IP_TEXT_MAX];

    *ret = ip_from_u32(ip_to_u32(&subnet->addr) + 1);
    if (!want)
        return 0;
    if (ip_parse(want, ret, e) < 0)
        return err_wrap(e, "--gateway");
    if (!ip_contains(subnet, ret) || ip_eq(ret, &subnet->addr) || ip_eq(ret, &last))
        return err_set(e, ERR_INVALID, "--gateway %s is not a host address of subnet %s", want,
                       ip_net_text(subnet, text));
    return 0;
}

static int check_range(const char *want, const struct ip_net *subnet, struct err *e)
{
    struct ip_net range;
    char text[IP_TEXT_MAX];

    if (ip_parse_net(want, &range, e) < 0)
        return err_wrap(e, "--ip-range");
    if (range.bits < subnet->bits || !ip_contains(subnet, &range.addr))
        return err_set(e, ERR_INVALID, "--ip-range %s does not lie within subnet %s", want,
                       ip_net_text(subnet, text));
    return 0;
}

static int set_addresses(const struct network_want *want, const struct subnet_taken *taken,
                         struct network *n, struct err *e)
{
    struct ip_net subnet;
    struct ip_addr gateway;
    char text[IP_TEXT_MAX];
    int r;

    if (!want->subnet && (want->gateway || want->ip_range))
        return err_set(e, ERR_USAGE, "--%s needs --subnet", want->gateway ? "gateway" : "ip-range");
    r = want->subnet ? parse_subnet(want->subnet, &subnet, e)
                     : subnet_choose(taken, want->name, &subnet, e);
    if (r >= 0 && want->subnet)
        r = subnet_check(taken, &subnet, e);
    if (r >= 0)
        r = choose_gateway(want->gateway, &subnet, &gateway, e);
    if (r >= 0 && want->ip_range)
        r = check_range(want->ip_range, &subnet, e);
    if (r < 0)
        return r;
    n->subnet = str_dup(ip_net_text(&subnet, text));
    n->gateway = str_dup(ip_text(&gateway, text));
    n->ip_range = str_dup(want->ip_range);
    if (!n->subnet || !n->gateway || (want->ip_range && !n->ip_range))
        return err_nomem(e);
    return 0;
}

static int save(const struct net_place *place, const struct network *n, struct err *e)
{
    char file[NETWORK_NAME_MAX + sizeof(NETWORK_SUFFIX)];
    AUTO_FD int dir = openat(place->root_fd, NETWORK_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (dir < 0)
        return err_sys(e, "open", NETWORK_DIR);
    snprintf(file, sizeof(file), "%s" NETWORK_SUFFIX, n->name);
    return json_save(&network_table, n, dir, file, COMMIT_DURABLE | COMMIT_EXCL, e);
}

static int create_locked(const struct net_place *place, const struct network_want *want,
                         struct network *ret, struct err *e)
{
    CLEANUP(network) struct network n = { 0 };
    CLEANUP(taken) struct subnet_taken taken = { 0 };
    char bridge[IFNAMSIZ];

    network_sweep(place);
    if (network_exists(place, want->name))
        return err_set(e, ERR_EXISTS, "network with name %s already exists", want->name);
    if (start_document(want, &n, e) < 0 || collect_networks(place, &n, &taken, e) < 0 ||
        collect_routes(place, &n, &taken, e) < 0 || set_addresses(want, &taken, &n, e) < 0 ||
        save(place, &n, e) < 0)
        return -e->kind;
    if (!n.bridge && !(n.bridge = str_dup(network_bridge_name(place, n.name, bridge))))
        return err_nomem(e);
    *ret = n;
    n = (struct network){ 0 };
    return 0;
}

int network_create(const struct net_place *place, const struct network_want *want,
                   struct network *ret, struct err *e)
{
    AUTO_FD int lock = -1;
    bool own_default = STREQ(want->name, NETWORK_DEFAULT) && !want->subnet && !want->options;

    if (network_check_name(want->name, e) < 0)
        return -e->kind;
    if (network_is_predefined(want->name) && !own_default)
        return err_set(e, ERR_INVALID, "operation is not permitted on predefined %s network",
                       want->name);
    if (want->driver && !STREQ(want->driver, "bridge")) {
        err_set(e, ERR_UNSUPPORTED, "network driver \"%s\" is not available", want->driver);
        return err_hint(e, "the driver is bridge");
    }
    if (network_lock(place, &lock, e) < 0)
        return -e->kind;
    int r = create_locked(place, want, ret, e);
    return r < 0 ? err_wrap(e, "create network %s", want->name) : 0;
}
