/* SPDX-License-Identifier: MIT */
/* Inside a container: 127.0.0.11:53 is rewritten to the DNS server's high ports, and back. */
#pragma once

#include "base/err.h"

#include <stdint.h>

/*
 * Two stateless payload rewrites (DESIGN §5), no connection tracking: the container may run a
 * server of its own on 0.0.0.0:53. Ports in host order. One transaction; it replaces rules that an
 * earlier call made.
 *
 *     table ip hako_dns {
 *         chain out { type filter hook output priority raw; …
 *             ip daddr 127.0.0.11 udp dport 53 udp dport set <udp_port>
 *             ip daddr 127.0.0.11 tcp dport 53 tcp dport set <tcp_port> }
 *         chain in { type filter hook input priority raw; …
 *             ip saddr 127.0.0.11 udp sport <udp_port> udp sport set 53
 *             ip saddr 127.0.0.11 tcp sport <tcp_port> tcp sport set 53 }
 *     }
 */
int nft_dns(int netns_fd, uint16_t udp_port, uint16_t tcp_port, struct err *e);
