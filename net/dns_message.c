/* SPDX-License-Identifier: MIT */
/* Parses queries and writes answers. */
#include "net/dns_message.h"

#include <ctype.h>
#include <string.h>
#include <sys/socket.h>

#define QR 0x8000
#define AA 0x0400
#define TC 0x0200
#define RD 0x0100
#define RA 0x0080

#define OPCODE(flags) ((flags) >> 11 & 15)

/* Zero: answers are as current as the look-up, and nobody is to keep them. */
#define TTL 0

/* A name in a question: labels without compression (nothing stands before it to point to). */
static bool read_name(struct wire *w, char *out)
{
    size_t len = 0;

    for (uint8_t label; (label = wire_u8(w)) != 0;) {
        const uint8_t *p = label < 64 ? wire_skip(w, label) : NULL;
        if (!p || len + label + 1 > DNS_NAME_MAX)
            return false;
        if (len > 0)
            out[len++] = '.';
        for (uint8_t i = 0; i < label; i++) {
            if (p[i] <= ' ' || p[i] >= 127 || p[i] == '.')
                return false;
            out[len++] = (char)tolower(p[i]);
        }
    }
    out[len] = '\0';
    return !w->failed;
}

/* Any name in a later section, pointers included; only its length matters. */
static void skip_name(struct wire *w)
{
    for (uint8_t label; (label = wire_u8(w)) != 0;) {
        if (label >= 192) {
            wire_skip(w, 1);
            return;
        }
        wire_skip(w, label);
    }
}

static void read_additional(struct wire *w, unsigned records, struct dns_query *q)
{
    for (; records > 0 && !w->failed; records--) {
        skip_name(w);
        uint16_t type = wire_u16(w);
        uint16_t cls = wire_u16(w);
        uint32_t ttl = wire_u32(w);
        wire_skip(w, wire_u16(w));
        if (type != DNS_OPT || w->failed)
            continue;
        q->edns = true;
        q->edns_version = (uint8_t)(ttl >> 16);
        q->udp_max = cls < DNS_UDP_PLAIN ? DNS_UDP_PLAIN : cls > DNS_UDP_MAX ? DNS_UDP_MAX : cls;
    }
}

bool dns_message_parse(const uint8_t *msg, size_t len, struct dns_query *ret)
{
    struct wire w = wire_over((void *)msg, len);

    memset(ret, 0, sizeof(*ret));
    ret->id = wire_u16(&w);
    ret->flags = wire_u16(&w);
    ret->udp_max = DNS_UDP_PLAIN;
    uint16_t questions = wire_u16(&w);
    unsigned answers = wire_u16(&w);
    unsigned authority = wire_u16(&w);
    unsigned additional = wire_u16(&w);
    if (w.failed || (ret->flags & QR))
        return false;
    if (OPCODE(ret->flags) != 0) {
        ret->rcode = DNS_NOTIMP;
        return true;
    }
    ret->rcode = DNS_FORMERR;
    if (questions != 1 || answers + authority > 0 || !read_name(&w, ret->name))
        return true;
    ret->type = wire_u16(&w);
    ret->cls = wire_u16(&w);
    if (w.failed)
        return true;
    ret->question_len = w.pos - DNS_HEADER;
    read_additional(&w, additional, ret);
    if (!w.failed)
        ret->rcode = ret->edns && ret->edns_version > 0 ? DNS_BADVERS : DNS_NOERROR;
    return true;
}

/* The owner is the question's name: a pointer to where it stands, right behind the header. */
static void put_record(struct wire *w, uint16_t type, const void *data, size_t len)
{
    wire_put_u16(w, 0xc000 | DNS_HEADER);
    wire_put_u16(w, type);
    wire_put_u16(w, DNS_IN);
    wire_put_u32(w, TTL);
    wire_put_u16(w, (uint16_t)len);
    wire_put(w, data, len);
}

/* "a.b" as labels; returns the length, 0 when it is no name. `out` holds DNS_NAME_MAX + 2. */
static size_t encode_name(const char *name, uint8_t *out)
{
    struct wire w = wire_over(out, DNS_NAME_MAX + 2);

    while (*name) {
        size_t len = strcspn(name, ".");
        if (len == 0 || len > 63)
            return 0;
        wire_put_u8(&w, (uint8_t)len);
        wire_put(&w, name, len);
        name += len + (name[len] == '.');
    }
    wire_put_u8(&w, 0);
    return w.failed ? 0 : w.pos;
}

/* Puts a record if there is room for all of it; else leaves the cursor where it was. */
static bool put_whole(struct wire *w, uint16_t type, const void *data, size_t len)
{
    size_t before = w->pos;

    put_record(w, type, data, len);
    if (!w->failed)
        return true;
    w->failed = false;
    w->pos = before;
    return false;
}

/* Returns how many records went in; stops at the first that does not fit. */
static uint16_t put_answers(struct wire *w, const struct dns_answer *a, bool *truncated)
{
    uint8_t name[DNS_NAME_MAX + 2];
    size_t len = a->ptr ? encode_name(a->ptr, name) : 0;
    uint16_t count = 0;

    while (count < a->n_addrs && put_whole(w, DNS_A, a->addrs[count].bytes, 4))
        count++;
    *truncated = count < a->n_addrs;
    if (len > 0 && !*truncated) {
        *truncated = !put_whole(w, DNS_PTR, name, len);
        count += !*truncated;
    }
    return count;
}

/* OPT: our UDP size in the class, the upper bits of the rcode in the TTL (RFC 6891, 6.1.3). */
static void put_opt(struct wire *w, enum dns_rcode rcode)
{
    wire_put_u8(w, 0);
    wire_put_u16(w, DNS_OPT);
    wire_put_u16(w, DNS_UDP_MAX);
    wire_put_u32(w, (uint32_t)rcode >> 4 << 24);
    wire_put_u16(w, 0);
}

#define OPT_LEN 11

size_t dns_message_answer(const struct dns_query *q, const uint8_t *msg, const struct dns_answer *a,
                          uint8_t *out, size_t max)
{
    struct wire w = wire_over(out, max - (q->edns ? OPT_LEN : 0));
    bool truncated = false;

    wire_skip(&w, DNS_HEADER);
    wire_put(&w, msg + DNS_HEADER, q->question_len);
    uint16_t count = put_answers(&w, a, &truncated);
    w.len = max;
    if (q->edns)
        put_opt(&w, a->rcode);
    struct wire head = wire_over(out, DNS_HEADER);
    wire_put_u16(&head, q->id);
    wire_put_u16(&head, (uint16_t)(QR | (q->flags & (RD | 0x7800)) | RA | (a->rcode & 15) |
                                   (a->rcode == DNS_NOERROR ? AA : 0) | (truncated ? TC : 0)));
    wire_put_u16(&head, q->question_len > 0);
    wire_put_u16(&head, count);
    wire_put_u16(&head, 0);
    wire_put_u16(&head, q->edns);
    return w.pos;
}
