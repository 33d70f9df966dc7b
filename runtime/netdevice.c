/* SPDX-License-Identifier: MIT */
/* linux.netDevices: links of the runtime's network namespace that move into the container's. */
#include "runtime/netdevice.h"

#include "base/log.h"
#include "base/netlink.h"
#include "base/str.h"

#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

struct netdevice_list {
    size_t n;
    struct moved {
        char outside[IFNAMSIZ];
        char inside[IFNAMSIZ];
        bool was_up;
    } v[];
};

/* One end of a move: a namespace, and a conversation with it. */
struct side {
    int fd;
    struct netlink nl;
};

static void close_side(struct side *s)
{
    netlink_close(&s->nl);
    mem_close(&s->fd);
}
DEFINE_CLEANUP(struct side, side, close_side(p))

/* netns_fd -1: where we are. */
static int open_side(int netns_fd, struct side *ret, struct err *e)
{
    ret->fd = netns_fd < 0 ? open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
                           : fcntl(netns_fd, F_DUPFD_CLOEXEC, 3);
    if (ret->fd < 0)
        return err_sys(e, "open", "network namespace");
    return netlink_open(NETLINK_ROUTE, netns_fd, &ret->nl, e);
}

/* ---- links ---- */

struct link {
    int index;
    unsigned flags;
};

static void take_link(const struct nlmsghdr *nlh, void *arg)
{
    const struct ifinfomsg *ifi = netlink_data(nlh);

    *(struct link *)arg = (struct link){ .index = ifi->ifi_index, .flags = ifi->ifi_flags };
}

static struct ifinfomsg *put_link(struct nlmsghdr *nlh, int index)
{
    struct ifinfomsg *ifi = netlink_put_head(nlh, sizeof(*ifi));

    ifi->ifi_family = AF_UNSPEC;
    ifi->ifi_index = index;
    return ifi;
}

/* e->errnum is ENODEV for a name that nobody has. */
static int find_link(struct side *s, const char *name, struct link *ret, struct err *e)
{
    struct netlink_batch b;

    netlink_start(&b, &s->nl);
    struct nlmsghdr *nlh = netlink_add(&b, RTM_GETLINK, 0, 0, "look up link %s", name);
    put_link(nlh, 0);
    netlink_put_str(nlh, IFLA_IFNAME, name);
    return netlink_run(&b, take_link, ret, e);
}

static int move_link(struct side *from, struct side *to, int index, const char *old,
                     const char *name, struct err *e)
{
    struct netlink_batch b;

    netlink_start(&b, &from->nl);
    struct nlmsghdr *nlh = netlink_add(&b, RTM_NEWLINK, 0, 0, "move link %s", old);
    put_link(nlh, index);
    netlink_put_u32(nlh, IFLA_NET_NS_FD, (uint32_t)to->fd);
    netlink_put_str(nlh, IFLA_IFNAME, name);
    return netlink_run(&b, NULL, NULL, e);
}

/* ---- addresses ---- */

#define ADDRESSES_MAX 64
#define ADDRESS_SIZE  256

/* What the kernel lost on the way: requests that put it back, but for the index. */
struct addresses {
    int index; /* whose */
    size_t n;
    bool many;
    _Alignas(8) char v[ADDRESSES_MAX][ADDRESS_SIZE];
};

/* Not those that the kernel tells of an address, but those that one can ask for. */
#define FLAGS_KEPT                                                                                 \
    (IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE |                \
     IFA_F_MCAUTOJOIN)

static uint32_t flags_of(const struct nlmsghdr *nlh)
{
    const struct ifaddrmsg *ifa = netlink_data(nlh);
    uint32_t flags = ifa->ifa_flags;

    netlink_for_each(a, nlh, sizeof(*ifa))
    {
        if (netlink_attr_type(a) == IFA_FLAGS)
            flags = netlink_attr_u32(a);
    }
    return flags;
}

