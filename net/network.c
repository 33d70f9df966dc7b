/* SPDX-License-Identifier: MIT */
/* Finds, reads and lists the documents of named networks. */
#include "net/network.h"

#include "base/fs.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/str.h"

#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DOC_SIZE_MAX (1u << 20)
#define PATH_TEXT    (sizeof(NETWORK_DIR "/" NETWORK_SUFFIX) + 256)

#define NAME_FIRST "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define NAME_REST  NAME_FIRST "_.-"

static const struct predefined {
    const char *name;
    const char *driver;
} predefined[] = {
    { NETWORK_DEFAULT, "bridge" },
    { NETWORK_HOST, "host" },
    { NETWORK_NONE, "null" },
};

static const struct predefined *find_predefined(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(predefined); i++) {
        if (STREQ(predefined[i].name, name))
            return &predefined[i];
    }
    return NULL;
}

bool network_is_predefined(const char *name)
{
    return find_predefined(name) != NULL;
}

static bool is_name(const char *name)
{
    size_t len = strspn(name, NAME_REST);

    return len > 0 && len <= NETWORK_NAME_MAX && !name[len] && str_has(NAME_FIRST, name[0]);
}

int network_check_name(const char *name, struct err *e)
{
    if (is_name(name))
        return 0;
    return err_set(e, ERR_INVALID,
                   "invalid network name \"%.120s\": only [a-zA-Z0-9][a-zA-Z0-9_.-]* is allowed, "
                   "at most %d characters",
                   name, NETWORK_NAME_MAX);
}

const char *network_bridge_name(const struct net_place *place, const char *name, char *buf)
{
    uint64_t h = ip_hash(ip_hash(IP_HASH_INIT, place->runroot), name);

    snprintf(buf, IFNAMSIZ, "hk%012llx", (unsigned long long)h >> 16);
    return buf;
}

bool network_exists(const struct net_place *place, const char *name)
{
    char path[PATH_TEXT];

    snprintf(path, sizeof(path), NETWORK_DIR "/%.200s" NETWORK_SUFFIX, name);
    return faccessat(place->root_fd, path, F_OK, 0) == 0;
}

int network_lock(const struct net_place *place, int *ret_fd, struct err *e)
{
    int r = lock_take(place->root_fd, NETWORK_DIR "/.lock", true, ret_fd, e);

    if (r == -ERR_SYS && e->errnum == ENOENT) {
        err_clear(e);
        if (fs_mkdir_p(place->root_fd, NETWORK_DIR, 0700, e) < 0)
            return -e->kind;
        r = lock_take(place->root_fd, NETWORK_DIR "/.lock", true, ret_fd, e);
    }
    return r;
}

/* The name of the link is derived unless the user chose it, and then it is not in the document. */
static int complete(const struct net_place *place, struct network *n, struct err *e)
{
    char bridge[IFNAMSIZ];

    if (n->bridge || !n->driver || !STREQ(n->driver, "bridge"))
        return 0;
    n->bridge = str_dup(network_bridge_name(place, n->name, bridge));
    return n->bridge ? 0 : err_nomem(e);
}

int network_load_file(const struct net_place *place, const char *file, const char *name,
                      struct network *ret, struct err *e)
{
    CLEANUP(network) struct network n = { 0 };
    char path[PATH_TEXT];

    snprintf(path, sizeof(path), NETWORK_DIR "/%.240s", file);
    int r = json_load(&network_table, &n, place->root_fd, path, DOC_SIZE_MAX, e);
    if (r == -ERR_NOT_FOUND)
        return err_set(e, ERR_NOT_FOUND, "network %s not found", name);
    if (r < 0)
        return err_wrap(e, "read network %s", name);
    if (!n.name || !STREQ(n.name, name))
        return err_set(e, ERR_CORRUPT, "network %s: the document names another network", name);
    if (complete(place, &n, e) < 0)
        return -e->kind;
    *ret = n;
    n = (struct network){ 0 };
    return 0;
}

int network_load(const struct net_place *place, const char *name, struct network *ret,
                 struct err *e)
{
    char file[PATH_TEXT];

    snprintf(file, sizeof(file), "%.200s" NETWORK_SUFFIX, name);
    return network_load_file(place, file, name, ret, e);
}

/* "host" and "none" have no document: the same id on every machine, and nothing else. */
static int make_constant(const struct predefined *p, struct network *ret, struct err *e)
{
    CLEANUP(network) struct network n = { 0 };
    unsigned long long h = ip_hash(IP_HASH_INIT, p->name);

    n.name = str_dup(p->name);
    n.driver = str_dup(p->driver);
    n.id = str_fmt("%016llx%016llx%016llx%016llx", h, ~h, h, ~h);
    if (!n.name || !n.driver || !n.id)
        return err_nomem(e);
    *ret = n;
    n = (struct network){ 0 };
    return 0;
}

static int read_default(const struct net_place *place, struct network *ret, struct err *e)
{
    struct network_want want = { .name = NETWORK_DEFAULT };

    int r = network_create(place, &want, ret, e);
    if (r != -ERR_EXISTS)
        return r;
    err_clear(e); /* another process was first */
    return network_load(place, NETWORK_DEFAULT, ret, e);
}

static int read_by_name(const struct net_place *place, const char *name, struct network *ret,
                        struct err *e)
{
    const struct predefined *p = find_predefined(name);

    if (p && !STREQ(p->driver, "bridge"))
        return make_constant(p, ret, e);
    if (!is_name(name))
        return err_set(e, ERR_NOT_FOUND, "network %s not found", name);
    int r = network_load(place, name, ret, e);
    if (r == -ERR_NOT_FOUND && p) {
        err_clear(e);
        return read_default(place, ret, e);
    }
    return r;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct network *)a)->name, ((const struct network *)b)->name);
}

