/* SPDX-License-Identifier: MIT */
/* Writes /etc/hosts and /etc/hostname as docker gives them. */
#include "net/hosts.h"

#include "base/mem.h"
#include "base/str.h"

#include <string.h>

#define HOST_GATEWAY "host-gateway"

static const char localhost_lines[] = "127.0.0.1\tlocalhost\n"
                                      "::1\tlocalhost ip6-localhost ip6-loopback\n"
                                      "fe00::\tip6-localnet\n"
                                      "ff00::\tip6-mcastprefix\n"
                                      "ff02::1\tip6-allnodes\n"
                                      "ff02::2\tip6-allrouters\n";

/* Splits "name:ip" or "name=ip" at the first of both signs; IPv6 may stand in brackets. */
static int split_extra(const char *entry, char **ret_name, char **ret_ip, struct err *e)
{
    size_t at = strcspn(entry, ":=");

    if (at == 0 || !entry[at] || !entry[at + 1] || strpbrk(entry, " \t\n"))
        return err_set(e, ERR_INVALID, "bad format for add-host: \"%s\"", entry);
    AUTO_FREE char *name = str_fmt("%.*s", (int)at, entry);
    AUTO_FREE char *ip = str_dup(entry + at + 1);
    if (!name || !ip)
        return err_nomem(e);
    size_t len = strlen(ip);
    if (len > 2 && ip[0] == '[' && ip[len - 1] == ']') {
        memmove(ip, ip + 1, len - 2);
        ip[len - 2] = '\0';
    }
    *ret_name = TAKE_PTR(name);
    *ret_ip = TAKE_PTR(ip);
    return 0;
}

static int resolve_extra(const char *ip, const struct ip_addr *host_gateway, struct ip_addr *ret,
                         struct err *e)
{
    if (STREQ(ip, HOST_GATEWAY)) {
        if (!host_gateway)
            return err_set(e, ERR_INVALID,
                           "add-host: host-gateway has no address without a bridge network");
        *ret = *host_gateway;
        return 0;
    }
    if (ip_parse(ip, ret, e) < 0)
        return err_set(e, ERR_INVALID, "invalid IP address in add-host: \"%s\"", ip);
    return 0;
}

static int add_extra(char *const *extra, const struct ip_addr *host_gateway, struct buf *out,
                     struct err *e)
{
    strv_foreach (entry, extra) {
        AUTO_FREE char *name = NULL;
        AUTO_FREE char *ip = NULL;
        struct ip_addr addr;
        char text[IP_TEXT_MAX];

        if (split_extra(*entry, &name, &ip, e) < 0 || resolve_extra(ip, host_gateway, &addr, e) < 0)
            return -e->kind;
        buf_fmt(out, "%s\t%s\n", ip_text(&addr, text), name);
    }
    return out->failed ? err_nomem(e) : 0;
}

int hosts_check_extra(const char *entry, struct err *e)
{
    static const struct ip_addr any = { 0 };
    AUTO_FREE char *name = NULL;
    AUTO_FREE char *ip = NULL;
    struct ip_addr addr;

    if (split_extra(entry, &name, &ip, e) < 0)
        return -e->kind;
    return resolve_extra(ip, &any, &addr, e);
}

int hosts_file(const struct hosts_want *want, struct buf *out, struct err *e)
{
    size_t host = strcspn(want->hostname, "."); /* of a full name, the first part is one, too */

    buf_str(out, localhost_lines);
    if (add_extra(want->extra, want->host_gateway, out, e) < 0)
        return -e->kind;
    for (size_t i = 0; i < want->n_addresses; i++) {
        char text[IP_TEXT_MAX];
        buf_fmt(out, "%s\t", ip_text(&want->addresses[i], text));
        if (!str_empty(want->domainname))
            buf_fmt(out, "%s.%s ", want->hostname, want->domainname);
        buf_str(out, want->hostname);
        if (str_empty(want->domainname) && host > 0 && want->hostname[host] == '.')
            buf_fmt(out, " %.*s", (int)host, want->hostname);
        buf_char(out, '\n');
    }
    return out->failed ? err_nomem(e) : 0;
}

int hosts_file_host(const struct hosts_want *want, const char *host_text, struct buf *out,
                    struct err *e)
{
    if (str_empty(host_text))
        host_text = localhost_lines;
    buf_str(out, host_text);
    if (!str_ends(host_text, "\n"))
        buf_char(out, '\n');
    return add_extra(want->extra, want->host_gateway, out, e);
}

void hosts_hostname(const char *hostname, struct buf *out)
{
    buf_fmt(out, "%s\n", hostname);
}
