/* SPDX-License-Identifier: MIT */
/* The texts of /etc/hosts, /etc/resolv.conf and /etc/hostname. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "net/ip.h"

#include <stdbool.h>
#include <stddef.h>

#define HOSTS_DNS_ADDRESS "127.0.0.11"

struct hosts_want {
    const char *hostname;
    const char *domainname;          /* or NULL */
    const struct ip_addr *addresses; /* the container's own, one line each; n_addresses 0: none */
    size_t n_addresses;
    char *const *extra; /* --add-host, "name:ip" or "name=ip", ip may be host-gateway */
    const struct ip_addr *host_gateway; /* what host-gateway means, or NULL: it is an error */
};

/* docker's /etc/hosts. ERR_INVALID for a malformed --add-host ("invalid IP address in add-host").
 */
int hosts_file(const struct hosts_want *want, struct buf *out, struct err *e);
/* --network host: the host's own file followed by the --add-host lines. */
int hosts_file_host(const struct hosts_want *want, const char *host_text, struct buf *out,
                    struct err *e);
/* Checks one --add-host without using it. */
int hosts_check_extra(const char *entry, struct err *e);

/* /etc/hostname: the name and a newline. */
void hosts_hostname(const char *hostname, struct buf *out);

/* What resolv.conf is made of; flags of `run`. NULL or empty: the host's value. */
struct hosts_resolv {
    char *const *dns;
    char *const *search; /* a lone "." : no search line */
    char *const *options;
};

/* What a resolv.conf says (resolv.conf(5)); strvs, hosts_resolv_free(). */
struct hosts_resolvers {
    char **nameservers; /* as written, "%zone" included */
    char **search;
    char **options;
};
int hosts_resolv_parse(const char *text, struct hosts_resolvers *ret, struct err *e);
void hosts_resolv_free(struct hosts_resolvers *r);

/* On bridge networks: nameserver 127.0.0.11, the flags' or the host's search list, options with
 * ndots:0 unless the flags or host say otherwise. `host_text`: the host's resolv.conf, or NULL. */
int hosts_resolv_dns(const struct hosts_resolv *want, const char *host_text, struct buf *out,
                     struct err *e);
/* --network host and none: the host's own copy, with the flags' values in place. With
 * `skip_loopback` (none, and anything whose loopback is not the host's) nameservers on 127/8 and
 * ::1 are left out. */
int hosts_resolv_copy(const struct hosts_resolv *want, const char *host_text, bool skip_loopback,
                      struct buf *out, struct err *e);
