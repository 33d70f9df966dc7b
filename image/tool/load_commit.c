/* SPDX-License-Identifier: MIT */
/* The commit of a load: one sync, renames, and index.json last. */
#include "base/commit.h"
#include "base/fs.h"
#include "base/str.h"
#include "image/layout.h"
#include "image/tool/load_state.h"

#include <fcntl.h>
#include <sys/stat.h>

static bool in_place(const struct load *l, const struct load_move *m)
{
    return faccessat(l->store->fd, m->to, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* What is about to be moved, for whoever finds us dead in the middle (scratch_lock_store). */
static int write_moving(const struct load *l, struct err *e)
{
    AUTO_BUF struct buf text = { 0 };

    for (size_t i = 0; i < l->n_moves; i++)
        if (!in_place(l, &l->moves[i]))
            buf_fmt(&text, "%s\n", l->moves[i].to);
    if (text.failed)
        return err_nomem(e);
    return commit_file(l->scratch.fd, SCRATCH_MOVING, text.data ? text.data : "", text.len, 0600,
                       COMMIT_DURABLE, e);
}

/* blobs/sha512 is made when first needed. */
static int make_parent(const struct load *l, const char *to, struct err *e)
{
    AUTO_FREE char *parent = strndup(to, (size_t)(strrchr(to, '/') - to));

    if (!parent)
        return err_nomem(e);
    if (mkdirat(l->store->fd, parent, 0700) < 0 && errno != EEXIST)
        return err_sysf(e, "mkdir", "%s/%s", l->store->root, parent);
    return 0;
}

static int move_all(const struct load *l, struct err *e)
{
    for (size_t i = 0; i < l->n_moves; i++) {
        const struct load_move *m = &l->moves[i];
        int r = make_parent(l, m->to, e);
        if (r < 0)
            return r;
        /* Another load may have been faster: the same digest is the same content. */
        if (renameat2(l->scratch.fd, m->from, l->store->fd, m->to, RENAME_NOREPLACE) < 0 &&
            errno != EEXIST && errno != ENOTEMPTY)
            return err_sysf(e, "rename", "%s to %s/%s", m->from, l->store->root, m->to);
    }
    return 0;
}

static int sync_dirs(const struct load *l, struct err *e)
{
    static const char *const dirs[] = { LAYER_DIR, LAYOUT_BLOBS "/sha256", LAYOUT_BLOBS "/sha512",
                                        LAYOUT_BLOBS };

    for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
        AUTO_FD int fd = openat(l->store->fd, dirs[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 && errno == ENOENT)
            continue;
        if (fd < 0 || fsync(fd) < 0)
            return err_sysf(e, "fsync", "%s/%s", l->store->root, dirs[i]);
    }
    return 0;
}

/* Layers that the store had when we looked are pinned: gone they can only be by other hands. */
static int check_layers(const struct load *l, struct err *e)
{
    for (size_t i = 0; i < l->layers.n; i++) {
        const char *diff_id = l->layers.works[i].layer->diff_id;
        if (!layer_exists(l->store, diff_id))
            return err_set(e, ERR_CORRUPT, "layer %s disappeared from %s", diff_id, l->store->root);
    }
    return 0;
}

static int name_images(const struct load *l, struct image_index *idx, struct err *e)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < l->plan.n; i++) {
        const struct image_descriptor *d = &l->manifests[i];
        if (!l->plan.images[i].refs)
            r = layout_set_ref(l->store, idx, d, NULL, e);
        strv_foreach (ref, l->plan.images[i].refs)
            if (r >= 0)
                r = layout_set_ref(l->store, idx, d, *ref, e);
    }
    return r;
}

/* A commit that fails takes back what it had put into place. */
static void undo(const struct load *l, const char *moving)
{
    AUTO_STRV char **paths = strv_split(moving, '\n', true);

    strv_foreach (p, paths) {
        struct err ignored = ERR_INIT;
        fs_rm_rf(l->store->fd, *p, &ignored);
    }
}

static int commit_locked(const struct load *l, struct err *e)
{
    CLEANUP(image_index) struct image_index idx = { 0 };
    AUTO_FREE char *moving = NULL;
    int r = write_moving(l, e);

    if (r >= 0)
        r = fs_read(l->scratch.fd, SCRATCH_MOVING, 1u << 30, &moving, NULL, e);
    if (r < 0)
        return r;
    r = move_all(l, e);
    if (r >= 0)
        r = check_layers(l, e);
    if (r >= 0)
        r = sync_dirs(l, e);
    if (r >= 0)
        r = layout_read(l->store, &idx, e);
    if (r >= 0)
        r = name_images(l, &idx, e);
    if (r >= 0)
        r = layout_write(l->store, &idx, e);
    if (r < 0)
        undo(l, moving);
    return r;
}

int load_commit(struct load *l, struct err *e)
{
    AUTO_FD int lock = -1;

    if (syncfs(l->scratch.fd) < 0)
        return err_sys(e, "syncfs", l->store->root);
    int r = scratch_lock_store(l->store, &lock, e);
    return r < 0 ? r : commit_locked(l, e);
}
