/* SPDX-License-Identifier: MIT */
/* Chooses and checks the subnet of a new network. */
#pragma once

#include "base/err.h"
#include "net/ip.h"
#include "net/route.h"

#include <stddef.h>

/* What exists already. */
struct subnet_taken {
    struct route_list routes; /* of the host, all tables */
    struct subnet_owner {
        char *name;
        struct ip_net net;
    } * networks;
    size_t n_networks;
    int skip_oif; /* a link whose routes do not count: the network's own, left over */
};

/*
 * A free subnet for the network: tried are, in this order, the slices of
 *     10.160.0.0/11 by /20 (512), 172.16.0.0/12 by /20 (256), 192.168.0.0/16 by /24 (256),
 * each pool from the slice on that a hash of the name points to, so that the same name tends to get
 * the same subnet on every machine. The pools keep clear of what Docker (172.17/16 first), podman
 * (10.88/16, 10.89/16) and common clusters take by default; a bridge has 1024 ports, so a /20 is
 * enough. A slice that overlaps any route of the host or another network is passed over.
 * ERR_LIMIT when nothing is free.
 */
int subnet_choose(const struct subnet_taken *t, const char *name, struct ip_net *ret,
                  struct err *e);

/*
 * Checks one that was asked for: not another network's ("Pool overlaps with other one on this
 * address space"), not equal to and not containing a route of the host (ERR_INVALID, the route is
 * named). Lying inside a wider route (a VPN's 10.0.0.0/8) is the user's choice: a warning.
 */
int subnet_check(const struct subnet_taken *t, const struct ip_net *net, struct err *e);
