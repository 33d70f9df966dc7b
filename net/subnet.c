/* SPDX-License-Identifier: MIT */
/* The address pools, and what a subnet must not overlap. */
#include "net/subnet.h"

#include "base/log.h"
#include "base/mem.h"

static const struct pool {
    uint8_t base[4];
    uint8_t bits;
    uint8_t slice;
} pools[] = {
    { { 10, 160, 0, 0 }, 11, 20 },
    { { 172, 16, 0, 0 }, 12, 20 },
    { { 192, 168, 0, 0 }, 16, 24 },
};

/* Docker's first pool, whose bridge may be down and without a route at the moment. */
static const struct ip_net docker0 = { { 2 /* AF_INET */, { 172, 17 } }, 16 };

static const struct subnet_owner *owner_of(const struct subnet_taken *t, const struct ip_net *net)
{
    for (size_t i = 0; i < t->n_networks; i++) {
        if (ip_overlap(&t->networks[i].net, net))
            return &t->networks[i];
    }
    return NULL;
}

static bool is_free(const struct subnet_taken *t, const struct ip_net *net)
{
    return !owner_of(t, net) && !route_conflict(&t->routes, net, t->skip_oif) &&
           !ip_overlap(net, &docker0);
}

static bool choose_in(const struct subnet_taken *t, const struct pool *p, uint64_t hash,
                      struct ip_net *ret)
{
    uint32_t n = UINT32_C(1) << (p->slice - p->bits);
    uint32_t base = (uint32_t)p->base[0] << 24 | (uint32_t)p->base[1] << 16;

    for (uint32_t i = 0; i < n; i++) {
        uint32_t slice = (uint32_t)((hash + i) % n);
        struct ip_net net = { ip_from_u32(base + (slice << (32 - p->slice))), p->slice };
        if (is_free(t, &net)) {
            *ret = net;
            return true;
        }
    }
    return false;
}

int subnet_choose(const struct subnet_taken *t, const char *name, struct ip_net *ret, struct err *e)
{
    uint64_t hash = ip_hash(IP_HASH_INIT, name);

    for (size_t i = 0; i < ARRAY_LEN(pools); i++) {
        if (choose_in(t, &pools[i], hash, ret))
            return 0;
    }
    err_set(e, ERR_LIMIT, "all predefined address pools have been fully subnetted");
    return err_hint(e, "every private range is routed already; name a free one with --subnet");
}

int subnet_check(const struct subnet_taken *t, const struct ip_net *net, struct err *e)
{
    const struct subnet_owner *owner = owner_of(t, net);
    const struct route *wide = NULL;
    char text[IP_TEXT_MAX];
    char other[96];

    ip_net_text(net, text);
    if (owner) {
        err_set(e, ERR_INVALID,
                "invalid pool request: Pool overlaps with other one on this address space: %s "
                "overlaps network %s (%s)",
                text, owner->name, ip_net_text(&owner->net, other));
        return err_hint(e, "without --subnet a free one is chosen");
    }
    for (size_t i = 0; i < t->routes.n; i++) {
        struct route_list one = { &t->routes.v[i], 1 };
        const struct route *r = route_conflict(&one, net, t->skip_oif);
        if (r && r->dst.bits >= net->bits) {
            err_set(e, ERR_INVALID, "subnet %s overlaps the host's route %s", text,
                    route_text(r, other, sizeof(other)));
            return err_hint(e, "without --subnet one is chosen that no route uses");
        }
        if (r)
            wide = r;
    }
    if (wide)
        log_warn("subnet %s lies within the host's route %s, which it hides", text,
                 route_text(wide, other, sizeof(other)));
    return 0;
}
