/* SPDX-License-Identifier: MIT */
/* Address arithmetic over inet_pton(3) and inet_ntop(3). */
#include "net/ip.h"

#include "base/num.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

size_t ip_len(const struct ip_addr *a)
{
    return a->family == AF_INET6 ? 16 : 4;
}

int ip_parse(const char *s, struct ip_addr *ret, struct err *e)
{
    struct ip_addr a = { .family = strchr(s, ':') ? AF_INET6 : AF_INET };

    if (inet_pton(a.family, s, a.bytes) != 1)
        return err_set(e, ERR_INVALID, "invalid IP address \"%s\"", s);
    *ret = a;
    return 0;
}

int ip_parse_net(const char *s, struct ip_net *ret, struct err *e)
{
    char text[IP_TEXT_MAX];
    const char *slash = strchr(s, '/');
    struct ip_net n;
    uint64_t bits = 0;

    if (!slash || (size_t)(slash - s) >= sizeof(text))
        return err_set(e, ERR_INVALID, "invalid CIDR address \"%s\"", s);
    memcpy(text, s, (size_t)(slash - s));
    text[slash - s] = '\0';
    if (ip_parse(text, &n.addr, e) < 0 || num_u64(slash + 1, 0, ip_len(&n.addr) * 8, &bits, e) < 0)
        return err_set(e, ERR_INVALID, "invalid CIDR address \"%s\"", s);
    n.bits = (uint8_t)bits;
    *ret = n;
    return 0;
}

const char *ip_text(const struct ip_addr *a, char *buf)
{
    if (a->family == AF_UNSPEC || !inet_ntop(a->family, a->bytes, buf, IP_TEXT_MAX))
        buf[0] = '\0';
    return buf;
}

const char *ip_net_text(const struct ip_net *n, char *buf)
{
    ip_text(&n->addr, buf);
    if (buf[0]) {
        size_t len = strlen(buf);
        snprintf(buf + len, IP_TEXT_MAX - len, "/%u", n->bits);
    }
    return buf;
}

bool ip_eq(const struct ip_addr *a, const struct ip_addr *b)
{
    return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* The first `bits` bits of both are the same. */
static bool same_prefix(const struct ip_addr *a, const struct ip_addr *b, unsigned bits)
{
    unsigned whole = bits / 8;
    uint8_t mask = (uint8_t)(0xff00u >> (bits % 8));

    if (a->family != b->family || memcmp(a->bytes, b->bytes, whole) != 0)
        return false;
    return bits % 8 == 0 || ((a->bytes[whole] ^ b->bytes[whole]) & mask) == 0;
}

struct ip_net ip_mask(const struct ip_net *n)
{
    struct ip_net r = *n;

    for (unsigned i = 0; i < sizeof(r.addr.bytes); i++) {
        if (i * 8 >= r.bits)
            r.addr.bytes[i] = 0;
        else if (i * 8 + 8 > r.bits)
            r.addr.bytes[i] &= (uint8_t)(0xff00u >> (r.bits % 8));
    }
    return r;
}

bool ip_contains(const struct ip_net *net, const struct ip_addr *a)
{
    return same_prefix(&net->addr, a, net->bits);
}

bool ip_overlap(const struct ip_net *a, const struct ip_net *b)
{
    return same_prefix(&a->addr, &b->addr, a->bits < b->bits ? a->bits : b->bits);
}

uint32_t ip_to_u32(const struct ip_addr *a)
{
    uint32_t v;

    memcpy(&v, a->bytes, sizeof(v));
    return ntohl(v);
}

struct ip_addr ip_from_u32(uint32_t v)
{
    struct ip_addr a = { .family = AF_INET };
    uint32_t n = htonl(v);

    memcpy(a.bytes, &n, sizeof(n));
    return a;
}

struct ip_addr ip_broadcast(const struct ip_net *n)
{
    uint32_t host = n->bits >= 32 ? 0 : UINT32_MAX >> n->bits;

    return ip_from_u32(ip_to_u32(&n->addr) | host);
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;

    return at ? (int)(at - digits) : -1;
}

int ip_parse_mac(const char *s, uint8_t ret[6], struct err *e)
{
    static const uint8_t zero[6];
    uint8_t mac[6] = { 0 };

    for (int i = 0; i < 6; i++) {
        int hi = strlen(s) == 17 ? hex_digit(s[3 * i]) : -1;
        int lo = hi >= 0 ? hex_digit(s[3 * i + 1]) : -1;
        if (lo < 0 || (i < 5 && s[3 * i + 2] != ':' && s[3 * i + 2] != '-'))
            return err_set(e, ERR_INVALID, "invalid MAC address \"%s\"", s);
        mac[i] = (uint8_t)(hi << 4 | lo);
    }
    if ((mac[0] & 1) || memcmp(mac, zero, 6) == 0)
        return err_set(e, ERR_INVALID, "invalid MAC address \"%s\": not that of a single host", s);
    memcpy(ret, mac, 6);
    return 0;
}

const char *ip_mac_text(const uint8_t mac[6], char *buf)
{
    snprintf(buf, IP_MAC_TEXT_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
             mac[4], mac[5]);
    return buf;
}

void ip_mac_of(const struct ip_addr *a, uint8_t ret[6])
{
    ret[0] = 0x02;
    ret[1] = 0x42;
    memcpy(ret + 2, a->bytes, 4);
}

uint64_t ip_hash(uint64_t h, const char *s)
{
    do {
        h = (h ^ (uint8_t)*s) * 0x100000001b3ull;
    } while (*s++);
    return h ^ h >> 32; /* FNV's low bits alone mix poorly */
}
