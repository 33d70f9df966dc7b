/* SPDX-License-Identifier: MIT */
/* The mounts of a config, each onto a place that was resolved inside the rootfs. */
#include "runtime/rootfs_mount.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "runtime/copyup.h"
#include "runtime/launch.h"
#include "runtime/mount.h"
#include "runtime/mount_idmap.h"
#include "runtime/mount_label.h"
#include "runtime/setup.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

int rootfs_find_spot(struct rootfs_entry *t, bool dir, enum rootfs_link link, struct err *e)
{
    return rootfs_mount_spot(t->s->root, t->m->destination, dir, link, &t->spot, e);
}

int rootfs_keep_late(struct setup *s, int fd, struct err *e)
{
    int *more = realloc(s->late, (s->n_late + 1) * sizeof(*more));

    if (!more) {
        close(fd);
        return err_nomem(e);
    }
    s->late = more;
    s->late[s->n_late++] = fd;
    return 0;
}

/* ---- file systems ---- */

static const char *source_of(const struct config_mount *m)
{
    return str_empty(m->source) ? m->type : m->source;
}

static int new_fs(struct rootfs_entry *t, const char *type, struct err *e)
{
    bool copyup = t->o.flags & MOUNT_OPTION_TMPCOPYUP;
    bool xattr = mount_label_is_xattr(t->s->config, type);
    AUTO_FD int top = -1;
    int r = mount_fs(type, source_of(t->m), &t->o, &t->spot,
                     copyup || xattr || t->late_ro ? &top : NULL, e);

    if (r >= 0 && copyup)
        r = copyup_tree(t->spot.fd, top, e);
    if (r >= 0 && xattr)
        r = mount_label_set(t->s->config, top, e);
    if (r >= 0 && t->late_ro)
        r = rootfs_keep_late(t->s, TAKE_FD(top), e);
    return r;
}

/* Other file systems take a directory as they find it. Read-only ones say so to their superblock:
 * what lies on a device that nobody may write cannot be mounted otherwise. */
static int plain(struct rootfs_entry *t, struct err *e)
{
    int r = rootfs_find_spot(t, true, ROOTFS_LINK_FOLLOW, e);

    if (r >= 0)
        r = rootfs_spot_check(&t->spot, -1, e);
    if ((t->o.attr_set | t->o.rattr_set) & MOUNT_ATTR_RDONLY)
        t->o.sb_set |= MS_RDONLY;
    return r < 0 ? r : new_fs(t, t->m->type, e);
}

/* The mode of the directory that a tmpfs without one covers; none where there is no directory yet,
 * so that everybody may write to it (the kernel's own 1777), as runc has it. */
static int covered_mode(struct rootfs_entry *t, struct err *e)
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

static int tmpfs(struct rootfs_entry *t, struct err *e)
{
    int r = covered_mode(t, e);

    if (r >= 0)
        r = rootfs_find_spot(t, true, ROOTFS_LINK_FOLLOW, e);
    if (r >= 0)
        r = rootfs_spot_check(&t->spot, -1, e);
    return r < 0 ? r : new_fs(t, "tmpfs", e);
}

/* /proc and /sys must be where masks and everybody else look for them. */
static int proc(struct rootfs_entry *t, struct err *e)
{
    int r = rootfs_find_spot(t, true, ROOTFS_LINK_REFUSE, e);

    if (r >= 0)
        r = new_fs(t, "proc", e);
    /* Only the owner of the pid namespace may mount a proc of it; the runtime's own is there. */
    if (r < 0 && e->errnum == EPERM &&
        !((t->s->ns.clone_flags | t->s->ns.join_flags) & CLONE_NEWPID))
        return rootfs_bind_instead(t, "/proc", e);
    if (r < 0 && e->errnum == EPERM)
        err_hint(e, "in a user namespace the kernel mounts a new proc only where the outer one has "
                    "nothing mounted over it");
    return r;
}

static int sysfs(struct rootfs_entry *t, struct err *e)
{
    int r = rootfs_find_spot(t, true, ROOTFS_LINK_REFUSE, e);

    if (r >= 0)
        r = new_fs(t, "sysfs", e);
    /* Only the owner of the network namespace may mount a sysfs of it. */
    return r < 0 && e->errnum == EPERM ? rootfs_bind_instead(t, "/sys", e) : r;
}

