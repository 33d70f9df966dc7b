/* SPDX-License-Identifier: MIT */
/* Plugs a container's network namespace into a network, and out of it. */
#pragma once

#include "base/err.h"
#include "net/ip.h"
#include "net/network.h"

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

/* What the container wants of one network; borrowed strings. */
struct net_want {
    const char *id;       /* the container's, 64 hex digits */
    const char *name;     /* the container's name, or NULL */
    const char *hostname; /* or NULL */
    char *const *aliases; /* --network-alias, or NULL */
    const char *ip;       /* --ip, or NULL */
    const char *mac;      /* --mac-address, or NULL: 02:42 and the address */
    const char *ifname;   /* inside: "eth0", "eth1" … */
    bool default_route;   /* the first network that has one gives it */
};

/* What it got. */
struct net_endpoint {
    struct ip_net addr;
    struct ip_addr gateway; /* AF_UNSPEC on internal networks */
    uint8_t mac[6];
    unsigned mtu;
    char ifname[IFNAMSIZ];
    char host_ifname[IFNAMSIZ];
};

/*
 * Brings the network up (network_up), takes a lease, makes the veth pair, then inside: loopback,
 * address, default route. From its return on the names resolve. When it fails nothing of it is
 * left. netns_fd: the container's namespace; the caller needs CAP_NET_ADMIN and CAP_SYS_ADMIN in
 * both, and the calling thread visits it. Never waits, unless a stale link of an earlier life has
 * to be removed first.
 */
int net_attach(const struct net_place *place, const struct network *net,
               const struct net_want *want, int netns_fd, struct net_endpoint *ret, struct err *e);

/*
 * Gives back the id's lease: its names stop resolving at once. The link dies with the namespace
 * and is not waited for. `ip` is the address if the caller knows it, else NULL (then the leases
 * are searched). The network may be gone. May be repeated.
 */
int net_detach(const struct net_place *place, const char *network, const char *id, const char *ip,
               struct err *e);
/* The same over every network that has leases; for repair. */
int net_detach_all(const struct net_place *place, const char *id, struct err *e);
/* Deletes the host's end of the pair now (network disconnect, repair); waits for the kernel. */
int net_unplug(const char *network, const char *id, struct err *e);

/* Loopback up and nothing else: --network none. */
int net_loopback_up(int netns_fd, struct err *e);

/* The host's end of the veth pair: "vh" and 13 hex digits of a hash of id and network. */
const char *net_host_ifname(const char *id, const char *network, char buf[IFNAMSIZ]);
