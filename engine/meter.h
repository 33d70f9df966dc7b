/* SPDX-License-Identifier: MIT */
/* What containers use, look after look: a set of them whose groups' files stay open. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/netlink.h"
#include "cgroup/cgroup_meter.h"
#include "engine/container.h"
#include "engine/paths.h"
#include "net/traffic.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One container of the set, as the last look found it. */
struct meter_item {
    char id[ID_LEN + 1];
    char *name;
    char *word;      /* by which it was asked for, NULL: it was not */
    bool running;    /* false: all numbers are 0 */
    bool counted;    /* it has a group, and `now` is what stands there */
    int64_t started; /* to tell one life from the next */
    struct cgroup_meter group;
    struct cgroup_meter_reading now;
    bool cpu_known; /* false in the first look */
    double cpu;     /* percent of one CPU since the look before */
    int64_t then;   /* when that was, and what it had used: ns of CLOCK_MONOTONIC, µs */
    uint64_t used_then;
    int *links; /* the host's ends of its links, in the kernel's numbering */
    size_t n_links;
    uint64_t rx, tx; /* bytes, as the container sees them */
};

/* Between two looks that are closer than this the kernel may not have counted at all: `cpu` stays
 * what it was. */
#define METER_TICK_NS INT64_C(20000000)

enum meter_flags {
    METER_STOPPED = 1,  /* those that do not run, too */
    METER_PRESSURE = 2, /* read pressure, too */
};

struct meter {
    const struct paths *paths;
    unsigned flags;
    bool named;      /* those of meter_add() and no others */
    uint64_t memory; /* bytes that the host has: the limit of those without */
    struct meter_item *items;
    size_t n;
    struct traffic *links; /* of all of them */
    size_t n_links;
    bool links_stale;
    struct netlink nl;
    struct cgroup_tree tree; /* fd -1: there is none */
};

#define METER_INIT                                                                                 \
    {                                                                                              \
        .nl = NETLINK_INIT, .tree = CGROUP_TREE_INIT                                               \
    }

/* An empty set. Raises the soft limit of open files as far as it goes. */
int meter_open(const struct paths *p, unsigned flags, struct meter *ret, struct err *e);
void meter_close(struct meter *m);
DEFINE_CLEANUP(struct meter, meter, meter_close(p))

/* Takes one in by name or id, whether it runs or not. ERR_NOT_FOUND "No such container: NAME". */
int meter_add(struct meter *m, const char *name, struct err *e);
/* Takes in all that there are. */
int meter_add_all(struct meter *m, struct err *e);
/* Looks at one that may have come, changed or gone; the set follows. A changes_fn: NULL for all. */
int meter_changed(void *meter, const char *id, struct err *e);

/* Reads the numbers of all of them. */
int meter_read(struct meter *m, struct err *e);

/* True when some are counted: their CPU takes two looks. */
bool meter_counts(const struct meter *m);
/* What could not be counted for some, and why: "memory is held by cgroup v1 at …", separated by
 * commas; nothing when all was. */
void meter_missing(const struct meter *m, struct buf *out);

/* meter_links.c */

/* Finds the links of a container that runs: its own, or those of the one whose network it has. */
int meter_links_find(struct meter *m, const struct container *c, struct meter_item *item,
                     struct err *e);
/* Reads the counters of all links into the items. */
int meter_links_read(struct meter *m, struct err *e);
