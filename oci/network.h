/* SPDX-License-Identifier: MIT */
/* A named network. */
#pragma once

#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* networks/<name>.json. */
struct network {
    char *name;
    char *id;     /* 64 hex digits */
    char *driver; /* "bridge" */
    char *bridge; /* the interface's name */
    char *subnet; /* "10.44.0.0/24" */
    char *gateway;
    char *ip_range;
    bool internal;
    bool no_dns;
    int32_t mtu;             /* 0: as the default route's */
    char **dns;              /* resolvers to forward to; NULL: the host's */
    struct json_map options; /* -o */
    struct json_map labels;
    int64_t created;
    struct json_map extra;
};

extern const struct json_table network_table;

void network_free(struct network *n);
DEFINE_CLEANUP(struct network, network, network_free(p))
