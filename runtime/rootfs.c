/* SPDX-License-Identifier: MIT */
/* The container's root: it becomes a mount over "/", is filled, and pivoted to. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/sys.h"
#include "runtime/hooks.h"
#include "runtime/launch.h"
#include "runtime/mount.h"
#include "runtime/rootfs_chroot.h"
#include "runtime/rootfs_mount.h"
#include "runtime/setup.h"
#include "runtime/sync.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>

/* ---- propagation ---- */

static int propagation(const struct config *c, unsigned long *ret, struct err *e)
{
    static const struct {
        const char *name;
        unsigned long flags;
    } names[] = {
        { "private", MS_PRIVATE },       { "rprivate", MS_PRIVATE | MS_REC },
        { "shared", MS_SHARED },         { "rshared", MS_SHARED | MS_REC },
        { "slave", MS_SLAVE },           { "rslave", MS_SLAVE | MS_REC },
        { "unbindable", MS_UNBINDABLE }, { "runbindable", MS_UNBINDABLE | MS_REC },
    };

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (STREQ(names[i].name, c->lnx.rootfs_propagation)) {
            *ret = names[i].flags;
            return 0;
        }
    }
    return err_set(e, ERR_INVALID, "/linux/rootfsPropagation: unknown value \"%s\"",
                   c->lnx.rootfs_propagation);
}

/* What the host mounts and unmounts later still reaches bind mounts that want it (slave), and
 * nothing of ours reaches the host: the mount that ours is attached to is private. A container that
 * asks for shared bind mounts has a shared rootfsPropagation: then the host's stay peers. */
static int isolate(const struct config *c, struct err *e)
{
    unsigned long flags = MS_SLAVE | MS_REC;

    if (!str_empty(c->lnx.rootfs_propagation)) {
        int r = propagation(c, &flags, e);
        if (r < 0)
            return r;
    }
    flags = (flags & MS_SHARED ? MS_SHARED : flags & MS_PRIVATE ? MS_PRIVATE : MS_SLAVE) | MS_REC;
    if (!(flags & MS_SHARED) && mount(NULL, "/", NULL, flags, NULL) < 0)
        return err_sys(e, "make slave", "/");
    if (!(flags & MS_PRIVATE) && mount(NULL, "/", NULL, MS_PRIVATE, NULL) < 0)
        return err_sys(e, "make private", "/");
    return 0;
}

/* ---- the root becomes a mount ---- */

