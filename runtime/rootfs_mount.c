/* SPDX-License-Identifier: MIT */
/* The mounts of a config, each onto a place that was resolved inside the rootfs. */
#include "runtime/rootfs_mount.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "runtime/copyup.h"
#include "runtime/launch.h"
#include "runtime/mount.h"
#include "runtime/setup.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* One entry of config.mounts on its way. */
struct entry {
    struct setup *s;
    const struct config_mount *m;
    struct mount_options o;
    struct mount_spot spot;
};

int rootfs_mount_spot(int root, const char *path, bool dir, bool nofollow, struct mount_spot *ret,
                      struct err *e)
{
    int fd;
    struct stat st;

    if (nofollow) {
        fd = fs_open_in(root, path, O_PATH | O_NOFOLLOW, 0);
        if (fd >= 0 && fstat(fd, &st) == 0 && S_ISLNK(st.st_mode)) {
            close(fd);
            return err_set(e, ERR_INVALID, "%s is a symbolic link in the rootfs", path);
        }
        if (fd >= 0)
            close(fd);
    }
    fd = dir ? fs_mkdir_in(root, path, 0755) : fs_touch_in(root, path, 0644);
    if (fd < 0)
        return err_sys(e, dir ? "make directory" : "make file", path);
    *ret = (struct mount_spot){ .root = root, .path = path, .fd = fd };
    return 0;
}

static int find_spot(struct entry *t, bool dir, bool nofollow, struct err *e)
{
    nofollow = nofollow || (t->o.flags & MOUNT_OPTION_DEST_NOFOLLOW);
    return rootfs_mount_spot(t->s->root, t->m->destination, dir, nofollow, &t->spot, e);
}

static int is_directory(int fd, bool *ret_dir, struct err *e)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return err_sys(e, "stat", NULL);
    *ret_dir = S_ISDIR(st.st_mode);
    return 0;
}

/* ---- bind mounts ---- */

/* crun's copy-symlink: a symlink as source becomes one in the rootfs. True when it was one. */
static int copy_symlink(struct entry *t, const char *source, struct err *e)
{
    char text[PATH_MAX];
    AUTO_FREE char *parent = str_dup(t->m->destination);
    ssize_t n = readlink(source, text, sizeof(text) - 1);

    if (n < 0)
        return errno == EINVAL ? 0 : err_sys(e, "readlink", source);
    if (!parent)
        return err_nomem(e);
    text[n] = '\0';
    char *slash = strrchr(parent, '/');
    const char *name = slash ? slash + 1 : parent;
    if (slash)
        *slash = '\0';
    AUTO_FD int dir = fs_mkdir_in(t->s->root, slash && *parent ? parent : "/", 0755);
    if (dir < 0)
        return err_sys(e, "make directory", parent);
    if (symlinkat(text, dir, name) < 0 && errno != EEXIST)
        return err_sys(e, "symlink", t->m->destination);
    return 1;
}

static int bind(struct entry *t, struct err *e)
{
    CLEANUP(mount_tree) struct mount_tree tree = { .fd = -1 };
    const char *src = t->m->source;
    AUTO_FREE char *joined = NULL;
    bool dir = false;
    int r = 0;

    if (str_empty(src))
        return err_set(e, ERR_INVALID, "a bind mount needs a source");
    if (*src != '/') {
        joined = str_fmt("%s/%s", t->s->launch->bundle, src);
        src = joined;
    }
    if (!src)
        return err_nomem(e);
    if (t->o.flags & MOUNT_OPTION_COPY_SYMLINK)
        r = copy_symlink(t, src, e);
    if (r != 0)
        return r;
    r = mount_clone(AT_FDCWD, src, t->o.flags, &tree, e);
    if (r >= 0)
        r = is_directory(tree.fd, &dir, e);
    if (r >= 0)
        r = find_spot(t, dir, false, e);
    return r < 0 ? r : mount_attach(&tree, &t->spot, &t->o, e);
}

