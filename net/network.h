/* SPDX-License-Identifier: MIT */
/* Named networks: their documents, their subnets, and bringing them up and down. */
#pragma once

#include "base/err.h"
#include "net/ip.h"
#include "net/lease.h"
#include "oci/network.h"

#include <stdbool.h>

/* The two trees (the engine's struct paths): descriptors of ROOT and RUNROOT, and RUNROOT's
 * absolute path, from whose text the names of links and of the nf_tables table are derived. */
struct net_place {
    int root_fd;
    int run_fd;
    const char *runroot;
};

#define NETWORK_DEFAULT  "bridge" /* created on first use */
#define NETWORK_HOST     "host"   /* no document; driver "host" */
#define NETWORK_NONE     "none"   /* no document; driver "null" */
#define NETWORK_NAME_MAX 100

/* -o keys; docker's spelling and short ones. */
#define NETWORK_OPT_MTU        "com.docker.network.driver.mtu"  /* "mtu" */
#define NETWORK_OPT_BRIDGE     "com.docker.network.bridge.name" /* "bridge" */
#define NETWORK_OPT_MASQUERADE "com.docker.network.bridge.enable_ip_masquerade"

/* What `network create` was asked for; borrowed strings, NULL where not given. */
struct network_want {
    const char *name;
    const char *driver; /* NULL or "bridge" */
    const char *subnet;
    const char *gateway;
    const char *ip_range;
    bool internal;
    bool no_dns;
    char *const *options; /* strv "key=value" */
    char *const *labels;  /* strv "key=value" or "key" */
};

/* Documents are ROOT/networks/<name>.json, leases RUNROOT/networks/<name>/. */
#define NETWORK_DIR    "networks"
#define NETWORK_SUFFIX ".json"

/* Docker's grammar, [a-zA-Z0-9][a-zA-Z0-9_.-]*, at most NETWORK_NAME_MAX. ERR_INVALID. */
int network_check_name(const char *name, struct err *e);

/* "hk" and 12 hex digits of a hash of run root and name. buf: IFNAMSIZ bytes. */
const char *network_bridge_name(const struct net_place *place, const char *name, char *buf);

/* bridge, host, none: always there, neither made nor removed by commands. */
bool network_is_predefined(const char *name);

/* True while the document exists: an attachment asks again after taking its lease, so that it and
 * a concurrent network_remove() cannot both win. */
bool network_exists(const struct net_place *place, const char *name);

/* The lock that changes of documents, bridges and rules take; close the descriptor to release. */
int network_lock(const struct net_place *place, int *ret_fd, struct err *e);

/* Writes the document (durable); nothing is brought up yet. Without --subnet one is chosen that
 * avoids every route of the host and every other network; see subnet.h. ERR_EXISTS, ERR_INVALID
 * ("Pool overlaps with other one on this address space"), ERR_USAGE. */
int network_create(const struct net_place *place, const struct network_want *want,
                   struct network *ret, struct err *e);

/* By name, full id, or an id's unique prefix. The default network is created if it does not exist
 * yet; "host" and "none" give documents without subnet. `bridge` is always set for driver
 * "bridge". ERR_NOT_FOUND. */
int network_read(const struct net_place *place, const char *name, struct network *ret,
                 struct err *e);

/* The document of that very name and nothing else. ERR_NOT_FOUND "network NAME not found". */
int network_load(const struct net_place *place, const char *name, struct network *ret,
                 struct err *e);
/* The same from another file name in ROOT/networks (a hidden one). */
int network_load_file(const struct net_place *place, const char *file, const char *name,
                      struct network *ret, struct err *e);
/* Names of all documents, a strv in no order. */
int network_names(const struct net_place *place, char ***ret, struct err *e);

/* All, sorted by name, the predefined ones included: *ret is an array of *ret_n for
 * network_list_free(). A damaged document is skipped with a log line. */
int network_list(const struct net_place *place, struct network **ret, size_t *ret_n, struct err *e);
void network_list_free(struct network *v, size_t n);

/* Removes the document, the bridge, the rules. ERR_IN_USE while there are leases, ERR_NOT_FOUND,
 * ERR_INVALID for predefined names. */
int network_remove(const struct net_place *place, const char *name, struct err *e);

/* What killed commands left: removals are completed or taken back, temporary files removed. The
 * caller holds network_lock(). */
void network_sweep(const struct net_place *place);
/* The same for who does not hold it; takes it only when there is something to do. */
void network_repair(const struct net_place *place);

/* The bridge of a network that is up. */
struct network_link {
    int index;
    unsigned mtu;
};

/* Makes the bridge with its address, the rules and ip_forward exist. When they do already this is
 * one RTM_GETLINK and one nf_tables look-up. ERR_EXISTS for a foreign link of the bridge's name. */
int network_up(const struct net_place *place, const struct network *net, struct network_link *ret,
               struct err *e);
/* Removes the bridge and the rules, keeps the document. Missing things are success. The caller
 * holds network_lock(). */
int network_down(const struct net_place *place, const struct network *net, struct err *e);

/* Opens RUNROOT/networks/<name>; a missing one is made if `create`, else ERR_NOT_FOUND. */
int network_lease_dir(const struct net_place *place, const char *name, bool create, int *ret_fd,
                      struct err *e);
/* Removes it if it is empty and its network is gone (the loser of a race made it). */
void network_drop_lease_dir(const struct net_place *place, const char *name);
/* The pool that the document's texts say. */
int network_pool(const struct network *net, struct lease_pool *ret, struct err *e);