static bool is_kept(uint16_t attr)
{
    return attr == IFA_LOCAL || attr == IFA_ADDRESS || attr == IFA_BROADCAST ||
           attr == IFA_RT_PRIORITY || attr == IFA_PROTO;
}

static void take_address(const struct nlmsghdr *nlh, void *arg)
{
    const struct ifaddrmsg *ifa = netlink_data(nlh);
    struct addresses *all = arg;
    uint32_t flags = flags_of(nlh);

    if ((int)ifa->ifa_index != all->index || !(flags & IFA_F_PERMANENT) ||
        ifa->ifa_scope != RT_SCOPE_UNIVERSE)
        return;
    all->many = all->many || all->n == ADDRESSES_MAX;
    if (all->many)
        return;
    struct nlmsghdr *out = (void *)all->v[all->n++];
    *out = (struct nlmsghdr){ .nlmsg_len = NLMSG_HDRLEN };
    *(struct ifaddrmsg *)netlink_put_head(out, sizeof(*ifa)) = *ifa;
    netlink_put_u32(out, IFA_FLAGS, flags & FLAGS_KEPT);
    netlink_for_each(a, nlh, sizeof(*ifa))
    {
        if (is_kept(netlink_attr_type(a)) && netlink_attr_len(a) <= 16)
            netlink_put(out, netlink_attr_type(a), netlink_attr_data(a), netlink_attr_len(a));
    }
}

static int list_addresses(struct side *s, int index, struct addresses *ret, struct err *e)
{
    struct netlink_batch b;

    ret->index = index;
    ret->n = 0;
    ret->many = false;
    netlink_start(&b, &s->nl);
    struct nlmsghdr *nlh = netlink_add(&b, RTM_GETADDR, NLM_F_DUMP, 0, "list addresses");
    netlink_put_head(nlh, sizeof(struct ifaddrmsg));
    int r = netlink_run(&b, take_address, ret, e);
    if (r >= 0 && ret->many)
        return err_set(e, ERR_LIMIT, "more than %d addresses", ADDRESSES_MAX);
    return r;
}

static void put_address(struct netlink_batch *b, const struct nlmsghdr *kept, int index,
                        const char *name)
{
    struct nlmsghdr *nlh = netlink_add(b, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, 0,
                                       "add its addresses to %s", name);
    struct ifaddrmsg *ifa = netlink_put_head(nlh, sizeof(*ifa));

    *ifa = *(const struct ifaddrmsg *)netlink_data(kept);
    ifa->ifa_index = (unsigned)index;
    ifa->ifa_flags = 0; /* IFA_FLAGS has them */
    netlink_for_each(a, kept, sizeof(*ifa))
        netlink_put(nlh, netlink_attr_type(a), netlink_attr_data(a), netlink_attr_len(a));
}

/* ---- a move ---- */

static int revive(struct side *s, const char *name, const struct addresses *all, bool up,
                  struct err *e)
{
    struct netlink_batch b;
    struct link link;
    int r = find_link(s, name, &link, e);

    if (r < 0)
        return r;
    netlink_start(&b, &s->nl);
    for (size_t i = 0; i < all->n && i < NETLINK_STEPS_MAX - 1; i++)
        put_address(&b, (const struct nlmsghdr *)(const void *)all->v[i], link.index, name);
    if (up) {
        struct ifinfomsg *ifi =
            put_link(netlink_add(&b, RTM_NEWLINK, 0, 0, "bring link %s up", name), link.index);
        ifi->ifi_flags = ifi->ifi_change = IFF_UP;
    }
    return b.n ? netlink_run(&b, NULL, NULL, e) : 0;
}

static int carry(struct side *from, const char *old, struct side *to, const char *name, bool up,
                 struct err *e)
{
    struct addresses all;
    struct link link;
    int r = find_link(from, old, &link, e);

    if (r >= 0)
        r = list_addresses(from, link.index, &all, e);
    if (r >= 0)
        r = move_link(from, to, link.index, old, name, e);
    if (r < 0)
        return r;
    return revive(to, name, &all, up, e);
}

