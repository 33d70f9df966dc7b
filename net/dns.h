/* SPDX-License-Identifier: MIT */
/* The embedded DNS server: answers inside one container's namespace on the monitor's loop. */
#pragma once

#include "base/err.h"
#include "base/loop.h"
#include "net/network.h"

#include <stdint.h>

struct dns;

/* Borrowed by dns_start(), copied as far as it is needed later. */
struct dns_want {
    const struct net_place *place;
    int netns_fd;           /* the container's: the sockets on 127.0.0.11 are opened in it */
    char *const *networks;  /* names: whose leases are the zone */
    char *const *upstreams; /* addresses to forward to; NULL: the host's resolv.conf, re-read when
                               it changes */
};

/*
 * Opens a UDP and a TCP socket on 127.0.0.11 inside the namespace (high ports, see nft_dns()) and
 * serves them from the loop. Answers from leases: names, aliases, short and full ids (A), addresses
 * of the networks (PTR); a name that exists in any type is NOERROR; everything else is forwarded
 * from the caller's own namespace. The calling thread visits the namespace.
 */
int dns_start(struct loop *l, const struct dns_want *want, struct dns **ret, struct err *e);
/* Host order; for nft_dns(). */
uint16_t dns_udp_port(const struct dns *d);
uint16_t dns_tcp_port(const struct dns *d);
void dns_stop(struct dns *d);
