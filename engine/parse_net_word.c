/* SPDX-License-Identifier: MIT */
/* Addresses, domains, MAC addresses and ports in options. */
#include "engine/parse_net.h"

#include "base/num.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <ctype.h>

int parse_net_address(const char *text, struct err *e)
{
    unsigned char addr[sizeof(struct in6_addr)];
    AUTO_FREE char *bare = strndup(text, strcspn(text, "%"));

    if (!bare)
        return err_nomem(e);
    bool scoped = strlen(bare) < strlen(text);
    if (!scoped && inet_pton(AF_INET, bare, addr) == 1)
        return 0;
    if (inet_pton(AF_INET6, bare, addr) == 1 && (!scoped || text[strlen(bare) + 1] != '\0'))
        return 0;
    return err_set(e, ERR_INVALID, "\"%s\" is not an IP address", text);
}

/* RFC 1123 labels, underscores too since people use them; at most 253 characters. */
static bool is_domain(const char *s)
{
    size_t label = 0;

    if (strlen(s) > 253)
        return false;
    for (; *s; s++) {
        if (*s == '.') {
            if (label == 0 || s[-1] == '-')
                return false;
            label = 0;
            continue;
        }
        if (!isalnum((unsigned char)*s) && *s != '_' && (*s != '-' || label == 0))
            return false;
        if (++label > 63)
            return false;
    }
    return label > 0 ? s[-1] != '-' : s[-1] == '.';
}

int parse_net_domain(const char *text, struct err *e)
{
    if (STREQ(text, ".") || (*text && is_domain(text)))
        return 0;
    return err_set(e, ERR_INVALID, "\"%s\" is not a domain name", text);
}

int parse_net_mac(const char *text, uint8_t ret[6], struct err *e)
{
    uint8_t mac[6];
    const char *p = text;

    for (int i = 0; i < 6; i++) {
        if (!isxdigit((unsigned char)p[0]) || !isxdigit((unsigned char)p[1]))
            return err_set(e, ERR_INVALID, "\"%s\" is not a MAC address", text);
        char hex[3] = { p[0], p[1], '\0' };
        mac[i] = (uint8_t)strtoul(hex, NULL, 16);
        p += 2;
        bool right = i == 5 ? *p == '\0' : *p == ':' || *p == '-';
        if (!right)
            return err_set(e, ERR_INVALID, "\"%s\" is not a MAC address", text);
        p += *p != '\0';
    }
    if (mac[0] & 1)
        return err_set(e, ERR_INVALID, "MAC address \"%s\" is a multicast address", text);
    memcpy(ret, mac, sizeof(mac));
    return 0;
}

static int port_number(const char *text, uint16_t *ret, struct err *e)
{
    uint64_t n = 0;
    int r = num_u64(text, 1, 65535, &n, e);

    *ret = (uint16_t)n;
    return r;
}

int parse_net_port(const char *text, struct port_spec *ret, struct err *e)
{
    static const char *const protocols[] = { "tcp", "udp", "sctp" };
    struct port_spec p = { .proto = "" };
    const char *slash = strchrnul(text, '/');
    const char *proto = *slash ? slash + 1 : "tcp";
    AUTO_FREE char *range = strndup(text, (size_t)(slash - text));

    if (!range)
        return err_nomem(e);
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++)
        if (strcasecmp(protocols[i], proto) == 0)
            snprintf(p.proto, sizeof(p.proto), "%s", protocols[i]);
    if (p.proto[0] == '\0')
        return err_set(e, ERR_INVALID, "invalid port \"%s\": \"%s\" is not tcp, udp or sctp", text,
                       proto);
    char *dash = strchr(range, '-');
    if (dash)
        *dash = '\0';
    int r = port_number(range, &p.first, e);
    if (r >= 0)
        r = port_number(dash ? dash + 1 : range, &p.last, e);
    if (r >= 0 && p.last < p.first)
        r = err_set(e, ERR_INVALID, "the range ends before it starts");
    if (r < 0)
        return err_wrap(e, "invalid port \"%s\"", text);
    *ret = p;
    return 0;
}
