/* SPDX-License-Identifier: MIT */
/* Scratch directories, and the repair of what a dead writer left. */
#include "image/scratch.h"

#include "base/commit.h"
#include "base/fs.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/str.h"
#include "image/layer.h"
#include "image/layout.h"
#include "image/sweep.h"

#include <fcntl.h>
#include <stdatomic.h>

#define LOCK_FILE  "lock"
#define MOVING_MAX (16u << 20)

int scratch_make(const struct store *s, const char *what, struct scratch *ret, struct err *e)
{
    static atomic_uint serial;
    AUTO_FREE char *name =
        str_fmt(SCRATCH_DIR "/%s-%d-%u", what, (int)getpid(), atomic_fetch_add(&serial, 1));
    AUTO_FD int lock = -1;

    if (!name)
        return err_nomem(e);
    if (mkdirat(s->fd, name, 0700) < 0)
        return err_sysf(e, "mkdir", "%s/%s", s->root, name);
    AUTO_FD int fd = openat(s->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_sysf(e, "open", "%s/%s", s->root, name);
    int r = lock_take(fd, LOCK_FILE, false, &lock, e);
    if (r < 0)
        return r;
    *ret = (struct scratch){ .name = TAKE_PTR(name), .fd = TAKE_FD(fd), .lock_fd = TAKE_FD(lock) };
    return 0;
}

/* The lock goes last: others may be looking for dead writers' directories at the same time. */
static int empty_and_remove(const struct store *s, const struct scratch *sc, struct err *e)
{
    AUTO_STRV char **names = NULL;
    int r = fs_list(sc->fd, ".", &names, e);

    strv_foreach (n, names)
        if (r >= 0 && !STREQ(*n, LOCK_FILE))
            r = fs_rm_rf(sc->fd, *n, e);
    if (r >= 0 && unlinkat(sc->fd, LOCK_FILE, 0) < 0 && errno != ENOENT)
        r = err_sysf(e, "remove", "%s/" LOCK_FILE, sc->name);
    if (r >= 0 && unlinkat(s->fd, sc->name, AT_REMOVEDIR) < 0 && errno != ENOENT)
        r = err_sys(e, "remove", sc->name);
    return r;
}

void scratch_drop(const struct store *s, struct scratch *sc)
{
    struct err e = ERR_INIT;

    if (!sc->name)
        return;
    if (empty_and_remove(s, sc, &e) < 0)
        log_warn("%s", e.msg);
    mem_close(&sc->fd);
    mem_close(&sc->lock_fd);
    free(TAKE_PTR(sc->name));
}

/* Removes one path that a dead load had put into place, unless somebody has come to need it. */
static int unmove(const struct store *s, const char *path, const struct sweep_marks *m,
                  struct err *e)
{
    const char *name = str_after(path, LAYOUT_BLOBS "/");

    if (!name)
        name = str_after(path, LAYER_DIR "/");
    if (!name || strstr(name, "..") || sweep_is_marked(m, name))
        return 0;
    return fs_rm_rf(s->fd, path, e);
}

static int undo_moves(const struct store *s, int dir, struct err *e)
{
    CLEANUP(image_index) struct image_index idx = { 0 };
    CLEANUP(sweep_marks) struct sweep_marks marks = { 0 };
    AUTO_FREE char *text = NULL;
    AUTO_STRV char **paths = NULL;

    if (faccessat(dir, SCRATCH_MOVING, F_OK, 0) < 0)
        return 0;
    int r = fs_read(dir, SCRATCH_MOVING, MOVING_MAX, &text, NULL, e);
    if (r >= 0)
        r = layout_read(s, &idx, e);
    if (r >= 0)
        r = sweep_mark_index(s, &idx, &marks, e);
    if (r < 0)
        return r;
    sweep_seal(&marks);
    paths = strv_split(text, '\n', true);
    strv_foreach (p, paths)
        if (r >= 0)
            r = unmove(s, *p, &marks, e);
    return r;
}

/* True when it has no living owner, and then with its lock taken. One without a lock is empty: its
 * owner is about to remove it, or died before it had one. */
static bool is_dead(int dir, int *ret_lock)
{
    struct err ignored = ERR_INIT;
    AUTO_FD int fd = openat(dir, LOCK_FILE, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0)
        return errno == ENOENT;
    if (lock_file(fd, LOCK_FILE, false, &ignored) < 0)
        return false;
    *ret_lock = TAKE_FD(fd);
    return true;
}

static int clean_one(const struct store *s, const char *path, struct err *e)
{
    AUTO_FD int lock = -1;
    AUTO_FD int dir = openat(s->fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir < 0)
        return unlinkat(s->fd, path, 0) < 0 && errno != ENOENT ? err_sys(e, "unlink", path) : 0;
    if (!is_dead(dir, &lock))
        return 0;
    int r = undo_moves(s, dir, e);
    return r < 0 ? r : fs_rm_rf(s->fd, path, e);
}

/* Paths below ROOT that may be a dead writer's. */
static int list_leftovers(const struct store *s, char ***ret, struct err *e)
{
    AUTO_STRV char **scratch = NULL;
    AUTO_STRV char **layout = NULL;
    AUTO_STRV char **found = NULL;
    int r = fs_list(s->fd, SCRATCH_DIR, &scratch, e);

    if (r >= 0)
        r = fs_list(s->fd, LAYOUT_DIR, &layout, e);
    strv_foreach (n, scratch)
        if (r >= 0 && strv_addf(&found, SCRATCH_DIR "/%s", *n) < 0)
            r = err_nomem(e);
    /* Who writes there holds the store's lock. */
    strv_foreach (n, layout)
        if (r >= 0 && str_starts(*n, COMMIT_TEMP_PREFIX) &&
            strv_addf(&found, LAYOUT_DIR "/%s", *n) < 0)
            r = err_nomem(e);
    if (r >= 0)
        *ret = TAKE_PTR(found);
    return r;
}

static int clean_locked(const struct store *s, struct err *e)
{
    AUTO_STRV char **paths = NULL;
    int r = list_leftovers(s, &paths, e);

    strv_foreach (path, paths) {
        struct err one = ERR_INIT;
        if (clean_one(s, *path, &one) < 0)
            log_warn("clean up %s/%s: %s", s->root, *path, one.msg);
    }
    return r;
}

int scratch_lock_store(struct store *s, int *ret_fd, struct err *e)
{
    AUTO_FD int lock = -1;
    int r = layout_make(s, e);

    if (r >= 0)
        r = lock_take(s->fd, LAYOUT_LOCK, true, &lock, e);
    if (r >= 0)
        r = clean_locked(s, e);
    if (r >= 0)
        r = layout_mark(s, e);
    if (r < 0)
        return err_wrap(e, "image store %s", s->root);
    *ret_fd = TAKE_FD(lock);
    return 0;
}

int scratch_repair(const struct store *s, struct err *e)
{
    AUTO_STRV char **paths = NULL;
    AUTO_FD int lock = -1;
    int r = s->fd < 0 ? 0 : list_leftovers(s, &paths, e);

    if (r < 0 || !paths)
        return r;
    r = lock_take(s->fd, LAYOUT_LOCK, false, &lock, e);
    if (r == -ERR_IN_USE) {
        err_clear(e);
        return 0;
    }
    return r < 0 ? r : clean_locked(s, e);
}

int scratch_pins(const struct store *s, char ***ret, struct err *e)
{
    AUTO_STRV char **names = NULL;
    AUTO_STRV char **pins = NULL;
    int r = fs_list(s->fd, SCRATCH_DIR, &names, e);

    strv_foreach (n, names) {
        AUTO_STRV char **some = NULL;
        char path[512];
        snprintf(path, sizeof(path), SCRATCH_DIR "/%s/" SCRATCH_PINS, *n);
        if (r >= 0)
            r = fs_list(s->fd, path, &some, e);
        if (r >= 0 && strv_extend(&pins, some) < 0)
            r = err_nomem(e);
    }
    if (r >= 0)
        *ret = TAKE_PTR(pins);
    return r;
}