/* ---- names ---- */

/* True when nobody has the name; `e` when that cannot be told. */
static int is_free(struct side *s, const char *name, struct err *e)
{
    struct link link;
    int r = find_link(s, name, &link, e);

    if (r >= 0)
        return 0;
    if (e->errnum != ENODEV)
        return r;
    err_clear(e);
    return 1;
}

static int number_name(struct side *s, const char *pattern, char *ret, struct err *e)
{
    int before = (int)(strchr(pattern, '%') - pattern);

    for (int i = 0; i < 8 * 4096; i++) {
        int len = snprintf(ret, IFNAMSIZ, "%.*s%d%s", before, pattern, i, pattern + before + 2);
        int r = len < IFNAMSIZ ? is_free(s, ret, e) : 0;
        if (r != 0)
            return r;
    }
    return err_set(e, ERR_EXISTS, "no number is free for %s", pattern);
}

/* What it will be called inside. */
static int choose_name(struct side *s, const struct config_net_device *d, char *ret, struct err *e)
{
    const char *name = str_empty(d->name) ? d->host_name : d->name;

    if (strchr(name, '%'))
        return number_name(s, name, ret, e);
    snprintf(ret, IFNAMSIZ, "%s", name);
    int r = is_free(s, name, e);
    return r != 0 ? r
                  : err_set(e, ERR_EXISTS,
                            "the container's network namespace has a link %s already", name);
}

/* ---- all of them ---- */

static int move_one(struct side *home, struct side *box, const struct config_net_device *d,
                    struct netdevice_list *l, struct err *e)
{
    struct moved *m = &l->v[l->n];
    struct link link;
    int r = find_link(home, d->host_name, &link, e);

    if (r >= 0)
        r = choose_name(box, d, m->inside, e);
    if (r < 0)
        return r;
    snprintf(m->outside, sizeof(m->outside), "%s", d->host_name);
    m->was_up = link.flags & IFF_UP;
    l->n++; /* what fails half-way is returned, too */
    return carry(home, d->host_name, box, m->inside, true, e);
}

int netdevice_move(const struct config *c, int netns_fd, struct netdevice_list **ret, struct err *e)
{
    CLEANUP(side) struct side home = { .fd = -1, .nl = NETLINK_INIT };
    CLEANUP(side) struct side box = { .fd = -1, .nl = NETLINK_INIT };
    size_t n = c->lnx.n_net_devices;
    AUTO_FREE struct netdevice_list *l = calloc(1, sizeof(*l) + n * sizeof(l->v[0]));

    if (!l)
        return err_nomem(e);
    int r = open_side(-1, &home, e);
    if (r >= 0)
        r = open_side(netns_fd, &box, e);
    for (size_t i = 0; i < n && r >= 0; i++) {
        r = move_one(&home, &box, &c->lnx.net_devices[i], l, e);
        if (r < 0)
            err_wrap(e, "/linux/netDevices/%s", c->lnx.net_devices[i].host_name);
    }
    if (r < 0) {
        netdevice_return(l, netns_fd);
        return r;
    }
    *ret = TAKE_PTR(l);
    return 0;
}

void netdevice_return(const struct netdevice_list *l, int netns_fd)
{
    CLEANUP(side) struct side home = { .fd = -1, .nl = NETLINK_INIT };
    CLEANUP(side) struct side box = { .fd = -1, .nl = NETLINK_INIT };
    struct err e = ERR_INIT;

    if (l->n == 0)
        return;
    if (open_side(-1, &home, &e) < 0 || open_side(netns_fd, &box, &e) < 0) {
        log_warn("return network devices: %s", e.msg);
        return;
    }
    for (size_t i = l->n; i-- > 0;) {
        const struct moved *m = &l->v[i];
        err_clear(&e);
        if (carry(&box, m->inside, &home, m->outside, m->was_up, &e) < 0 && e.errnum != ENODEV)
            log_warn("return network device %s: %s", m->outside, e.msg);
    }
}
