/* SPDX-License-Identifier: MIT */
/* Removes what killed commands left in the making. */
#include "engine/heal.h"

#include "base/fs.h"
#include "base/log.h"
#include "base/str.h"
#include "engine/life.h"
#include "engine/names.h"
#include "engine/teardown.h"
#include "engine/volume.h"
#include "image/scratch.h"
#include "net/network.h"

#include <fcntl.h>
#include <sys/file.h>

/* ROOT/containers/<id> or RUNROOT/containers/<id>, or -1. */
static int open_dir(int tree, const char *id)
{
    char path[sizeof("containers/") + ID_LEN];

    snprintf(path, sizeof(path), "containers/%s", id);
    return openat(tree, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

static int remove_all(const struct paths *p, const char *id, struct err *e)
{
    struct container c = CONTAINER_INIT;
    struct err first = ERR_INIT;

    snprintf(c.id, sizeof(c.id), "%s", id);
    err_collect(&first, teardown(p, &c, e), e);
    err_collect(&first, teardown_remove(p, &c, e), e);
    if (first.kind == ERR_NONE)
        return 0;
    *e = first;
    return -e->kind;
}

/* A directory without a record that nobody holds the lock of. It stays locked while it goes. A
 * monitor that has just made it and does not hold its lock yet holds its life lock. */
static int sweep_unrecorded(const struct paths *p, const char *id, struct err *e)
{
    AUTO_FD int dir = open_dir(p->root_fd, id);
    AUTO_FD int run = open_dir(p->run_fd, id);

    if (dir < 0 || container_recorded(p, id) || flock(dir, LOCK_EX | LOCK_NB) < 0 ||
        container_recorded(p, id) || life_held(run))
        return 0;
    return remove_all(p, id, e);
}

/* Run directories of containers that do not exist (any more). */
static int sweep_run(const struct paths *p, const char *id, struct err *e)
{
    AUTO_FD int life = -1;
    AUTO_FD int dir = container_exists(p, id) ? -1 : open_dir(p->run_fd, id);

    if (dir < 0)
        return 0;
    int r = life_block(dir, &life, e);
    if (r <= 0 || container_exists(p, id))
        return r;
    return remove_all(p, id, e);
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

static void sweep_networks(const struct paths *p)
{
    const struct net_place place = { p->root_fd, p->run_fd, p->runroot };

    network_repair(&place);
}

static int sweep_images(const struct paths *p, struct err *e)
{
    const struct store store = paths_store(p);

    return scratch_repair(&store, e);
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
        if (id_is_whole(*it) && sweep_unrecorded(p, *it, e) < 0)
            log_warn("remove unfinished container %.12s: %s", *it, e->msg);
    strv_foreach (it, run)
        if (id_is_whole(*it) && sweep_run(p, *it, e) < 0)
            log_warn("remove what is left of container %.12s: %s", *it, e->msg);
    sweep_names(p, names);
    sweep_networks(p);
    volume_sweep(p);
    return sweep_images(p, e);
}
