/* SPDX-License-Identifier: MIT */
/* The zone: names and addresses of containers, looked up in the leases at each query. */
#pragma once

#include "base/err.h"
#include "net/dns_message.h"
#include "net/network.h"

#define DNS_ZONE_ADDRS 64 /* of one name; more are left out */

struct dns_zone {
    const struct net_place *place;
    char **networks; /* strv */
};

struct dns_found {
    bool exists; /* in any type */
    struct ip_addr addrs[DNS_ZONE_ADDRS];
    size_t n_addrs;
    char ptr[DNS_NAME_MAX + 1]; /* "name.network" of a reverse look-up, or "" */
};

/*
 * Looks a query up. A container is found under its name, its hostname, its aliases, its short and
 * full id, and each of these followed by ".NETWORK"; an address under its in-addr.arpa name. No
 * lock is taken and nothing is cached: what is on disk is the answer.
 */
int dns_zone_find(const struct dns_zone *z, const struct dns_query *q, struct dns_found *ret,
                  struct err *e);
