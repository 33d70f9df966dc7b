/* SPDX-License-Identifier: MIT */
/* Looks names up among the leases. */
#include "net/dns_zone.h"

#include "base/mem.h"
#include "base/str.h"
#include "net/lease.h"

#include <stdio.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/socket.h>

struct search {
    const char *name; /* without the network */
    struct dns_found *found;
};

#define ID_SHORT 12

static bool same(const char *name, const char *of)
{
    return of && strcasecmp(name, of) == 0;
}

static bool answers_to(const struct lease *l, const char *name)
{
    if (same(name, l->name) || same(name, l->hostname) || same(name, l->id))
        return true;
    if (l->id && strlen(name) == ID_SHORT && strncasecmp(name, l->id, ID_SHORT) == 0)
        return true;
    strv_foreach (it, l->aliases)
        if (same(name, *it))
            return true;
    return false;
}

static int collect(const char *ip, const struct lease *l, void *arg, struct err *e)
{
    struct search *s = arg;
    struct dns_found *f = s->found;

    if (!answers_to(l, s->name))
        return 0;
    f->exists = true;
    if (f->n_addrs < DNS_ZONE_ADDRS && ip_parse(ip, &f->addrs[f->n_addrs], e) >= 0 &&
        f->addrs[f->n_addrs].family == AF_INET)
        f->n_addrs++;
    return 0;
}

/* "db.app" on network "app" asks for "db" there. */
static bool strip_network(const char *name, const char *network, char *out)
{
    size_t len = strlen(name);
    size_t tail = strlen(network);

    if (len < tail + 2 || name[len - tail - 1] != '.' ||
        strcasecmp(name + len - tail, network) != 0)
        return false;
    snprintf(out, DNS_NAME_MAX + 1, "%.*s", (int)(len - tail - 1), name);
    return true;
}

/* Spreads load: each answer begins at another address. */
static void rotate(struct dns_found *f)
{
    struct ip_addr old[DNS_ZONE_ADDRS];
    uint8_t by = 0;

    if (f->n_addrs < 2 || getrandom(&by, sizeof(by), GRND_NONBLOCK) != sizeof(by))
        return;
    memcpy(old, f->addrs, sizeof(old));
    for (size_t i = 0; i < f->n_addrs; i++)
        f->addrs[i] = old[(i + by) % f->n_addrs];
}

static int find_name(const struct dns_zone *z, const char *name, struct dns_found *f, struct err *e)
{
    char stripped[DNS_NAME_MAX + 1];

    strv_foreach (net, z->networks) {
        AUTO_FD int dir = -1;
        struct search s = { .name = name, .found = f };
        int r = network_lease_dir(z->place, *net, false, &dir, e);
        if (r >= 0)
            r = lease_each(dir, collect, &s, e);
        if (r >= 0 && strip_network(name, *net, stripped)) {
            s.name = stripped;
            r = lease_each(dir, collect, &s, e);
        }
        if (r < 0 && r != -ERR_NOT_FOUND) /* a network without leases */
            return r;
    }
    rotate(f);
    return 0;
}

/* "4.3.2.1.in-addr.arpa" to "1.2.3.4". */
static bool reverse_address(const char *name, char *out)
{
    unsigned b[4];
    int end = 0;

    if (sscanf(name, "%3u.%3u.%3u.%3u.in-addr.arpa%n", &b[0], &b[1], &b[2], &b[3], &end) != 4 ||
        end == 0 || name[end] != '\0' || (b[0] | b[1] | b[2] | b[3]) > 255)
        return false;
    snprintf(out, IP_TEXT_MAX, "%u.%u.%u.%u", b[3], b[2], b[1], b[0]);
    return true;
}

static int find_address(const struct dns_zone *z, const char *ip, struct dns_found *f,
                        struct err *e)
{
    strv_foreach (net, z->networks) {
        CLEANUP(lease) struct lease l = { 0 };
        AUTO_FD int dir = -1;
        int r = network_lease_dir(z->place, *net, false, &dir, e);
        if (r >= 0)
            r = lease_read(dir, ip, &l, e);
        if (r == -ERR_NOT_FOUND)
            continue;
        if (r < 0)
            return r;
        f->exists = true;
        snprintf(f->ptr, sizeof(f->ptr), "%s.%s", l.name ? l.name : l.id, *net);
        return 0;
    }
    return 0;
}

int dns_zone_find(const struct dns_zone *z, const struct dns_query *q, struct dns_found *ret,
                  struct err *e)
{
    char ip[IP_TEXT_MAX];

    ret->exists = false;
    ret->n_addrs = 0;
    ret->ptr[0] = '\0';
    if ((q->cls != DNS_IN && q->cls != DNS_CLASS_ANY) || q->name[0] == '\0')
        return 0;
    if (reverse_address(q->name, ip))
        return find_address(z, ip, ret, e);
    return find_name(z, q->name, ret, e);
}
