/* SPDX-License-Identifier: MIT */
/* Reads the host's resolv.conf and writes the container's. */
#include "net/hosts.h"

#include "base/mem.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <string.h>

#define BLANK " \t\r"

/* The words after a keyword replace (search, domain) or extend (options) the list. */
static int take_words(char *rest, bool extend, char ***list)
{
    char *save = NULL;

    if (!extend) {
        strv_free(*list);
        *list = NULL;
    }
    for (char *w = strtok_r(rest, BLANK, &save); w; w = strtok_r(NULL, BLANK, &save)) {
        if (strv_add(list, w) < 0)
            return -1;
    }
    return 0;
}

static int take_line(char *line, struct hosts_resolvers *r)
{
    char *rest = NULL;

    line = str_trim(line);
    if (line[0] == '#' || line[0] == ';')
        return 0;
    char *word = strtok_r(line, BLANK, &rest);
    if (!word)
        return 0;
    if (STREQ(word, "nameserver")) {
        char *address = strtok_r(NULL, BLANK, &rest);
        return address ? strv_add(&r->nameservers, address) : 0;
    }
    if (STREQ(word, "search") || STREQ(word, "domain"))
        return take_words(rest, false, &r->search);
    if (STREQ(word, "options"))
        return take_words(rest, true, &r->options);
    return 0;
}

int hosts_resolv_parse(const char *text, struct hosts_resolvers *ret, struct err *e)
{
    struct hosts_resolvers r = { 0 };
    AUTO_STRV char **lines = strv_split(text ? text : "", '\n', true);

    if (!lines)
        return err_nomem(e);
    for (char **l = lines; *l; l++) {
        if (take_line(*l, &r) < 0) {
            hosts_resolv_free(&r);
            return err_nomem(e);
        }
    }
    *ret = r;
    return 0;
}

void hosts_resolv_free(struct hosts_resolvers *r)
{
    strv_free(r->nameservers);
    strv_free(r->search);
    strv_free(r->options);
    *r = (struct hosts_resolvers){ 0 };
}
DEFINE_CLEANUP(struct hosts_resolvers, resolvers, hosts_resolv_free(p))

static bool is_loopback(const char *address)
{
    struct in_addr v4;
    struct in6_addr v6;

    if (inet_pton(AF_INET, address, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, address, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static void add_list(struct buf *out, const char *keyword, char *const *words)
{
    if (strv_len(words) == 0)
        return;
    buf_str(out, keyword);
    strv_foreach (w, words)
        buf_fmt(out, " %s", *w);
    buf_char(out, '\n');
}

/* The flags' list if there is one, else the host's. */
static char *const *pick(char *const *flag, char *const *host)
{
    return strv_len(flag) > 0 ? flag : host;
}

static void add_search(struct buf *out, const struct hosts_resolv *want,
                       const struct hosts_resolvers *host)
{
    char *const *search = pick(want->search, host->search);

    if (strv_len(search) == 1 && STREQ(search[0], "."))
        return;
    add_list(out, "search", search);
}

static bool sets_ndots(char *const *options)
{
    strv_foreach (o, options) {
        if (str_starts(*o, "ndots:"))
            return true;
    }
    return false;
}

int hosts_resolv_dns(const struct hosts_resolv *want, const char *host_text, struct buf *out,
                     struct err *e)
{
    CLEANUP(resolvers) struct hosts_resolvers host = { 0 };

    if (hosts_resolv_parse(host_text, &host, e) < 0)
        return -e->kind;
    AUTO_STRV char **options = strv_dup(pick(want->options, host.options));
    if (!sets_ndots(options) && strv_add(&options, "ndots:0") < 0)
        return err_nomem(e);
    buf_str(out, "nameserver " HOSTS_DNS_ADDRESS "\n");
    add_search(out, want, &host);
    add_list(out, "options", options);
    return out->failed ? err_nomem(e) : 0;
}

int hosts_resolv_copy(const struct hosts_resolv *want, const char *host_text, bool skip_loopback,
                      struct buf *out, struct err *e)
{
    CLEANUP(resolvers) struct hosts_resolvers host = { 0 };

    if (hosts_resolv_parse(host_text, &host, e) < 0)
        return -e->kind;
    bool own = strv_len(want->dns) > 0;
    strv_foreach (n, pick(want->dns, host.nameservers)) {
        if (own || !skip_loopback || !is_loopback(*n))
            buf_fmt(out, "nameserver %s\n", *n);
    }
    add_search(out, want, &host);
    add_list(out, "options", pick(want->options, host.options));
    return out->failed ? err_nomem(e) : 0;
}
