/* SPDX-License-Identifier: MIT */
/* Links and addresses by raw rtnetlink. */
#pragma once

#include <sys/types.h>

/* One message: a veth pair, `name` up and in the bridge, its peer eth0 in pid's network namespace.
 */
void rtnl_add_veth(const char *bridge, const char *name, pid_t pid);
/* One batch in our own namespace: lo and eth0 up, eth0's address ("A.B.C.D/LEN"), the default
 * route. */
void rtnl_configure(const char *address, const char *gateway);
/* lo alone, as every runtime brings it up. */
void rtnl_lo_up(void);
/* The sockets on which a DNS server would answer: UDP and TCP, 127.0.0.11, RTNL_DNS_PORT. */
void rtnl_open_dns(void);

#define RTNL_DNS_PORT 40053
