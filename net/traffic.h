/* SPDX-License-Identifier: MIT */
/* Bytes that went through links, of all of them by one request. */
#pragma once

#include "base/err.h"
#include "base/netlink.h"

#include <stddef.h>
#include <stdint.h>

/* One link's counters since it was made, as its own end counts them. */
struct traffic {
    int index; /* of the link */
    uint64_t rx, tx;
};

/* Brings them into the order that the others want: by index, each once. How many there are then. */
size_t traffic_sort(struct traffic *links, size_t n);

/* Fills in the counters of these links, which are in order; those of a link that is gone become 0.
 * The request is RTM_GETSTATS (Linux 4.7), whose answer has nothing but counters. */
int traffic_read(struct netlink *nl, struct traffic *links, size_t n, struct err *e);

/* The link's in an ordered list, or NULL. */
const struct traffic *traffic_of(const struct traffic *links, size_t n, int index);
