/* SPDX-License-Identifier: MIT */
/* New file systems, and changes to the superblocks of those that are there. */
#include "base/fs.h"
#include "base/str.h"
#include "base/sys.h"
#include "runtime/mount.h"

#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

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

static int set_flag(int fs, const char *name, struct err *e)
{
    return fsconfig(fs, FSCONFIG_SET_FLAG, name, NULL, 0) < 0 ? fs_error(fs, "option", name, e) : 0;
}

static int configure(int fs, const char *opt, struct err *e)
{
    char key[64];
    size_t len = strcspn(opt, "=");

    if (opt[len] == '\0')
        return set_flag(fs, opt, e);
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
    const char *name;

    if (source && fsconfig(fs, FSCONFIG_SET_STRING, "source", source, 0) < 0)
        return fs_error(fs, "source", source, e);
    for (size_t i = 0; (o->sb_set || o->sb_clr) && (name = mount_option_sb_name(i, o)); i++) {
        int r = *name ? set_flag(fs, name, e) : 0;
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
    if (!mount_has_new_calls() || (source && strlen(source) > VALUE_MAX))
        return true;
    strv_foreach (opt, o->data)
        if (strlen(*opt) > VALUE_MAX)
            return true;
    return o->sb_set & (MS_SILENT | MS_I_VERSION);
}

static int no_type(const char *type, const char *op, const char *path, struct err *e)
{
    return errno == ENODEV ? err_set(e, ERR_UNSUPPORTED,
                                     "file system type \"%s\" is not known to this kernel", type)
                           : err_sys(e, op, path);
}

enum { BY_MOUNT = 1 }; /* instead of success: only mount(2) will do */

static int new_fs(const char *type, const char *source, const struct mount_options *o,
                  struct mount_tree *ret, struct err *e)
{
    AUTO_FD int fs = needs_old(source, o) ? (errno = ENOSYS, -1) : fsopen(type, FSOPEN_CLOEXEC);

    if (fs < 0)
        return errno == ENOSYS ? BY_MOUNT : no_type(type, "fsopen", type, e);
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

/* ---- mount(2) ---- */

/* Options of security modules may hold commas, which separate options here. */
static char *data_text(char *const *data)
{
    AUTO_STRV char **quoted = NULL;

    strv_foreach (opt, data) {
        const char *value = strchr(*opt, '=');
        int r = value && strchr(value, ',') && strstr(*opt, "context=")
                    ? strv_addf(&quoted, "%.*s\"%s\"", (int)(value + 1 - *opt), *opt, value + 1)
                    : strv_add(&quoted, *opt);
        if (r < 0)
            return NULL;
    }
    return strv_join(quoted, ",");
}

static int mount_old(const char *type, const char *source, const struct mount_options *o,
                     const struct mount_spot *spot, int *ret_top, struct err *e)
{
    const struct mount_options prop = mount_option_prop(o);
    AUTO_FREE char *data = data_text(o->data);
    char to[FS_FD_PATH_MAX];

    if (!data)
        return err_nomem(e);
    if (mount(source ? source : type, fs_fd_path(spot->fd, to), type,
              o->sb_set | mount_option_ms(o->attr_set | o->rattr_set), *data ? data : NULL) < 0)
        return no_type(type, "mount", spot->path, e);
    if (o->n_prop == 0 && !ret_top)
        return 0;
    AUTO_FD int top = mount_top(spot, -1);
    int r = top < 0 ? err_sys(e, "open", spot->path) : mount_set(top, &prop, true, e);
    if (r >= 0 && ret_top)
        *ret_top = TAKE_FD(top);
    return r;
}

int mount_fs(const char *type, const char *source, const struct mount_options *o,
             const struct mount_spot *spot, int *ret_top, struct err *e)
{
    CLEANUP(mount_tree) struct mount_tree tree = { .fd = -1 };
    int r = new_fs(type, source, o, &tree, e);

    if (r == 0)
        r = mount_attach(&tree, spot, o, e);
    if (r == BY_MOUNT || (r < 0 && e->errnum == ENOSYS))
        return mount_old(type, source, o, spot, ret_top, e);
    if (r >= 0 && ret_top)
        *ret_top = TAKE_FD(tree.fd);
    return r;
}

/* ---- changing what is there ---- */

/* MS_REMOUNT replaces the superblock's flags: those of them that can be seen are said again. */
static int reconfigure_old(const struct mount_spot *spot, const struct mount_options *o,
                           struct err *e)
{
    AUTO_FREE char *data = data_text(o->data);
    char at[FS_FD_PATH_MAX];
    struct statvfs fs;

    if (!data)
        return err_nomem(e);
    if (fstatvfs(spot->fd, &fs) < 0)
        return err_sys(e, "statfs", spot->path);
    unsigned long now = fs.f_flag & (ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC | ST_SYNCHRONOUS |
                                     ST_MANDLOCK | ST_NOATIME | ST_NODIRATIME);
    if (mount(NULL, fs_fd_path(spot->fd, at), NULL, MS_REMOUNT | (now & ~o->sb_clr) | o->sb_set,
              *data ? data : NULL) < 0)
        return err_sys(e, "remount", spot->path);
    return 0;
}

static int reconfigure(const struct mount_spot *spot, const struct mount_options *o, struct err *e)
{
    AUTO_FD int fs = needs_old(NULL, o) ? (errno = ENOSYS, -1)
                                        : fspick(spot->fd, "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);

    int r = fs < 0 ? err_sys(e, "fspick", spot->path) : configure_all(fs, NULL, o, e);

    if (r >= 0 && fsconfig(fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) < 0)
        r = fs_error(fs, "reconfigure", spot->path, e);
    return r < 0 && e->errnum == ENOSYS ? reconfigure_old(spot, o, e) : r;
}

int mount_remount(const struct mount_spot *spot, const struct mount_options *o, struct err *e)
{
    bool super = !(o->flags & MOUNT_OPTION_BIND) && (o->data || o->sb_set || o->sb_clr);
    int r = super ? reconfigure(spot, o, e) : 0;

    return r < 0 ? r : mount_set(spot->fd, o, true, e);
}
