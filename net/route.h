/* SPDX-License-Identifier: MIT */
/* The host's routes: what a new subnet must avoid, and the MTU of the way out. */
#pragma once

#include "base/err.h"
#include "base/netlink.h"
#include "net/ip.h"

#include <stddef.h>

struct route {
    struct ip_net dst; /* bits 0: a default route */
    int oif;           /* 0: none (blackhole, multipath) */
    uint32_t table;
    uint32_t priority;
};

struct route_list {
    struct route *v;
    size_t n;
};

/* Every unicast, blackhole, unreachable, prohibit and local route of the family, from all tables
 * (policy routing and VPNs use their own), except those of loopback's 127.0.0.0/8 and multicast
 * and broadcast entries. */
int route_dump(struct netlink *nl, uint8_t family, struct route_list *ret, struct err *e);
void route_list_free(struct route_list *l);
DEFINE_CLEANUP(struct route_list, route_list, route_list_free(p))

/* The first route other than a default one that overlaps the network, leaving out those of the
 * link `skip_oif`; NULL if there is none. */
const struct route *route_conflict(const struct route_list *l, const struct ip_net *net,
                                   int skip_oif);
/* "10.1.0.0/16 dev wg0" for messages; buf >= 96 bytes. */
const char *route_text(const struct route *r, char *buf, size_t len);

/* MTU of the interface of the best default route in the main table; 1500 without one. */
unsigned route_default_mtu(struct netlink *nl, const struct route_list *l);
