/* SPDX-License-Identifier: MIT */
/* /dev: device nodes, the links that every program expects, the console. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "runtime/launch.h"
#include "runtime/mount.h"
#include "runtime/rootfs_mount.h"
#include "runtime/setup.h"
#include "runtime/sync.h"
#include "runtime/tty.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

struct node {
    const char *path;
    mode_t mode; /* with the type */
    unsigned major, minor;
    uid_t uid;
    gid_t gid;
    const struct config_device *conf; /* NULL: a default one */
};

/* config-linux.md, "Default Devices"; console and ptmx come with the terminal and devpts. */
static const struct node default_nodes[] = {
    { .path = "/dev/null", .mode = S_IFCHR | 0666, .major = 1, .minor = 3 },
    { .path = "/dev/zero", .mode = S_IFCHR | 0666, .major = 1, .minor = 5 },
    { .path = "/dev/full", .mode = S_IFCHR | 0666, .major = 1, .minor = 7 },
    { .path = "/dev/random", .mode = S_IFCHR | 0666, .major = 1, .minor = 8 },
    { .path = "/dev/urandom", .mode = S_IFCHR | 0666, .major = 1, .minor = 9 },
    { .path = "/dev/tty", .mode = S_IFCHR | 0666, .major = 5, .minor = 0 },
};

static const struct {
    const char *name, *text;
    bool replace;
} links[] = {
    { "fd", "/proc/self/fd", false },       { "stdin", "/proc/self/fd/0", false },
    { "stdout", "/proc/self/fd/1", false }, { "stderr", "/proc/self/fd/2", false },
    { "core", "/proc/kcore", false },       { "ptmx", "pts/ptmx", true },
};

/* A directory of the rootfs and the name in it. The last directory is kept: nearly all nodes are in
 * /dev itself. */
struct place {
    char dir[256];
    int fd;
    const char *name;
};

static int find_place(struct place *p, int root, const char *path, struct err *e)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;

    if (len >= sizeof(p->dir))
        return err_set(e, ERR_LIMIT, "device path %s is too long", path);
    p->name = slash ? slash + 1 : path;
    if (str_empty(p->name) || STREQ(p->name, ".") || STREQ(p->name, ".."))
        return err_set(e, ERR_INVALID, "device path %s names no file", path);
    if (p->fd >= 0 && strlen(p->dir) == len && memcmp(p->dir, path, len) == 0)
        return 0;
    memcpy(p->dir, path, len);
    p->dir[len] = '\0';
    if (p->fd >= 0)
        close(p->fd);
    p->fd = fs_mkdir_in(root, len ? p->dir : "/", 0755);
    return p->fd < 0 ? err_sys(e, "make directory", p->dir) : 0;
}

static bool same_device(const struct stat *st, const struct node *n)
{
    return (st->st_mode & S_IFMT) == (n->mode & S_IFMT) &&
           (S_ISFIFO(st->st_mode) || st->st_rdev == makedev(n->major, n->minor));
}

/* Where nodes may not be made (user namespaces), or a default one's name is taken by a file of the
 * image: the host's own, bound over it. */
static int bind_node(int root, const struct node *n, struct err *e)
{
    CLEANUP(mount_tree) struct mount_tree tree = { .fd = -1 };
    const struct mount_options none = { 0 };
    struct mount_spot spot;
    struct stat st;
    int r = mount_clone(AT_FDCWD, n->path, 0, &tree, e);

    if (r < 0)
        return r;
    if (fstat(tree.fd, &st) < 0)
        return err_sys(e, "stat", n->path);
    if (!same_device(&st, n))
        return err_set(e, ERR_INVALID, "the host's %s is not the device %u:%u", n->path, n->major,
                       n->minor);
    r = rootfs_mount_spot(root, n->path, false, ROOTFS_LINK_REFUSE, &spot, e);
    if (r < 0)
        return r;
    r = mount_attach(&tree, &spot, &none, e);
    close(spot.fd);
    return r;
}