/* Instead of a file system that may not be mounted here: the host's own, with the options. */
static int bind_instead(struct entry *t, const char *path, struct err *e)
{
    CLEANUP(mount_tree) struct mount_tree tree = { .fd = -1 };
    int r = mount_clone(AT_FDCWD, path, MOUNT_OPTION_RBIND, &tree, e);

    return r < 0 ? r : mount_attach(&tree, &t->spot, &t->o, e);
}

/* ---- file systems ---- */

static const char *source_of(const struct config_mount *m)
{
    return str_empty(m->source) ? m->type : m->source;
}

static int new_fs(struct entry *t, const char *type, struct err *e)
{
    CLEANUP(mount_tree) struct mount_tree tree = { .fd = -1 };
    int r = mount_new(type, source_of(t->m), &t->o, &tree, e);

    if (r == -ERR_UNSUPPORTED && str_starts(e->msg, "fsopen"))
        return mount_old(type, source_of(t->m), &t->o, &t->spot, e);
    if (r < 0)
        return r;
    if (t->o.flags & MOUNT_OPTION_TMPCOPYUP) {
        r = copyup_tree(t->spot.fd, tree.fd, e);
        if (r < 0)
            return r;
    }
    return mount_attach(&tree, &t->spot, &t->o, e);
}

/* Other file systems take a directory as they find it. */
static int plain(struct entry *t, struct err *e)
{
    int r = find_spot(t, true, false, e);

    return r < 0 ? r : new_fs(t, t->m->type, e);
}

/* The mode of the directory that a tmpfs without one covers; none where there is no directory yet,
 * so that everybody may write to it (the kernel's own 1777), as runc has it. */
static int covered_mode(struct entry *t, struct err *e)
{
    AUTO_FD int fd = -1;
    struct stat st;

    strv_foreach (opt, t->o.data)
        if (str_starts(*opt, "mode="))
            return 0;
    fd = fs_open_in(t->s->root, t->m->destination, O_PATH, 0);
    if (fd < 0)
        return 0;
    if (fstat(fd, &st) < 0)
        return err_sys(e, "stat", t->m->destination);
    return strv_addf(&t->o.data, "mode=%o", st.st_mode & 07777) < 0 ? err_nomem(e) : 0;
}

static int tmpfs(struct entry *t, struct err *e)
{
    int r = covered_mode(t, e);

    if (r >= 0)
        r = find_spot(t, true, false, e);
    return r < 0 ? r : new_fs(t, "tmpfs", e);
}

/* /proc and /sys must be where masks and everybody else look for them. */
static int proc(struct entry *t, struct err *e)
{
    int r = find_spot(t, true, true, e);

    if (r >= 0)
        r = new_fs(t, "proc", e);
    /* Only the owner of the pid namespace may mount a proc of it; the runtime's own is there. */
    if (r < 0 && e->errnum == EPERM &&
        !((t->s->ns.clone_flags | t->s->ns.join_flags) & CLONE_NEWPID))
        return bind_instead(t, "/proc", e);
    if (r < 0 && e->errnum == EPERM)
        err_hint(e, "in a user namespace the kernel mounts a new proc only where the outer one has "
                    "nothing mounted over it");
    return r;
}

static int sysfs(struct entry *t, struct err *e)
{
    int r = find_spot(t, true, true, e);

    if (r >= 0)
        r = new_fs(t, "sysfs", e);
    /* Only the owner of the network namespace may mount a sysfs of it. */
    return r < 0 && e->errnum == EPERM ? bind_instead(t, "/sys", e) : r;
}

/* It shows the ipc namespace of who mounts it, who has to own that. */
static int mqueue(struct entry *t, struct err *e)
{
    bool own = (t->s->ns.clone_flags | t->s->ns.join_flags) & CLONE_NEWIPC;
    int r = find_spot(t, true, false, e);

    if (r >= 0)
        r = new_fs(t, "mqueue", e);
    return r < 0 && e->errnum == EPERM && !own ? bind_instead(t, "/dev/mqueue", e) : r;
}

