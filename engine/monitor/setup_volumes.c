/* SPDX-License-Identifier: MIT */
/* The step of a start that makes the container's volumes, and fills those that are empty. */
#include "engine/monitor/state.h"

#include "base/fs.h"
#include "base/str.h"
#include "engine/volume.h"
#include "image/layer.h"
#include "runtime/copyup.h"

#include <fcntl.h>
#include <sys/file.h>

/* A container's first start fills its volumes, as docker's create does; later ones leave them. */
static bool is_first_start(const struct monitor *m)
{
    return faccessat(m->c.dir_fd, "exit.json", F_OK, 0) < 0;
}

static int is_empty(int dir, bool *ret, struct err *e)
{
    AUTO_STRV char **names = NULL;
    int r = fs_list(dir, ".", &names, e);

    *ret = r >= 0 && strv_len(names) == 0;
    return r;
}

/* What the image has at the mount's place, the place's own owner and mode included. Under a lock:
 * two containers that start at once fill it once. */
static int fill(struct monitor *m, int data, const char *target, struct err *e)
{
    AUTO_FD int from = fs_open_in(m->rootfs_fd, target, O_RDONLY | O_DIRECTORY, 0);
    bool empty;

    if (from < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : err_sys(e, "open", target);
    while (flock(data, LOCK_EX) < 0)
        if (errno != EINTR)
            return err_sys(e, "lock", "volume");
    int r = is_empty(data, &empty, e);
    if (r >= 0 && empty)
        r = copyup_tree(from, data, e);
    if (r >= 0 && empty)
        r = layer_copy_attributes(from, data, e);
    return r;
}

int setup_volumes(struct monitor *m, struct err *e)
{
    const struct record *rec = &m->plan->record;

    for (size_t i = 0; i < rec->n_mounts; i++) {
        const struct record_mount *v = &rec->mounts[i];
        AUTO_FD int data = -1;
        if (!STREQ(v->type, VOLUME_TYPE))
            continue;
        int r = volume_make(m->paths, v->name, v->anonymous, NULL, &data, e);
        if (r >= 0 && !v->no_copy && is_first_start(m))
            r = fill(m, data, v->destination, e);
        if (r < 0)
            return err_wrap(e, "volume %s on %s", v->name, v->destination);
    }
    return 0;
}
