/* SPDX-License-Identifier: MIT */
/* Addresses and routes of one link, and loopback, in the namespace of a netlink socket. */
#pragma once

#include "base/err.h"
#include "base/netlink.h"
#include "net/ip.h"

/* Appends to a batch: the address with its prefix length. An address that is there already is
 * fine. */
void addr_add(struct netlink_batch *b, int index, const struct ip_net *addr);
/* Appends: the default route of the gateway's family. */
void addr_add_default(struct netlink_batch *b, int index, const struct ip_addr *gateway);
/* Appends: brings loopback up (the kernel then gives it 127.0.0.1 and ::1). */
void addr_add_loopback(struct netlink_batch *b);

/* Loopback up in another namespace, for containers with no network. */
int addr_loopback_up(int netns_fd, struct err *e);