static const char *host_cgroup2(void)
{
    static const char *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };

    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        AUTO_FD int fd = open(places[i], O_PATH | O_CLOEXEC);
        if (fd >= 0 && fs_is_type(fd, CGROUP2_SUPER_MAGIC))
            return places[i];
    }
    return NULL;
}

/* "cgroup" is the spec's word for whatever the host has: here always version 2, seen from the
 * container's own group when it has a cgroup namespace. Options meant for version 1 hierarchies
 * fall away. */
static int cgroup(struct entry *t, struct err *e)
{
    int r = find_spot(t, true, true, e);

    strv_free(t->o.data);
    t->o.data = NULL;
    if (r >= 0)
        r = new_fs(t, "cgroup2", e);
    const char *host = r < 0 && (e->errnum == EPERM || e->errnum == EBUSY) ? host_cgroup2() : NULL;
    return host ? bind_instead(t, host, e) : r;
}

static int remount(struct entry *t, struct err *e)
{
    int fd = fs_open_in(t->s->root, t->m->destination, O_PATH, 0);

    if (fd < 0)
        return err_sys(e, "open", t->m->destination);
    t->spot = (struct mount_spot){ .root = t->s->root, .path = t->m->destination, .fd = fd };
    return mount_remount(&t->spot, &t->o, e);
}

/* ---- which is which ---- */

typedef int (*mount_fn)(struct entry *t, struct err *e);

static mount_fn choose(const struct entry *t)
{
    static const struct {
        const char *type;
        mount_fn fn;
    } types[] = {
        { "bind", bind },     { "tmpfs", tmpfs },    { "proc", proc },     { "sysfs", sysfs },
        { "cgroup", cgroup }, { "cgroup2", cgroup }, { "mqueue", mqueue },
    };

    if (t->o.flags & MOUNT_OPTION_REMOUNT)
        return remount;
    if (t->o.flags & MOUNT_OPTION_BIND)
        return bind;
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (t->m->type && STREQ(types[i].type, t->m->type))
            return types[i].fn;
    return plain;
}

static int mount_entry(struct setup *s, const struct config_mount *m, struct err *e)
{
    struct entry t = { .s = s, .m = m, .spot.fd = -1 };
    int r = mount_option_parse(m->options, &t.o, e);

    if (r >= 0 && !str_empty(s->config->lnx.mount_label) && !(t.o.flags & MOUNT_OPTION_BIND) &&
        strv_addf(&t.o.data, "context=%s", s->config->lnx.mount_label) < 0)
        r = err_nomem(e);
    if (r >= 0 && (t.o.flags & MOUNT_OPTION_IDMAP))
        r = err_set(e, ERR_UNSUPPORTED, "the option \"idmap\" is not supported yet");
    mount_fn fn = choose(&t);
    if (r >= 0 && fn == plain && str_empty(m->type))
        r = err_set(e, ERR_INVALID, "neither a type nor the option \"bind\"");
    if (r >= 0)
        r = fn(&t, e);
    if (t.spot.fd >= 0)
        close(t.spot.fd);
    mount_option_free(&t.o);
    return r;
}

static int explain(const struct config_mount *m, struct err *e)
{
    const char *what = m->source ? m->source : m->type;
    struct stat st;
    bool file = m->source && stat(m->source, &st) == 0 && !S_ISDIR(st.st_mode);

    if (e->errnum == ENOTDIR || (e->errnum == EINVAL && file))
        err_hint(e, "a directory can only be mounted onto a directory, and a file onto a file");
    return err_wrap(e, "mount %s on %s", what ? what : "", m->destination);
}

int rootfs_mounts(struct setup *s, struct err *e)
{
    for (size_t i = 0; i < s->config->n_mounts; i++) {
        const struct config_mount *m = &s->config->mounts[i];
        if (mount_entry(s, m, e) < 0)
            return explain(m, e);
    }
    return 0;
}