int network_names(const struct net_place *place, char ***ret, struct err *e)
{
    AUTO_STRV char **files = NULL;
    AUTO_STRV char **names = NULL;
    int r = 0;

    if (fs_list(place->root_fd, NETWORK_DIR, &files, e) < 0)
        return -e->kind;
    strv_foreach (f, files) {
        if ((*f)[0] != '.' && str_ends(*f, NETWORK_SUFFIX))
            r |= strv_addf(&names, "%.*s", (int)(strlen(*f) - strlen(NETWORK_SUFFIX)), *f);
    }
    if (r < 0)
        return err_nomem(e);
    *ret = TAKE_PTR(names);
    return 0;
}

/* Documents, constants, and the default network if it exists or is to. */
static int list(const struct net_place *place, bool make_default, struct network **ret,
                size_t *ret_n, struct err *e)
{
    AUTO_STRV char **names = NULL;
    size_t n = 0;

    if (network_names(place, &names, e) < 0)
        return -e->kind;
    for (size_t i = 0; i < ARRAY_LEN(predefined); i++) {
        if (STREQ(predefined[i].driver, "bridge") &&
            (!make_default || strv_has(names, predefined[i].name)))
            continue;
        if (strv_add(&names, predefined[i].name) < 0)
            return err_nomem(e);
    }
    struct network *v = calloc(strv_len(names) + 1, sizeof(*v));
    if (!v)
        return err_nomem(e);
    strv_foreach (name, names) {
        if (read_by_name(place, *name, &v[n], e) >= 0) {
            n++;
            continue;
        }
        if (e->kind != ERR_NOT_FOUND) /* else it was removed meanwhile */
            log_warn("%s", e->msg);
        err_clear(e);
    }
    qsort(v, n, sizeof(*v), compare_names);
    *ret = v;
    *ret_n = n;
    return 0;
}

int network_list(const struct net_place *place, struct network **ret, size_t *ret_n, struct err *e)
{
    return list(place, true, ret, ret_n, e);
}

void network_list_free(struct network *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        network_free(&v[i]);
    free(v);
}

static int read_by_id(const struct net_place *place, const char *prefix, struct network *ret,
                      struct err *e)
{
    struct network *v = NULL;
    struct network *match = NULL;
    size_t n = 0;
    int matches = 0;

    if (list(place, false, &v, &n, e) < 0)
        return -e->kind;
    for (size_t i = 0; i < n; i++) {
        if (v[i].id && str_starts(v[i].id, prefix)) {
            match = &v[i];
            matches++;
        }
    }
    if (matches == 1) {
        *ret = *match;
        *match = (struct network){ 0 };
    } else if (matches > 1) {
        err_set(e, ERR_INVALID, "network %s is ambiguous (%d matches found on name)", prefix,
                matches);
    } else {
        err_set(e, ERR_NOT_FOUND, "network %s not found", prefix);
    }
    network_list_free(v, n);
    return matches == 1 ? 0 : -e->kind;
}

int network_read(const struct net_place *place, const char *name, struct network *ret,
                 struct err *e)
{
    int r = read_by_name(place, name, ret, e);

    if (r == -ERR_NOT_FOUND && name[0] && !name[strspn(name, "0123456789abcdef")]) {
        err_clear(e);
        r = read_by_id(place, name, ret, e);
    }
    if (r == -ERR_NOT_FOUND)
        err_hint(e, "`hako network ls` lists the networks, `hako network create %s` makes one",
                 is_name(name) ? name : "NAME");
    return r;
}

int network_lease_dir(const struct net_place *place, const char *name, bool create, int *ret_fd,
                      struct err *e)
{
    char path[PATH_TEXT];
    const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;

    snprintf(path, sizeof(path), NETWORK_DIR "/%.200s", name);
    int fd = openat(place->run_fd, path, flags);
    if (fd < 0 && errno == ENOENT) {
        if (!create)
            return err_set(e, ERR_NOT_FOUND, "network %s has no leases", name);
        if (fs_mkdir_p(place->run_fd, path, 0700, e) < 0)
            return -e->kind;
        fd = openat(place->run_fd, path, flags);
    }
    if (fd < 0)
        return err_sysf(e, "open", "%s/%s", place->runroot, path);
    *ret_fd = fd;
    return 0;
}

void network_drop_lease_dir(const struct net_place *place, const char *name)
{
    char path[PATH_TEXT];

    snprintf(path, sizeof(path), NETWORK_DIR "/%.200s", name);
    if (!network_exists(place, name))
        unlinkat(place->run_fd, path, AT_REMOVEDIR);
}

int network_pool(const struct network *net, struct lease_pool *ret, struct err *e)
{
    struct lease_pool p = { .network = net->name };

    if (!net->subnet || !net->gateway)
        return err_set(e, ERR_CORRUPT, "network %s has no subnet or no gateway", net->name);
    if (ip_parse_net(net->subnet, &p.subnet, e) < 0 || ip_parse(net->gateway, &p.gateway, e) < 0)
        return err_wrap(e, "network %s", net->name);
    p.range = p.subnet;
    if (net->ip_range && ip_parse_net(net->ip_range, &p.range, e) < 0)
        return err_wrap(e, "network %s", net->name);
    if (p.subnet.addr.family != p.gateway.family || p.subnet.addr.family != p.range.addr.family)
        return err_set(e, ERR_CORRUPT, "network %s mixes address families", net->name);
    *ret = p;
    return 0;
}
