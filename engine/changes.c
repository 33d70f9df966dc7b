/* SPDX-License-Identifier: MIT */
/* Watches ROOT/containers, RUNROOT/containers and each container's directory in them. */
#include "engine/changes.h"

#include "base/fs.h"
#include "base/str.h"
#include "base/vec.h"

#include <fcntl.h>
#include <sys/inotify.h>

#define SUB "containers"

/* The container's directory, or with "" the one of all of them. */
static int watch(struct changes *c, const struct paths *p, bool run, const char *id, struct err *e)
{
    /* Documents are renamed or linked into place. */
    const uint32_t events = IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_ONLYDIR | IN_DONT_FOLLOW;
    AUTO_FREE char *path = str_fmt("%s/" SUB "/%s", run ? p->runroot : p->root, id);
    int wd = path ? inotify_add_watch(c->fd, path, events) : -1;

    if (!path)
        return err_nomem(e);
    if (wd < 0 && errno == ENOENT)
        return 0; /* gone again */
    if (wd < 0) {
        err_sys(e, "inotify_add_watch", path);
        if (e->errnum == ENOSPC)
            err_hint(e, "sysctl fs.inotify.max_user_watches is too low for so many containers");
        return -e->kind;
    }
    for (size_t i = 0; i < c->n; i++)
        if (c->dirs[i].watch == wd)
            return 0;
    struct changes_dir *d = VEC_ADD(c->dirs, c->n);
    if (!d)
        return err_nomem(e);
    *d = (struct changes_dir){ .watch = wd, .run = run };
    snprintf(d->id, sizeof(d->id), "%s", id);
    return 0;
}

/* The tree first, so that no container is missed; one that is met twice has one watch. */
static int watch_tree(struct changes *c, const struct paths *p, bool run, struct err *e)
{
    AUTO_STRV char **ids = NULL;
    int r = watch(c, p, run, "", e);

    if (r >= 0)
        r = fs_list(run ? p->run_fd : p->root_fd, SUB, &ids, e);
    strv_foreach (id, ids)
        if (r >= 0 && id_is_whole(*id))
            r = watch(c, p, run, *id, e);
    return r;
}

static int watch_trees(struct changes *c, const struct paths *p, struct err *e)
{
    int r = watch_tree(c, p, false, e);

    return r < 0 ? r : watch_tree(c, p, true, e);
}

int changes_open(const struct paths *p, struct changes *ret, struct err *e)
{
    CLEANUP(changes) struct changes c = { .fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK) };
    AUTO_FD int root = -1;
    AUTO_FD int run = -1;

    if (c.fd < 0) {
        err_sys(e, "inotify_init1", NULL);
        return err_hint(e, "sysctl fs.inotify.max_user_instances may be too low");
    }
    int r = paths_root_dir(p, SUB, &root, e);
    if (r >= 0)
        r = paths_run_dir(p, SUB, &run, e);
    if (r >= 0)
        r = watch_trees(&c, p, e);
    if (r < 0)
        return err_wrap(e, "watch containers");
    *ret = c;
    c = (struct changes)CHANGES_INIT;
    return 0;
}

void changes_close(struct changes *c)
{
    mem_close(&c->fd);
    free(c->dirs);
    *c = (struct changes)CHANGES_INIT;
}

/* Temporary files come and go; these are what a container is known by. */
static bool is_document(const char *name)
{
    static const char *const names[] = { "record.json", "status", "exit.json" };

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (STREQ(name, names[i]))
            return true;
    return false;
}

static struct changes_dir *find(struct changes *c, int watch)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->dirs[i].watch == watch)
            return &c->dirs[i];
    return NULL;
}

/* Whose change the event tells, "" when it is nobody's. Follows directories as they come and go. */
static int whose(struct changes *c, const struct paths *p, const struct inotify_event *ev,
                 char id[ID_LEN + 1], struct err *e)
{
    struct changes_dir *d = find(c, ev->wd);
    const char *name = ev->len ? ev->name : "";

    id[0] = '\0';
    if (!d)
        return 0;
    if (d->id[0] == '\0') {
        if (!id_is_whole(name))
            return 0;
        memcpy(id, name, ID_LEN + 1);
        return ev->mask & IN_DELETE ? 0 : watch(c, p, d->run, id, e);
    }
    if (ev->mask & IN_IGNORED || is_document(name))
        memcpy(id, d->id, sizeof(d->id));
    if (ev->mask & IN_IGNORED)
        *d = c->dirs[--c->n];
    return 0;
}

static int take(struct changes *c, const struct paths *p, const struct inotify_event *ev,
                changes_fn fn, void *arg, struct err *e)
{
    char id[ID_LEN + 1];

    if (ev->mask & IN_Q_OVERFLOW) {
        int r = watch_trees(c, p, e);
        return r < 0 ? r : fn(arg, NULL, e);
    }
    int r = whose(c, p, ev, id, e);
    return r >= 0 && id[0] ? fn(arg, id, e) : r;
}

int changes_read(struct changes *c, const struct paths *p, changes_fn fn, void *arg, struct err *e)
{
    _Alignas(struct inotify_event) char events[16384];
    ssize_t n;
    int r = 0;

    while (r >= 0 && (n = read(c->fd, events, sizeof(events))) > 0) {
        const struct inotify_event *ev;
        for (char *at = events; r >= 0 && at < events + n; at += sizeof(*ev) + ev->len) {
            ev = (const void *)at;
            r = take(c, p, ev, fn, arg, e);
        }
    }
    return r;
}
