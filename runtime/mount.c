/* SPDX-License-Identifier: MIT */
/* One mount by descriptors: the new mount API, the old calls where it is missing. */
#include "runtime/mount.h"

#include "base/fs.h"
#include "base/str.h"
#include "base/sys.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>

void mount_tree_close(struct mount_tree *t)
{
    if (t->fd >= 0)
        close(t->fd);
    t->fd = -1;
}

int mount_clone(int dirfd, const char *path, unsigned flags, struct mount_tree *ret, struct err *e)
{
    bool recursive = flags & MOUNT_OPTION_RBIND;
    unsigned nofollow = flags & MOUNT_OPTION_SRC_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0;
    int fd = open_tree(dirfd, path,
                       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE : 0) |
                           nofollow | (*path ? 0 : AT_EMPTY_PATH));

    if (fd >= 0) {
        *ret = (struct mount_tree){ .fd = fd, .detached = true, .recursive = recursive };
        return 0;
    }
    if (errno != ENOSYS)
        return err_sys(e, "open", path);
    fd = *path ? openat(dirfd, path, O_PATH | O_CLOEXEC | (nofollow ? O_NOFOLLOW : 0))
               : fcntl(dirfd, F_DUPFD_CLOEXEC, 3);
    if (fd < 0)
        return err_sys(e, "open", path);
    *ret = (struct mount_tree){ .fd = fd, .detached = false, .recursive = recursive };
    return 0;
}

/* ---- attributes ---- */

static int set_attr(int fd, unsigned flags, uint64_t set, uint64_t clr, uint64_t prop)
{
    struct mount_attr attr = { .attr_set = set, .attr_clr = clr, .propagation = prop };

    if (!set && !clr && !prop)
        return 0;
    return mount_setattr(fd, "", AT_EMPTY_PATH | flags, &attr, sizeof(attr));
}

/* The old way knows no recursion, and replaces all attributes at once. */
static int set_old(int fd, const struct mount_options *o)
{
    char at[FS_FD_PATH_MAX];
    uint64_t attrs = o->attr_set | o->rattr_set;

    fs_fd_path(fd, at);
    if (o->rattr_set || o->rattr_clr) {
        errno = ENOSYS;
        return -1;
    }
    if ((attrs || o->attr_clr) &&
        mount(NULL, at, NULL, MS_REMOUNT | MS_BIND | mount_option_ms(attrs), NULL) < 0)
        return -1;
    for (size_t i = 0; i < o->n_prop; i++)
        if (mount(NULL, at, NULL, o->prop[i], NULL) < 0)
            return -1;
    return 0;
}

static int set_prop(int fd, const struct mount_options *o, unsigned rec)
{
    for (size_t i = 0; i < o->n_prop; i++)
        if (set_attr(fd, o->prop[i] & MS_REC ? rec : 0, 0, 0, o->prop[i] & ~(uint64_t)MS_REC) < 0)
            return -1;
    return 0;
}

static int set_new(int fd, const struct mount_options *o, bool recursive)
{
    unsigned rec = recursive ? AT_RECURSIVE : 0;

    if (set_attr(fd, rec, o->rattr_set, o->rattr_clr, 0) < 0 ||
        set_attr(fd, 0, o->attr_set, o->attr_clr, 0) < 0)
        return -1;
    return set_prop(fd, o, rec);
}

int mount_set(int fd, const struct mount_options *o, bool recursive, struct err *e)
{
    if (set_new(fd, o, recursive) == 0)
        return 0;
    if (errno == ENOSYS && set_old(fd, o) == 0)
        return 0;
    if (errno == ENOSYS)
        return err_set(e, ERR_UNSUPPORTED,
                       "recursive mount options need a kernel with mount_setattr (5.12)");
    return err_sys(e, "mount_setattr", NULL);
}

/* ---- attaching ---- */

static int bind_old(const struct mount_tree *t, const struct mount_spot *spot,
                    const struct mount_options *o, struct err *e)
{
    char from[FS_FD_PATH_MAX], to[FS_FD_PATH_MAX];

    if (mount(fs_fd_path(t->fd, from), fs_fd_path(spot->fd, to), NULL,
              MS_BIND | (t->recursive ? MS_REC : 0), NULL) < 0)
        return err_sys(e, "mount", spot->path);
    AUTO_FD int top = fs_open_in(spot->root, spot->path, O_PATH, 0);
    if (top < 0)
        return err_sys(e, "open", spot->path);
    return mount_set(top, o, t->recursive, e);
}

int mount_attach(struct mount_tree *t, const struct mount_spot *spot, const struct mount_options *o,
                 struct err *e)
{
    CLEANUP(mount_tree) struct mount_tree tree = *t;

    t->fd = -1;
    if (!tree.detached)
        return bind_old(&tree, spot, o, e);
    int r = tree.fresh ? 0 : mount_set(tree.fd, o, tree.recursive, e);
    if (r < 0)
        return r;
    if (tree.fresh && set_prop(tree.fd, o, 0) < 0)
        return err_sys(e, "mount_setattr", spot->path);
    if (move_mount(tree.fd, "", spot->fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) <
        0)
        return err_sys(e, "move_mount", spot->path);
    return 0;
}

