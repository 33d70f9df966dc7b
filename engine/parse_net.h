/* SPDX-License-Identifier: MIT */
/* The grammars of --network, --add-host, --dns, --dns-search, --expose and --mac-address. */
#pragma once

#include "base/err.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum network_spec_mode {
    NETWORK_SPEC_NAMED, /* a bridge network; `name` is "bridge" for the default one */
    NETWORK_SPEC_NONE,
    NETWORK_SPEC_HOST,
    NETWORK_SPEC_CONTAINER, /* another container's namespace; `name` is the container */
};

struct network_spec {
    enum network_spec_mode mode;
    char *name;
    char **aliases; /* DNS names on that network */
    char *ip;       /* a valid IPv4 address, or NULL */
    char *ip6;
    char *mac;
    char *ifname; /* the interface's name inside, or NULL */
};

/*
 * --network NAME | none | host | container:NAME, NAME with options as docker ("name=app,alias=db,
 * ip=10.1.2.3") or podman ("app:ip=10.1.2.3,alias=db") write them. "default" is "bridge".
 */
int parse_net(const char *text, struct network_spec *ret, struct err *e);
void parse_net_free(struct network_spec *n);
DEFINE_CLEANUP(struct network_spec, network_spec, parse_net_free(p))

/* --add-host NAME:IP or NAME=IP. */
struct host_spec {
    char *name;
    char *ip;     /* IPv4 or IPv6 without brackets; NULL with `gateway` */
    bool gateway; /* host-gateway: the address at which the host is reached */
};
int parse_net_host(const char *text, struct host_spec *ret, struct err *e);
void parse_net_host_free(struct host_spec *h);
DEFINE_CLEANUP(struct host_spec, host_spec, parse_net_host_free(p))

/* An IPv4 or IPv6 address, the latter perhaps with %scope, as --dns takes it. */
int parse_net_address(const char *text, struct err *e);
/* A domain as --dns-search takes it; "." (search nothing) too. */
int parse_net_domain(const char *text, struct err *e);
/* "02:42:…": six pairs of hex digits, not multicast. */
int parse_net_mac(const char *text, uint8_t ret[6], struct err *e);

/* --expose PORT[-END][/tcp|udp|sctp] */
struct port_spec {
    uint16_t first;
    uint16_t last;
    char proto[5]; /* "tcp" … */
};
int parse_net_port(const char *text, struct port_spec *ret, struct err *e);
