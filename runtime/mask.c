/* SPDX-License-Identifier: MIT */
/* Masked and read-only paths: found inside the rootfs, covered by descriptor. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "runtime/mount.h"
#include "runtime/setup.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* What covers: taken from the host, so that the image cannot choose it, and made once. */
struct cover {
    int null; /* /dev/null */
    int dir;  /* the first empty directory that is mounted; others are clones of it */
};

static int open_null(struct cover *c, struct err *e)
{
    struct stat st;

    if (c->null >= 0)
        return 0;
    c->null = open("/dev/null", O_PATH | O_CLOEXEC);
    if (c->null < 0)
        return err_sys(e, "open", "/dev/null");
    if (fstat(c->null, &st) < 0 || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))
        return err_set(e, ERR_CORRUPT, "/dev/null of this host is no null device");
    return 0;
}

static int cover_file(struct cover *c, const struct mount_spot *spot, struct err *e)
{
    CLEANUP(mount_tree) struct mount_tree tree = { .fd = -1 };
    const struct mount_options none = { 0 };
    int r = open_null(c, e);

    if (r >= 0)
        r = mount_clone(c->null, "", 0, &tree, e);
    return r < 0 ? r : mount_attach(&tree, spot, &none, e);
}

static int first_dir(struct cover *c, const struct mount_spot *spot, struct err *e)
{
    char *data[] = { (char *)"size=0k", (char *)"nr_inodes=2", (char *)"mode=755", NULL };
    const struct mount_options o = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
                                                 MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
                                     .data = data };

    return mount_fs("tmpfs", "tmpfs", &o, spot, &c->dir, e);
}

static int cover_dir(struct cover *c, const struct mount_spot *spot, struct err *e)
{
    CLEANUP(mount_tree) struct mount_tree tree = { .fd = -1 };
    const struct mount_options none = { 0 };

    if (c->dir < 0)
        return first_dir(c, spot, e);
    int r = mount_clone(c->dir, "", 0, &tree, e);
    return r < 0 ? r : mount_attach(&tree, spot, &none, e);
}

/* A path that is not there needs no mask. */
static bool is_missing(int errnum)
{
    return errnum == ENOENT || errnum == ENOTDIR;
}

static int mask(struct cover *c, int root, const char *path, struct err *e)
{
    AUTO_FD int fd = fs_open_in(root, path, O_PATH, 0);
    struct mount_spot spot = { .root = root, .path = path, .fd = fd };
    struct stat st;

    if (fd < 0)
        return is_missing(errno) ? 0 : err_sys(e, "open", path);
    if (fstat(fd, &st) < 0)
        return err_sys(e, "stat", path);
    return S_ISDIR(st.st_mode) ? cover_dir(c, &spot, e) : cover_file(c, &spot, e);
}

static int make_readonly(int root, const char *path, struct err *e)
{
    CLEANUP(mount_tree) struct mount_tree tree = { .fd = -1 };
    const struct mount_options ro = { .attr_set = MOUNT_ATTR_RDONLY };
    AUTO_FD int fd = fs_open_in(root, path, O_PATH, 0);
    struct mount_spot spot = { .root = root, .path = path, .fd = fd };

    if (fd < 0)
        return is_missing(errno) ? 0 : err_sys(e, "open", path);
    int r = mount_clone(fd, "", MOUNT_OPTION_RBIND, &tree, e);
    return r < 0 ? r : mount_attach(&tree, &spot, &ro, e);
}

static int mask_all(struct setup *s, struct cover *c, struct err *e)
{
    strv_foreach (path, s->config->lnx.readonly_paths) {
        if (make_readonly(s->root, *path, e) < 0)
            return err_wrap(e, "make %s read-only", *path);
    }
    strv_foreach (path, s->config->lnx.masked_paths) {
        if (mask(c, s->root, *path, e) < 0)
            return err_wrap(e, "mask %s", *path);
    }
    return 0;
}

int mask_paths(struct setup *s, struct err *e)
{
    struct cover c = { .null = -1, .dir = -1 };

    if (s->ns.join_flags & CLONE_NEWNS)
        return 0;
    int r = mask_all(s, &c, e);
    if (c.null >= 0)
        close(c.null);
    if (c.dir >= 0)
        close(c.dir);
    return r;
}