/* Over "/": it is hidden there until the pivot, and needs no directory of the host. */
static int attach_root(int fd, struct err *e)
{
    if (move_mount(fd, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0)
        return err_sys(e, "move_mount", "the rootfs");
    return 0;
}

static int bind_root_old(const char *path, int *ret, struct err *e)
{
    mount_use_old_calls();
    if (mount(path, path, NULL, MS_BIND | MS_REC, NULL) < 0)
        return err_sys(e, "mount", path);
    *ret = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return *ret < 0 ? err_sys(e, "open", path) : 0;
}

static int open_bundle_root(struct setup *s, struct err *e)
{
    const char *path = s->config->root->path;
    AUTO_FREE char *abs = *path == '/' ? str_dup(path) : str_fmt("%s/%s", s->launch->bundle, path);
    CLEANUP(mount_tree) struct mount_tree tree = { .fd = -1 };

    if (!abs)
        return err_nomem(e);
    int r = mount_clone(AT_FDCWD, abs, MOUNT_OPTION_RBIND, &tree, e);
    /* Root of a user namespace may not get there; the parent can. */
    if (r < 0 && e->errnum == EACCES && config_namespace(s->config, CONFIG_NS_USER)) {
        err_clear(e);
        r = rootfs_ask_tree(s, -1, &tree, e);
    }
    bool old = r >= 0 && !tree.detached;
    if (r >= 0 && !old) {
        r = attach_root(tree.fd, e);
        old = r < 0 && e->errnum == ENOSYS;
    }
    if (old)
        r = bind_root_old(abs, &s->root, e);
    else if (r >= 0)
        s->root = TAKE_FD(tree.fd);
    return r < 0 ? err_wrap(e, "rootfs") : 0;
}

int rootfs_open(struct setup *s, struct err *e)
{
    if (s->ns.join_flags & CLONE_NEWNS) {
        s->root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
        return s->root < 0 ? err_sys(e, "open", "/") : 0;
    }
    if (!(s->ns.clone_flags & CLONE_NEWNS)) {
        s->root = s->launch->rootfs_fd; /* mounted by the caller, where everybody sees it */
        return 0;
    }
    int r = s->ns.clone_flags & CLONE_NEWUSER ? 0 : rootfs_chroot_find(&s->chrooted, e);
    if (r >= 0 && !s->chrooted)
        r = isolate(s->config, e);
    if (r < 0)
        return r;
    if (s->launch->rootfs_fd < 0)
        return open_bundle_root(s, e);
    s->root = s->launch->rootfs_fd;
    return attach_root(s->root, e);
}

/* ---- hooks that see both worlds ---- */

int rootfs_hooks(struct setup *s, struct err *e)
{
    struct state st;
    int r = 0;

    if (!s->launch->state)
        return 0;
    if (hooks_in_runtime(s->config)) {
        if (sync_send(s->sync, SYNC_HOOKS, 0, -1) < 0)
            return err_sys(e, "send", "to the runtime");
        r = setup_wait_go(s, e);
    }
    if (r < 0 || s->config->hooks.create_container.n == 0)
        return r;
    st = *s->launch->state;
    st.status = STATE_CREATING;
    st.pid = s->host_pid;
    return hooks_run_to(&s->hooks_output, environ, &s->config->hooks.create_container,
                        "createContainer", &st, e);
}

/* ---- the pivot ---- */

/* Unmounting what is still shared with the host would unmount it there. */
static int drop_old_root(bool shared, struct err *e)
{
    if (shared && mount(NULL, ".", NULL, MS_SLAVE | MS_REC, NULL) < 0)
        return err_sys(e, "make slave", "the old root");
    if (umount2(".", MNT_DETACH) < 0)
        return err_sys(e, "umount", "the old root");
    return 0;
}

/* The new root is the working directory. The old one ends up on top of it and is taken off. */
static int pivot(bool shared, struct err *e)
{
    AUTO_FD int old = shared ? open("/", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;

    if (sys_pivot_root(".", ".") < 0) {
        int r = err_sys(e, "pivot_root", NULL);
        if (e->errnum == EINVAL)
            err_hint(e, "a root on the kernel's initial ramfs cannot be pivoted away from: use "
                        "--no-pivot");
        return r;
    }
    if (old >= 0 && fchdir(old) < 0)
        return err_sys(e, "chdir", "the old root");
    int r = drop_old_root(shared, e);
    return r >= 0 && chdir("/") < 0 ? err_sys(e, "chdir", "/") : r;
}

static int make_cwd(struct setup *s, struct err *e)
{
    AUTO_FD int fd = fs_mkdir_in(s->root, s->process->cwd, 0755);

    /* A directory that root may not see is entered later, as the user. */
    if (fd < 0 && errno != EACCES)
        return err_sys(e, "make working directory", s->process->cwd);
    return 0;
}

/* Before the pivot, while old kernels find descriptors in the runtime's own /proc. */
static int make_readonly(struct setup *s, struct err *e)
{
    const struct mount_options ro = { .attr_set = MOUNT_ATTR_RDONLY };
    int r = 0;

    for (size_t i = 0; i < s->n_late && r >= 0; i++)
        r = mount_set(s->late[i], &ro, false, e);
    if (r >= 0 && s->config->root && s->config->root->readonly)
        r = mount_set(s->root, &ro, false, e);
    return r < 0 ? err_wrap(e, "make read-only") : 0;
}

static int set_propagation(const struct config *c, struct err *e)
{
    unsigned long flags;

    if (str_empty(c->lnx.rootfs_propagation))
        return 0;
    int r = propagation(c, &flags, e);
    if (r >= 0 && mount(NULL, "/", NULL, flags, NULL) < 0)
        r = err_sysf(e, "make", "the rootfs %s", c->lnx.rootfs_propagation);
    return r;
}

int rootfs_pivot(struct setup *s, struct err *e)
{
    const char *prop = s->config->lnx.rootfs_propagation;
    int r;

    if (s->ns.join_flags & CLONE_NEWNS)
        return 0;
    r = make_cwd(s, e);
    if (r >= 0)
        r = make_readonly(s, e);
    if (r >= 0 && s->chrooted)
        r = rootfs_chroot_leave(e);
    if (r < 0)
        return r;
    if (fchdir(s->root) < 0)
        return err_sys(e, "chdir", "the rootfs");
    if (s->launch->no_pivot || !(s->ns.clone_flags & CLONE_NEWNS))
        r = chroot(".") < 0 ? err_sys(e, "chroot", "the rootfs") : 0;
    else
        r = pivot(prop && strstr(prop, "shared"), e);
    return r < 0 ? r : set_propagation(s->config, e);
}
