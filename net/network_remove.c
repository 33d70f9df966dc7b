/* SPDX-License-Identifier: MIT */
/* Removes networks, so that it never crosses an attachment and survives being killed. */
#include "net/network.h"

#include "base/commit.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/str.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/*
 * Under the lock: the document is hidden (renamed), then the directory of leases is removed, which
 * succeeds only if it is empty, then bridge and rules go, then the hidden document. An attachment
 * takes its lease first and then asks whether the document still exists: either its lease is there
 * in time and the removal is taken back, or it finds no document and gives up.
 */
#define HIDDEN_PREFIX ".removing-"
#define FILE_MAX      (sizeof(HIDDEN_PREFIX NETWORK_SUFFIX) + NETWORK_NAME_MAX)

struct removal {
    const struct net_place *place;
    const char *name;
    int docs; /* descriptor of ROOT/networks */
    char file[FILE_MAX];
    char hidden[FILE_MAX];
};

static int start(struct removal *r, const struct net_place *place, const char *name, struct err *e)
{
    *r = (struct removal){ .place = place, .name = name };
    snprintf(r->file, sizeof(r->file), "%.*s" NETWORK_SUFFIX, NETWORK_NAME_MAX, name);
    snprintf(r->hidden, sizeof(r->hidden), HIDDEN_PREFIX "%.*s" NETWORK_SUFFIX, NETWORK_NAME_MAX,
             name);
    r->docs = openat(place->root_fd, NETWORK_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return r->docs < 0 ? err_sys(e, "open", NETWORK_DIR) : 0;
}

static void finish(struct removal *r)
{
    if (r->docs >= 0)
        close(r->docs);
}
DEFINE_CLEANUP(struct removal, removal, finish(p))

struct holders {
    unsigned n;
    char text[256];
};

static int note_holder(const char *ip, const struct lease *lease, void *arg, struct err *e)
{
    struct holders *h = arg;
    size_t len = strlen(h->text);
    const char *name = lease->name ? lease->name : lease->id ? lease->id : ip;

    if (h->n++ < 3)
        snprintf(h->text + len, sizeof(h->text) - len, "%s%.64s", len ? ", " : "", name);
    return 0;
}

static int refuse_used(const struct removal *r, struct err *e)
{
    struct holders h = { 0 };
    AUTO_FD int dir = -1;
    struct err ignored = ERR_INIT;

    if (network_lease_dir(r->place, r->name, false, &dir, &ignored) >= 0)
        lease_each(dir, note_holder, &h, &ignored);
    err_set(e, ERR_IN_USE, "network %s has active endpoints: %s%s", r->name,
            h.n ? h.text : "one is just being made", h.n > 3 ? " and others" : "");
    return err_hint(e, "stop these containers first");
}

/* Removes the directory of leases: 1, or 0 when there are leases in it. */
static int claim(const struct removal *r, struct err *e)
{
    char path[sizeof(NETWORK_DIR) + FILE_MAX];

    snprintf(path, sizeof(path), NETWORK_DIR "/%s", r->name);
    if (unlinkat(r->place->run_fd, path, AT_REMOVEDIR) == 0 || errno == ENOENT)
        return 1;
    if (errno == ENOTEMPTY || errno == EEXIST)
        return 0;
    return err_sysf(e, "remove", "%s/%s", r->place->runroot, path);
}

/* From hidden to gone, or back. `net` is what the hidden document says. */
static int conclude(const struct removal *r, const struct network *net, struct err *e)
{
    int claimed = claim(r, e);

    if (claimed > 0 && network_down(r->place, net, e) < 0)
        claimed = -e->kind;
    if (claimed > 0) {
        if (unlinkat(r->docs, r->hidden, 0) < 0)
            return err_sys(e, "remove", r->hidden);
        return 0;
    }
    if (renameat2(r->docs, r->hidden, r->docs, r->file, RENAME_NOREPLACE) < 0)
        log_warn("network %s: cannot bring its document back: %m", r->name);
    return claimed < 0 ? claimed : refuse_used(r, e);
}

static int remove_locked(const struct net_place *place, const struct network *net, struct err *e)
{
    CLEANUP(removal) struct removal r = { .docs = -1 };

    if (start(&r, place, net->name, e) < 0)
        return -e->kind;
    if (renameat(r.docs, r.file, r.docs, r.hidden) < 0)
        return errno == ENOENT ? err_set(e, ERR_NOT_FOUND, "network %s not found", net->name)
                               : err_sys(e, "hide", r.file);
    if (conclude(&r, net, e) < 0)
        return -e->kind;
    if (fsync(r.docs) < 0)
        return err_sys(e, "fsync", NETWORK_DIR);
    return 0;
}

static int remove_found(const struct net_place *place, const struct network *net, struct err *e)
{
    AUTO_FD int lock = -1;

    if (network_lock(place, &lock, e) < 0 || remove_locked(place, net, e) < 0)
        return err_wrap(e, "remove network %s", net->name);
    return 0;
}

/* True when somebody was killed in the middle of something, or is in it. */
static bool has_unfinished(const struct net_place *place)
{
    AUTO_STRV char **files = NULL;
    struct err ignored = ERR_INIT;

    if (fs_list(place->root_fd, NETWORK_DIR, &files, &ignored) < 0)
        return false;
    strv_foreach (f, files)
        if (str_starts(*f, HIDDEN_PREFIX) || str_starts(*f, COMMIT_TEMP_PREFIX))
            return true;
    return false;
}

static void finish_earlier(const struct net_place *place)
{
    AUTO_FD int lock = -1;
    struct err ignored = ERR_INIT;

    if (network_lock(place, &lock, &ignored) >= 0)
        network_sweep(place);
}

void network_repair(const struct net_place *place)
{
    if (has_unfinished(place))
        finish_earlier(place);
}

int network_remove(const struct net_place *place, const char *name, struct err *e)
{
    CLEANUP(network) struct network net = { 0 };

    finish_earlier(place);
    if (!network_is_predefined(name) && network_read(place, name, &net, e) < 0)
        return -e->kind;
    if (network_is_predefined(net.name ? net.name : name))
        return err_set(e, ERR_INVALID, "%s is a pre-defined network and cannot be removed", name);
    return remove_found(place, &net, e);
}

static int finish_one(const struct net_place *place, const char *name, struct err *e)
{
    CLEANUP(removal) struct removal r = { .docs = -1 };
    CLEANUP(network) struct network net = { 0 };

    if (start(&r, place, name, e) < 0 || network_load_file(place, r.hidden, name, &net, e) < 0)
        return -e->kind;
    return conclude(&r, &net, e);
}

static void sweep_temp(const struct net_place *place, const char *file)
{
    AUTO_FREE char *path = str_fmt(NETWORK_DIR "/%s", file);

    if (path)
        unlinkat(place->root_fd, path, 0);
}

void network_sweep(const struct net_place *place)
{
    AUTO_STRV char **files = NULL;
    struct err e = ERR_INIT;

    if (fs_list(place->root_fd, NETWORK_DIR, &files, &e) < 0)
        return;
    strv_foreach (f, files) {
        const char *name = str_after(*f, HIDDEN_PREFIX);
        if (str_starts(*f, COMMIT_TEMP_PREFIX))
            sweep_temp(place, *f); /* writers hold the lock that we hold */
        if (!name || !str_ends(name, NETWORK_SUFFIX))
            continue;
        AUTO_FREE char *bare = str_fmt("%.*s", (int)(strlen(name) - strlen(NETWORK_SUFFIX)), name);
        if (bare && finish_one(place, bare, &e) < 0)
            log_warn("%s", e.msg);
        err_clear(&e);
    }
}
