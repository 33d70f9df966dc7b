/* SPDX-License-Identifier: MIT */
/* What the server's two transports share. */
#pragma once

#include "base/loop.h"
#include "net/dns_message.h"
#include "net/dns_upstream.h"
#include "net/dns_zone.h"
#include "net/network.h"

struct dns_conn; /* a TCP connection: dns_tcp.c */

struct dns {
    struct loop *loop;
    struct net_place place;
    struct dns_zone zone;
    struct dns_upstream *upstream;
    int udp_fd;
    int tcp_fd;
    uint16_t udp_port;
    uint16_t tcp_port;
    struct loop_source *udp_src;
    struct loop_source *tcp_src;
    struct dns_conn *conns;
    unsigned n_conns;
};

/* The answer that the zone gives, its length; 0: the query is to be forwarded. */
size_t dns_server_local(struct dns *d, const struct dns_query *q, const uint8_t *msg, uint8_t *out,
                        size_t max);
/* An answer with nothing but an rcode. */
size_t dns_server_fail(const struct dns_query *q, const uint8_t *msg, enum dns_rcode rcode,
                       uint8_t *out, size_t max);
