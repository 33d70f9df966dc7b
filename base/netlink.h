/* SPDX-License-Identifier: MIT */
/* Netlink conversations: batches of requests with a label each, their answers, their errors. */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "base/netlink_msg.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A batch is one datagram with several requests; the kernel carries them out in order and answers
 * each. Every request has a label ("add address 10.1.0.2/16 to eth0"), which with the kernel's
 * errno and its extended acknowledgement makes the error text. netlink(7), rtnetlink(7).
 */
struct netlink {
    int fd;       /* -1: closed */
    uint32_t seq; /* of the next request */
};

/* `bus`: NETLINK_ROUTE or NETLINK_NETFILTER; netns_fd >= 0 opens the socket in that network
 * namespace (the calling thread enters it and returns), -1 in the caller's. */
int netlink_open(int bus, int netns_fd, struct netlink *ret, struct err *e);
void netlink_close(struct netlink *nl);
DEFINE_CLEANUP(struct netlink, netlink, netlink_close(p))
#define AUTO_NETLINK CLEANUP(netlink)
#define NETLINK_INIT                                                                               \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

#define NETLINK_BATCH_SIZE 16384
#define NETLINK_STEPS_MAX  64
#define NETLINK_LABEL_MAX  96

struct netlink_step {
    uint32_t seq;
    int tolerate; /* errno that counts as success, or 0 */
    bool bracket; /* begins or ends an nf_tables transaction: answered only by its failure */
    char label[NETLINK_LABEL_MAX];
};

/* Initialise with netlink_start(). Overflow is sticky and reported by netlink_run(). */
struct netlink_batch {
    struct netlink *nl;
    size_t len;
    unsigned n;
    int failed; /* errno of the first request that did not happen, or 0 */
    bool full;
    struct netlink_step steps[NETLINK_STEPS_MAX];
    _Alignas(8) char buf[NETLINK_BATCH_SIZE];
};

typedef void (*netlink_cb)(const struct nlmsghdr *nlh, void *arg);

void netlink_start(struct netlink_batch *b, struct netlink *nl);
/* Appends a request of `type` with NLM_F_REQUEST, NLM_F_ACK (unless NLM_F_DUMP) and flags; fill it
 * with netlink_put…() before the next call. Never NULL. `tolerate`: an errno
 * that is fine. */
__attribute__((format(printf, 5, 6))) struct nlmsghdr *netlink_add(struct netlink_batch *b,
                                                                   uint16_t type, uint16_t flags,
                                                                   int tolerate, const char *label,
                                                                   ...);
/* The request just added begins or ends a transaction (NFNL_MSG_BATCH_BEGIN, _END). */
void netlink_bracket(struct netlink_batch *b, struct nlmsghdr *nlh);
/* Sends the batch and waits for all its answers. The first request's failure that was not
 * tolerated is the error (b->failed its errno); later requests were carried out regardless.
 * Answers that are not acknowledgements go to `cb` (may be NULL). */
int netlink_run(struct netlink_batch *b, netlink_cb cb, void *arg, struct err *e);
