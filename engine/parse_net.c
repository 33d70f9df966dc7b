/* SPDX-License-Identifier: MIT */
/* The grammars of --network and --add-host. */
#include "engine/parse_net.h"

#include "base/str.h"
#include "engine/parse_csv.h"

#include <arpa/inet.h>
#include <net/if.h>

static int check_family(const char *text, int family, const char *what, struct err *e)
{
    unsigned char addr[sizeof(struct in6_addr)];

    if (inet_pton(family, text, addr) == 1)
        return 0;
    return err_set(e, ERR_INVALID, "\"%s\" is not an %s address", text, what);
}

static int set(char **field, const char *value, struct err *e)
{
    return str_set(field, value) < 0 ? err_nomem(e) : 0;
}

static int set_ip(struct network_spec *n, const char *value, struct err *e)
{
    int r = check_family(value, AF_INET, "IPv4", e);

    return r < 0 ? r : set(&n->ip, value, e);
}

static int set_ip6(struct network_spec *n, const char *value, struct err *e)
{
    int r = check_family(value, AF_INET6, "IPv6", e);

    return r < 0 ? r : set(&n->ip6, value, e);
}

static int set_mac(struct network_spec *n, const char *value, struct err *e)
{
    uint8_t mac[6];
    int r = parse_net_mac(value, mac, e);

    return r < 0 ? r : set(&n->mac, value, e);
}

static int set_alias(struct network_spec *n, const char *value, struct err *e)
{
    if (*value == '\0')
        return err_set(e, ERR_INVALID, "an alias is empty");
    return strv_add(&n->aliases, value) < 0 ? err_nomem(e) : 0;
}

static int set_ifname(struct network_spec *n, const char *value, struct err *e)
{
    size_t len = strlen(value);

    if (len == 0 || len >= IFNAMSIZ || STREQ(value, ".") || STREQ(value, "..") ||
        value[strcspn(value, "/: \t")] != '\0')
        return err_set(e, ERR_INVALID, "\"%s\" cannot name an interface", value);
    return set(&n->ifname, value, e);
}

static int set_name(struct network_spec *n, const char *value, struct err *e)
{
    return set(&n->name, value, e);
}

static const struct {
    const char *names;
    int (*set)(struct network_spec *n, const char *value, struct err *e);
} keys[] = {
    { "name", set_name },
    { "alias", set_alias },
    { "ip", set_ip },
    { "ip6", set_ip6 },
    { "mac mac-address", set_mac },
    { "interface_name interface-name", set_ifname },
};

static int set_key(struct network_spec *n, const char *field, struct err *e)
{
    size_t len = strcspn(field, "=");

    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        if (!parse_csv_is(keys[i].names, field, len))
            continue;
        if (field[len] == '\0')
            return err_set(e, ERR_INVALID, "%s needs a value", field);
        return keys[i].set(n, field + len + 1, e);
    }
    return err_set(e, ERR_INVALID, "unknown option \"%.*s\"", (int)len, field);
}

static int set_fields(struct network_spec *n, const char *csv, struct err *e)
{
    AUTO_STRV char **fields = NULL;
    int r = parse_csv(csv, &fields, e);

    strv_foreach (field, fields) {
        if (r >= 0)
            r = set_key(n, *field, e);
    }
    return r;
}

/* "container:NAME": anything after the colon names the container. */
static int set_container(struct network_spec *n, const char *container, struct err *e)
{
    n->mode = NETWORK_SPEC_CONTAINER;
    if (*container == '\0')
        return err_set(e, ERR_INVALID, "expected container:NAME");
    return set(&n->name, container, e);
}

/* podman's form: NAME, then options after a colon. */
static int set_podman(struct network_spec *n, const char *text, struct err *e)
{
    size_t len = strcspn(text, ":");
    AUTO_FREE char *name = strndup(text, len);

    if (!name)
        return err_nomem(e);
    n->name = TAKE_PTR(name);
    return text[len] ? set_fields(n, text + len + 1, e) : 0;
}

/* What a name stands for. */
static int resolve_name(struct network_spec *n, struct err *e)
{
    if (str_empty(n->name))
        return err_set(e, ERR_INVALID, "a network's name is required");
    if (STREQ(n->name, "default"))
        return set(&n->name, "bridge", e);
    if (STREQ(n->name, "none"))
        n->mode = NETWORK_SPEC_NONE;
    else if (STREQ(n->name, "host"))
        n->mode = NETWORK_SPEC_HOST;
    if (n->mode != NETWORK_SPEC_NAMED && (n->aliases || n->ip || n->ip6 || n->mac || n->ifname))
        return err_set(e, ERR_INVALID, "network \"%s\" takes no options", n->name);
    return 0;
}

int parse_net(const char *text, struct network_spec *ret, struct err *e)
{
    CLEANUP(network_spec) struct network_spec n = { .mode = NETWORK_SPEC_NAMED };
    const char *container = str_after(text, "container:");
    int r;

    if (container)
        r = set_container(&n, container, e);
    else if (str_starts(text, "name=") || (strchr(text, '=') && !strchr(text, ':')))
        r = set_fields(&n, text, e);
    else
        r = set_podman(&n, text, e);
    if (r >= 0 && !container)
        r = resolve_name(&n, e);
    if (r < 0)
        return err_wrap(e, "invalid network \"%s\"", text);
    *ret = n;
    n = (struct network_spec){ 0 };
    return 0;
}

void parse_net_free(struct network_spec *n)
{
    free(n->name);
    strv_free(n->aliases);
    free(n->ip);
    free(n->ip6);
    free(n->mac);
    free(n->ifname);
    *n = (struct network_spec){ 0 };
}

/* NAME:IP or NAME=IP; an IPv6 address may stand in brackets. */
static int host_parts(const char *text, struct host_spec *h, struct err *e)
{
    size_t len = strcspn(text, "=:");
    const char *ip = text[len] ? text + len + 1 : "";
    size_t ip_len = strlen(ip);

    if (len == 0 || *ip == '\0')
        return err_set(e, ERR_INVALID, "expected NAME:IP");
    if (*ip == '[' && ip[ip_len - 1] == ']') {
        ip++;
        ip_len -= 2;
    }
    h->name = strndup(text, len);
    h->ip = strndup(ip, ip_len);
    if (!h->name || !h->ip)
        return err_nomem(e);
    if (STREQ(h->ip, "host-gateway")) {
        h->gateway = true;
        free(h->ip);
        h->ip = NULL;
        return 0;
    }
    return parse_net_address(h->ip, e);
}

int parse_net_host(const char *text, struct host_spec *ret, struct err *e)
{
    CLEANUP(host_spec) struct host_spec h = { 0 };
    int r = host_parts(text, &h, e);

    if (r < 0)
        return err_wrap(e, "invalid extra host \"%s\"", text);
    *ret = h;
    h = (struct host_spec){ 0 };
    return 0;
}

void parse_net_host_free(struct host_spec *h)
{
    free(h->name);
    free(h->ip);
    *h = (struct host_spec){ 0 };
}