/* Mode and owner where the config has them, by a descriptor of the very node. */
static int set_attributes(const struct place *p, const struct node *n, const struct stat *st,
                          struct err *e)
{
    char path[FS_FD_PATH_MAX];
    AUTO_FD int fd = openat(p->fd, p->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return err_sys(e, "open", n->path);
    if ((n->conf->uid.set && st->st_uid != n->uid) || (n->conf->gid.set && st->st_gid != n->gid)) {
        if (fchownat(fd, "", n->uid, n->gid, AT_EMPTY_PATH) < 0)
            return err_sys(e, "chown", n->path);
    }
    if (n->conf->file_mode.set && st->st_mode != n->mode &&
        chmod(fs_fd_path(fd, path), n->mode & 07777) < 0)
        return err_sys(e, "chmod", n->path);
    return 0;
}

/* Something has the name already: the very device, or what must not be replaced. */
static int keep_node(int root, const struct place *p, const struct node *n, struct err *e)
{
    struct stat st;

    if (fstatat(p->fd, p->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return err_sys(e, "stat", n->path);
    if (same_device(&st, n))
        return !n->conf ? 0 : set_attributes(p, n, &st, e);
    if (!n->conf && S_ISREG(st.st_mode))
        return bind_node(root, n, e);
    return err_set(e, ERR_INVALID, "%s exists in the rootfs and is not that device", n->path);
}

static int make_node(int root, struct place *p, const struct node *n, struct err *e)
{
    int r = find_place(p, root, n->path, e);

    if (r < 0)
        return r;
    if (mknodat(p->fd, p->name, n->mode, makedev(n->major, n->minor)) == 0) {
        if ((n->uid || n->gid) && fchownat(p->fd, p->name, n->uid, n->gid, AT_SYMLINK_NOFOLLOW) < 0)
            return err_sys(e, "chown", n->path);
        return 0;
    }
    if (errno == EEXIST)
        return keep_node(root, p, n, e);
    if (errno == EPERM)
        return bind_node(root, n, e) < 0 ? err_wrap(e, "mknod is not permitted, nor is a bind") : 0;
    return err_sys(e, "mknod", n->path);
}

static int make_links(int root, struct place *p, struct err *e)
{
    for (size_t i = 0; i < ARRAY_LEN(links); i++) {
        char path[32];
        snprintf(path, sizeof(path), "/dev/%s", links[i].name);
        int r = find_place(p, root, path, e);
        if (r < 0)
            return r;
        int made = symlinkat(links[i].text, p->fd, links[i].name);
        if (made < 0 && errno == EEXIST && links[i].replace) {
            unlinkat(p->fd, links[i].name, 0);
            made = symlinkat(links[i].text, p->fd, links[i].name);
        }
        if (made < 0 && errno != EEXIST)
            return err_sys(e, "symlink", path);
    }
    return 0;
}

static int from_config(const struct config_device *d, struct node *ret, struct err *e)
{
    mode_t type = *d->type == 'b' ? S_IFBLK : *d->type == 'p' ? S_IFIFO : S_IFCHR;

    if (!str_has("bcup", *d->type))
        return err_set(e, ERR_INVALID, "device %s: unknown type \"%s\"", d->path, d->type);
    *ret = (struct node){
        .path = d->path,
        .conf = d,
        .mode = type | (d->file_mode.set ? d->file_mode.val & 07777 : 0666),
        .major = (unsigned)d->major,
        .minor = (unsigned)d->minor,
        .uid = d->uid.set ? d->uid.val : 0,
        .gid = d->gid.set ? d->gid.val : 0,
    };
    return 0;
}

/* A /dev bound from elsewhere is somebody else's to fill. */
static bool dev_is_bound(const struct config *c)
{
    for (size_t i = 0; i < c->n_mounts; i++) {
        const struct config_mount *m = &c->mounts[i];
        if ((STREQ(m->destination, "/dev") || STREQ(m->destination, "/dev/")) &&
            ((m->type && STREQ(m->type, "bind")) || strv_has(m->options, "bind") ||
             strv_has(m->options, "rbind")))
            return true;
    }
    return false;
}

static int make_all(struct setup *s, struct place *p, struct err *e)
{
    const struct config_linux *l = &s->config->lnx;
    bool bound = dev_is_bound(s->config);
    int r = 0;

    for (size_t i = 0; i < ARRAY_LEN(default_nodes) && r >= 0 && !bound; i++)
        r = make_node(s->root, p, &default_nodes[i], e);
    for (size_t i = 0; i < l->n_devices && r >= 0; i++) {
        struct node n = { 0 };
        if (bound && str_starts(l->devices[i].path, "/dev/"))
            continue;
        r = from_config(&l->devices[i], &n, e);
        if (r >= 0)
            r = make_node(s->root, p, &n, e);
        if (r < 0)
            return err_wrap(e, "/linux/devices/%zu", i);
    }
    return r < 0 || bound ? r : make_links(s->root, p, e);
}

int device_make(struct setup *s, struct err *e)
{
    struct place p = { .fd = -1 };

    if (s->ns.join_flags & CLONE_NEWNS)
        return 0;
    mode_t old = umask(0);
    int r = make_all(s, &p, e);
    umask(old);
    if (p.fd >= 0)
        close(p.fd);
    return r;
}

/* The terminal comes from the container's own devpts; its slave is /dev/console, too. */
int device_console(struct setup *s, struct err *e)
{
    CLEANUP(mount_tree) struct mount_tree tree = { .fd = -1 };
    const struct mount_options none = { 0 };
    struct mount_spot spot;
    AUTO_FD int master = -1;

    if (!s->process->terminal)
        return 0;
    int r = tty_open(s->root, &master, &s->tty, e);
    if (r < 0)
        return r;
    if (s->process->console_size)
        tty_resize(s->tty, (unsigned)s->process->console_size->height,
                   (unsigned)s->process->console_size->width);
    if (sync_send(s->sync, SYNC_PTY, 0, master) < 0)
        return err_sys(e, "send", "the terminal");
    if (s->ns.join_flags & CLONE_NEWNS)
        return 0;
    r = mount_clone(s->tty, "", 0, &tree, e);
    if (r >= 0)
        r = rootfs_mount_spot(s->root, "/dev/console", false, ROOTFS_LINK_REFUSE, &spot, e);
    if (r < 0)
        return r;
    r = mount_attach(&tree, &spot, &none, e);
    close(spot.fd);
    return r;
}
