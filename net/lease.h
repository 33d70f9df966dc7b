/* SPDX-License-Identifier: MIT */
/* Leases: one file per address is the allocation, the DNS record and the reverse record. */
#pragma once

#include "base/err.h"
#include "net/ip.h"
#include "oci/lease.h"

/*
 * RUNROOT/networks/<net>/<ip> appears whole (written beside, renamed without replacing), so its
 * creation is the allocation and a reader never sees half a record. Names that start with "." are
 * not leases. `dirfd` below is that directory.
 */

/* What addresses a network has to give. */
struct lease_pool {
    const char *network; /* name, for messages */
    struct ip_net subnet;
    struct ip_net range; /* part of the subnet to choose from; equal to it without --ip-range */
    struct ip_addr gateway;
};

/*
 * Allocates an address and publishes the lease. With `want` that address: ERR_INVALID when it is
 * not in the subnet or is reserved, ERR_IN_USE "Address already in use" when taken. With NULL the
 * first free one, searched from a point that the container's id determines: an address is not
 * reused at once, and a restarted container tends to get its old one. ERR_LIMIT "no available IPv4
 * addresses" when the pool is exhausted. A lease without a MAC address is recorded with
 * ip_mac_of() its address.
 */
int lease_take(int dirfd, const struct lease_pool *pool, const struct lease *lease,
               const struct ip_addr *want, struct ip_addr *ret, struct err *e);
/* Reads one; a missing or foreign file is ERR_NOT_FOUND. */
int lease_read(int dirfd, const char *ip, struct lease *ret, struct err *e);

/* Removes the lease if that id holds it; returns 1 if it did, 0 when there was nothing to do. Safe
 * against two releasers and a new owner in between (the file's OFD lock). */
int lease_release(int dirfd, const char *ip, const char *id, struct err *e);
/* Removes every lease of the id in the directory and returns how many there were. `hint`: an
 * address to look at first; if it is the id's, the directory is not searched. May be NULL. */
int lease_release_all(int dirfd, const char *id, const char *hint, struct err *e);

/* Calls fn for each lease until it returns non-zero, which is passed on. */
typedef int (*lease_fn)(const char *ip, const struct lease *lease, void *arg, struct err *e);
int lease_each(int dirfd, lease_fn fn, void *arg, struct err *e);
/* How many leases there are. */
int lease_count(int dirfd, struct err *e);
