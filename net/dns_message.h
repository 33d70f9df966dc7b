/* SPDX-License-Identifier: MIT */
/* DNS messages: what a query asks, and answers to it (RFC 1035, RFC 6891). */
#pragma once

#include "net/ip.h"
#include "net/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_NAME_MAX    254   /* text of a name, dots between labels, without the last one */
#define DNS_MESSAGE_MAX 65535 /* bytes over TCP */
#define DNS_UDP_MAX     1232  /* what we say we take and send at most by EDNS */
#define DNS_UDP_PLAIN   512   /* without EDNS */
#define DNS_HEADER      12

enum dns_type { DNS_A = 1, DNS_PTR = 12, DNS_AAAA = 28, DNS_OPT = 41, DNS_ANY = 255 };
enum dns_class { DNS_IN = 1, DNS_CLASS_ANY = 255 };
enum dns_rcode {
    DNS_NOERROR = 0,
    DNS_FORMERR = 1,
    DNS_SERVFAIL = 2,
    DNS_NXDOMAIN = 3,
    DNS_NOTIMP = 4,
    DNS_REFUSED = 5,
    DNS_BADVERS = 16,
};

struct dns_query {
    uint16_t id;
    uint16_t flags;              /* as in the header */
    char name[DNS_NAME_MAX + 1]; /* lower case; "" for the root */
    uint16_t type;
    uint16_t cls;
    size_t question_len; /* bytes of the question section */
    bool edns;
    uint8_t edns_version;
    size_t udp_max;       /* the longest answer that the client takes over UDP */
    enum dns_rcode rcode; /* why it cannot be answered, DNS_NOERROR: it can */
};

/* Reads a query. False when it is no query at all and silence is the answer (shorter than a
 * header, or a response). A name with a dot or a control character inside a label is FORMERR. */
bool dns_message_parse(const uint8_t *msg, size_t len, struct dns_query *ret);

/* What an answer says; one kind of record at a time. */
struct dns_answer {
    enum dns_rcode rcode;
    const struct ip_addr *addrs; /* A */
    size_t n_addrs;
    const char *ptr; /* PTR's name, or NULL */
};

/* Writes the answer to the query in `msg`, whose question is repeated, into `out` (room: `max`
 * bytes, at least 512). What does not fit is left out and the message marked as truncated.
 * Returns its length. */
size_t dns_message_answer(const struct dns_query *q, const uint8_t *msg, const struct dns_answer *a,
                          uint8_t *out, size_t max);