/* ---- new file systems ---- */

/* What the file system wrote into its context's log ("e tmpfs: Bad value for 'size'"), which is
 * better than an errno; falls back to that. */
static int fs_error(int fs, const char *op, const char *what, struct err *e)
{
    int errnum = errno;
    char log[256];
    ssize_t n = read(fs, log, sizeof(log) - 1);

    if (n <= 2) {
        errno = errnum;
        return err_sys(e, op, what);
    }
    log[n] = '\0';
    err_errnum(e, errnum, op, what);
    return err_wrap(e, "%s", str_trim(log + 2));
}

/* fsconfig(2) takes values of up to 255 bytes. */
#define VALUE_MAX 255

static int configure(int fs, const char *opt, struct err *e)
{
    char key[64];
    size_t len = strcspn(opt, "=");

    if (opt[len] == '\0')
        return fsconfig(fs, FSCONFIG_SET_FLAG, opt, NULL, 0) < 0 ? fs_error(fs, "option", opt, e)
                                                                 : 0;
    if (len >= sizeof(key))
        return err_set(e, ERR_INVALID, "option \"%s\": too long a name", opt);
    memcpy(key, opt, len);
    key[len] = '\0';
    if (fsconfig(fs, FSCONFIG_SET_STRING, key, opt + len + 1, 0) < 0)
        return fs_error(fs, "option", opt, e);
    return 0;
}

static int configure_all(int fs, const char *source, const struct mount_options *o, struct err *e)
{
    if (source && fsconfig(fs, FSCONFIG_SET_STRING, "source", source, 0) < 0)
        return fs_error(fs, "source", source, e);
    strv_foreach (name, o->sb_names) {
        int r = configure(fs, *name, e);
        if (r < 0)
            return r;
    }
    strv_foreach (opt, o->data) {
        int r = configure(fs, *opt, e);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Only mount(2) takes values that are longer than fsconfig's, and some flags that it has no names
 * for. */
static bool needs_old(const char *source, const struct mount_options *o)
{
    if (source && strlen(source) > VALUE_MAX)
        return true;
    strv_foreach (opt, o->data)
        if (strlen(*opt) > VALUE_MAX)
            return true;
    return o->sb_ms & (MS_SILENT | MS_I_VERSION);
}

int mount_new(const char *type, const char *source, const struct mount_options *o,
              struct mount_tree *ret, struct err *e)
{
    AUTO_FD int fs = needs_old(source, o) ? (errno = ENOSYS, -1) : fsopen(type, FSOPEN_CLOEXEC);

    if (fs < 0 && errno == ENOSYS)
        return err_set(e, ERR_UNSUPPORTED, "fsopen %s", type);
    if (fs < 0 && errno == ENODEV)
        return err_set(e, ERR_UNSUPPORTED, "file system type \"%s\" is not known to this kernel",
                       type);
    if (fs < 0)
        return err_sys(e, "fsopen", type);
    int r = configure_all(fs, source, o, e);
    if (r < 0)
        return r;
    if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
        return fs_error(fs, "create", type, e);
    int fd = fsmount(fs, FSMOUNT_CLOEXEC, (unsigned)(o->attr_set | o->rattr_set));
    if (fd < 0)
        return fs_error(fs, "fsmount", type, e);
    *ret = (struct mount_tree){ .fd = fd, .detached = true, .fresh = true };
    return 0;
}

int mount_old(const char *type, const char *source, const struct mount_options *o,
              const struct mount_spot *spot, struct err *e)
{
    AUTO_FREE char *data = strv_join(o->data, ",");
    char to[FS_FD_PATH_MAX];

    if (!data)
        return err_nomem(e);
    if (mount(source ? source : type, fs_fd_path(spot->fd, to), type,
              o->sb_ms | mount_option_ms(o->attr_set), *data ? data : NULL) < 0)
        return err_sys(e, "mount", spot->path);
    if (o->n_prop == 0)
        return 0;
    AUTO_FD int top = fs_open_in(spot->root, spot->path, O_PATH, 0);
    struct mount_options prop = { .n_prop = o->n_prop };
    memcpy(prop.prop, o->prop, sizeof(prop.prop));
    return top < 0 ? err_sys(e, "open", spot->path) : mount_set(top, &prop, true, e);
}

/* ---- changing what is there ---- */

static int reconfigure(const struct mount_spot *spot, const struct mount_options *o, struct err *e)
{
    AUTO_FD int fs = fspick(spot->fd, "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);

    if (fs < 0)
        return err_sys(e, "fspick", spot->path);
    int r = configure_all(fs, NULL, o, e);
    if (r < 0)
        return r;
    if (fsconfig(fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) < 0)
        return fs_error(fs, "reconfigure", spot->path, e);
    return 0;
}

int mount_remount(const struct mount_spot *spot, const struct mount_options *o, struct err *e)
{
    bool data = o->data || o->sb_names;

    if (data && !(o->flags & MOUNT_OPTION_BIND)) {
        int r = reconfigure(spot, o, e);
        if (r < 0)
            return r;
    }
    return mount_set(spot->fd, o, true, e);
}
