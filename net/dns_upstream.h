/* SPDX-License-Identifier: MIT */
/* Forwarding: one exchange a query with the resolvers outside, over UDP or TCP. */
#pragma once

#include "base/err.h"
#include "base/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dns_upstream;
struct dns_exchange;

/* The answer with the query's own id, or len 0: nobody answered. The exchange is over. */
typedef void (*dns_upstream_fn)(void *arg, const uint8_t *msg, size_t len);

/* `servers` (strv, copied): addresses, IPv6 perhaps with %scope; NULL: those of the host's
 * resolv.conf, read again when the file has changed. */
int dns_upstream_new(struct loop *l, char *const *servers, struct dns_upstream **ret,
                     struct err *e);
void dns_upstream_free(struct dns_upstream *u);

/* True when there is a server to ask. */
bool dns_upstream_any(struct dns_upstream *u);

/*
 * Sends the query (`len` bytes with a header) under a random id from a random port to one server
 * after the other, DNS_TRY_MS each, until one answers the same question. Fails (ERR_LIMIT) when
 * too many exchanges are under way. fn is called later, never from inside this call.
 */
int dns_upstream_ask(struct dns_upstream *u, const uint8_t *msg, size_t len, bool tcp,
                     dns_upstream_fn fn, void *arg, struct dns_exchange **ret, struct err *e);
/* Forgets the exchange; fn will not be called. */
void dns_upstream_cancel(struct dns_exchange *x);