/* It shows the ipc namespace of who mounts it, who has to own that. */
static int mqueue(struct rootfs_entry *t, struct err *e)
{
    bool own = (t->s->ns.clone_flags | t->s->ns.late_flags | t->s->ns.join_flags) & CLONE_NEWIPC;
    int r = rootfs_find_spot(t, true, ROOTFS_LINK_FOLLOW, e);

    if (r >= 0)
        r = rootfs_spot_check(&t->spot, -1, e);
    if (r >= 0)
        r = new_fs(t, "mqueue", e);
    return r < 0 && e->errnum == EPERM && !own ? rootfs_bind_instead(t, "/dev/mqueue", e) : r;
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
static int cgroup(struct rootfs_entry *t, struct err *e)
{
    int r = rootfs_find_spot(t, true, ROOTFS_LINK_REFUSE, e);

    strv_free(t->o.data);
    t->o.data = NULL;
    if (r >= 0)
        r = new_fs(t, "cgroup2", e);
    const char *host = r < 0 && (e->errnum == EPERM || e->errnum == EBUSY) ? host_cgroup2() : NULL;
    return host ? rootfs_bind_instead(t, host, e) : r;
}

static int remount(struct rootfs_entry *t, struct err *e)
{
    int fd = fs_open_in(t->s->root, t->m->destination, O_PATH, 0);

    if (fd < 0)
        return err_sys(e, "open", t->m->destination);
    t->spot = (struct mount_spot){ .root = t->s->root, .path = t->m->destination, .fd = fd };
    return mount_remount(&t->spot, &t->o, e);
}

/* ---- which is which ---- */

typedef int (*mount_fn)(struct rootfs_entry *t, struct err *e);

static mount_fn choose(const struct rootfs_entry *t)
{
    static const struct {
        const char *type;
        mount_fn fn;
    } types[] = {
        { "bind", rootfs_bind }, { "tmpfs", tmpfs },    { "proc", proc },     { "sysfs", sysfs },
        { "cgroup", cgroup },    { "cgroup2", cgroup }, { "mqueue", mqueue },
    };

    if (t->o.flags & MOUNT_OPTION_REMOUNT)
        return remount;
    if (t->o.flags & MOUNT_OPTION_BIND)
        return rootfs_bind;
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (t->m->type && STREQ(types[i].type, t->m->type))
            return types[i].fn;
    return plain;
}

static bool is_dev(const char *destination)
{
    const char *rest = str_after(destination + strspn(destination, "/"), "dev");

    return rest && rest[strspn(rest, "/")] == '\0';
}

/* In a read-only tmpfs, and in /dev, later mounts and devices still have to find or make their
 * places: as with runc they become read-only in the end. */
static void postpone_ro(struct rootfs_entry *t, mount_fn fn)
{
    const uint64_t ro = MOUNT_ATTR_RDONLY;

    if (fn != tmpfs && (fn != plain || !is_dev(t->m->destination)))
        return;
    t->late_ro = (t->o.attr_set | t->o.rattr_set) & ro;
    t->o.attr_set &= ~ro;
    t->o.rattr_set &= ~ro;
}

/* "/", "//.", "/../" … */
static bool is_root(const char *destination)
{
    const char *p = destination;

    while (*p == '/' || *p == '.') {
        size_t len = strcspn(p, "/");
        if (len > 2 || strspn(p, ".") < len)
            return false;
        p += len + strspn(p + len, "/");
    }
    return *p == '\0';
}

/* A mount on the root would be left behind by the pivot, or take the host's along. */
static int check_entry(const struct rootfs_entry *t, mount_fn fn, struct err *e)
{
    if (fn == plain && str_empty(t->m->type))
        return err_set(e, ERR_INVALID, "neither a type nor the option \"bind\"");
    if (fn != remount && is_root(t->m->destination)) {
        err_set(e, ERR_INVALID, "the destination cannot be the root itself");
        return err_hint(e, "name that directory in /root/path");
    }
    if ((t->o.flags & MOUNT_OPTION_TMPCOPYUP) && fn != tmpfs)
        return err_set(e, ERR_INVALID, "the option \"tmpcopyup\" is for a tmpfs");
    return 0;
}

static int mount_entry(struct setup *s, const struct config_mount *m, struct err *e)
{
    struct rootfs_entry t = { .s = s, .m = m, .spot.fd = -1 };
    int r = mount_option_parse(m->options, &t.o, e);
    mount_fn fn = choose(&t);

    if (r >= 0)
        r = check_entry(&t, fn, e);
    if (r >= 0 && (fn == tmpfs || fn == plain))
        r = mount_label_add(s->config, m->type, &t.o.data, e);
    postpone_ro(&t, fn);
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
    int r = mount_label_check(s->config, e);

    for (size_t i = 0; r >= 0 && i < s->config->n_mounts; i++) {
        const struct config_mount *m = &s->config->mounts[i];
        if (mount_entry(s, m, e) < 0)
            return explain(m, e);
    }
    return r;
}
