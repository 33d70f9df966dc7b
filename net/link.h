/* SPDX-License-Identifier: MIT */
/* Links: the bridge of a network, and the veth pairs that plug containers into it. */
#pragma once

#include "base/err.h"
#include "base/netlink.h"

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the kernel says about a link. */
struct link_info {
    int index;
    unsigned flags; /* IFF_* */
    unsigned mtu;
    uint8_t operstate; /* IF_OPER_* of linux/if.h */
    char name[IFNAMSIZ];
    char kind[16];   /* "bridge", "veth" …; "" for plain devices */
    char alias[256]; /* ifalias, "" without */
};

/* ERR_NOT_FOUND when there is no link of that name. */
int link_get(struct netlink *nl, const char *name, struct link_info *ret, struct err *e);

int link_get_index(struct netlink *nl, int index, struct link_info *ret, struct err *e);

/* Creates a bridge that is still down: spanning tree off, given MAC address, MTU and alias.
 * ERR_EXISTS when a link of that name exists. */
int link_add_bridge(struct netlink *nl, const char *name, const uint8_t mac[6], unsigned mtu,
                    const char *alias, struct err *e);

/* A veth pair, made in one message: the host's end joins the bridge and is up, its peer is born
 * inside the namespace with its final name, still down. */
struct link_veth {
    const char *host_name;
    int bridge_index; /* IFLA_MASTER */
    int netns_fd;
    const char *peer_name;
    const uint8_t *peer_mac; /* 6 bytes */
    unsigned mtu;
};
/* ERR_EXISTS when host_name (errnum EEXIST) or peer_name is taken. */
int link_add_veth(struct netlink *nl, const struct link_veth *v, struct err *e);

/* Appends to a batch: brings the link up; the name is for messages. */
void link_put_up(struct netlink_batch *b, int index, const char *name);
/*
 * Returns once the links carry packets. After a carrier comes up the kernel still drops packets
 * (noop qdisc, disabled bridge port: a first ARP request lost is a second lost) until its link
 * watch has run. RTM_GETLINK runs it for that link since Linux 6.8 (rtnl_getlink()); before, it
 * takes a worker some moments, which are waited for, at most LINK_SETTLE_MS. Order matters: ports
 * before their bridge.
 */
#define LINK_SETTLE_MS 300
int link_settle(struct netlink *nl, const int *index, size_t n, struct err *e);
/* Deletes a link by name; a missing one is success. Waits for the kernel (15-30 ms): never on the
 * hot path. */
int link_del(struct netlink *nl, const char *name, struct err *e);

/* A link's index inside the namespace that `nl` was opened in, or -1 with errno. */
int link_index(struct netlink *nl, const char *name);
