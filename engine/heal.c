/* SPDX-License-Identifier: MIT */
/* Finds what dead monitors and killed commands left, and finishes their work. */
#include "engine/heal.h"

#include "base/fs.h"
#include "base/log.h"
#include "base/str.h"
#include "engine/names.h"
#include "engine/teardown.h"

#include <fcntl.h>
#include <sys/file.h>
#include <time.h>

/* Writes the end that the monitor could not write. */
static int record_end(struct container *c, struct err *e)
{
    struct status *s = &c->status;
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    s->state = RECORD_STOPPED;
    s->exit_code = 137;
    s->finished = now.tv_sec * 1000000000LL + now.tv_nsec;
    s->pid = 0;
    s->monitor_pid = 0;
    if (str_set(&s->error, "its monitor was killed") < 0)
        return err_nomem(e);
    int r = container_save_exit(c, e);
    if (r >= 0 && c->run_fd >= 0)
        r = container_save_status(c, e);
    return r;
}

static int heal_locked(const struct paths *p, struct container *c, struct err *e)
{
    struct err first = ERR_INIT;

    int r = container_refresh(c, e);
    if (r < 0 || !container_orphaned(c))
        return r;
    err_collect(&first, teardown(p, c, e), e);
    err_collect(&first, record_end(c, e), e);
    if (c->record.auto_remove) {
        err_collect(&first, teardown_remove(p, c, e), e);
        if (first.kind == ERR_NONE)
            return err_set(e, ERR_NOT_FOUND, "No such container: %s", c->id);
    }
    if (first.kind == ERR_NONE)
        return 0;
    *e = first;
    return err_wrap(e, "repair container %.12s", c->id);
}

int heal(const struct paths *p, struct container *c, struct err *e)
{
    AUTO_FD int lock = -1;

    if (!container_orphaned(c))
        return 0;
    int r = container_lock(c, true, &lock, e);
    return r < 0 ? r : heal_locked(p, c, e);
}

int heal_open(const struct paths *p, const char *name, struct container *ret, struct err *e)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;
    char id[ID_LEN + 1];

    int r = names_resolve(p, name, id, e);
    if (r >= 0)
        r = container_open(p, id, &c, e);
    if (r >= 0)
        r = heal(p, &c, e);
    if (r == -ERR_NOT_FOUND)
        return err_set(e, ERR_NOT_FOUND, "No such container: %s", name);
    if (r < 0)
        return r;
    *ret = c;
    c = (struct container)CONTAINER_INIT;
    return 0;
}

/* ---- garbage ---- */

/* A directory without a record that nobody holds the lock of. It stays locked while it goes. */
static int sweep_unrecorded(const struct paths *p, int all, const char *id, struct err *e)
{
    struct container c = CONTAINER_INIT;
    AUTO_FD int dir = openat(all, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

    if (dir < 0 || faccessat(dir, "record.json", F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
        flock(dir, LOCK_EX | LOCK_NB) < 0 ||
        faccessat(dir, "record.json", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return 0;
    snprintf(c.id, sizeof(c.id), "%s", id);
    struct err first = ERR_INIT;
    err_collect(&first, teardown(p, &c, e), e);
    err_collect(&first, teardown_remove(p, &c, e), e);
    if (first.kind == ERR_NONE)
        return 0;
    *e = first;
    return -e->kind;
}

/* Run directories of containers that do not exist (any more). */
static int sweep_run(const struct paths *p, const char *id, struct err *e)
{
    struct container c = CONTAINER_INIT;

    if (container_exists(p, id))
        return 0;
    snprintf(c.id, sizeof(c.id), "%s", id);
    char path[sizeof("containers/") + ID_LEN];
    snprintf(path, sizeof(path), "containers/%s", id);
    AUTO_FD int dir = openat(p->run_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (dir < 0 || flock(dir, LOCK_EX | LOCK_NB) < 0 || container_exists(p, id))
        return 0;
    struct err first = ERR_INIT;
    err_collect(&first, teardown(p, &c, e), e);
    err_collect(&first, teardown_remove(p, &c, e), e);
    if (first.kind == ERR_NONE)
        return 0;
    *e = first;
    return -e->kind;
}

static void sweep_names(const struct paths *p, int names)
{
    AUTO_STRV char **all = NULL;
    struct err e;

    if (fs_list(names, ".", &all, &e) < 0)
        return;
    strv_foreach (it, all) {
        char id[ID_LEN + 1];
        ssize_t n = readlinkat(names, *it, id, sizeof(id));
        if (n != ID_LEN)
            continue;
        id[ID_LEN] = '\0';
        if (!container_exists(p, id))
            names_release_stale(p, *it, &e);
    }
}

static bool is_id(const char *name)
{
    return strlen(name) == ID_LEN && id_is_prefix(name);
}

int heal_garbage(const struct paths *p, struct err *e)
{
    AUTO_STRV char **made = NULL;
    AUTO_STRV char **run = NULL;
    AUTO_FD int all = -1;
    AUTO_FD int names = -1;

    int r = paths_root_dir(p, "containers", &all, e);
    if (r >= 0)
        r = paths_root_dir(p, "names", &names, e);
    if (r >= 0)
        r = fs_list(all, ".", &made, e);
    if (r >= 0)
        r = fs_list(p->run_fd, "containers", &run, e);
    if (r < 0)
        return r;
    strv_foreach (it, made)
        if (is_id(*it) && sweep_unrecorded(p, all, *it, e) < 0)
            log_warn("remove unfinished container %.12s: %s", *it, e->msg);
    strv_foreach (it, run)
        if (is_id(*it) && sweep_run(p, *it, e) < 0)
            log_warn("remove what is left of container %.12s: %s", *it, e->msg);
    sweep_names(p, names);
    return 0;
}
