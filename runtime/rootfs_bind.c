/* SPDX-License-Identifier: MIT */
/* Bind mounts: from paths of the runtime's, opened here or by the parent where we may not. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "runtime/launch.h"
#include "runtime/mount_idmap.h"
#include "runtime/rootfs_mount.h"
#include "runtime/setup.h"
#include "runtime/sync.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/mount.h>

int rootfs_ask_tree(struct setup *s, int index, struct mount_tree *ret, struct err *e)
{
    struct sync_msg m;
    int fd = -1;

    if (sync_send(s->sync, SYNC_TREE, index, -1) < 0 || sync_recv(s->sync, &m, &fd) <= 0 ||
        m.kind != SYNC_GO || fd < 0)
        return err_set(e, ERR_STATE, "the runtime gave up");
    *ret = (struct mount_tree){ .fd = fd, .detached = true, .recursive = true };
    return 0;
}

/* What root of the user namespace may not reach, the parent can. */
static int open_source(struct rootfs_entry *t, const char *path, struct mount_tree *ret,
                       struct err *e)
{
    int index = (int)(t->m - t->s->config->mounts);
    int r;

    if (mount_is_idmapped(t->m, &t->o))
        return rootfs_ask_tree(t->s, index, ret, e);
    r = mount_clone(AT_FDCWD, path, t->o.flags, ret, e);
    if (r < 0 && e->errnum == EACCES && mount_has_new_calls() &&
        config_namespace(t->s->config, CONFIG_NS_USER)) {
        err_clear(e);
        r = rootfs_ask_tree(t->s, index, ret, e);
    }
    return r;
}

/* crun's copy-symlink: a symlink as source becomes one in the rootfs. True when it was one. */
static int copy_symlink(struct rootfs_entry *t, const char *source, struct err *e)
{
    char text[PATH_MAX], there[PATH_MAX];
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
    if (symlinkat(text, dir, name) == 0)
        return 1;
    int errnum = errno;
    ssize_t have = errnum == EEXIST ? readlinkat(dir, name, there, sizeof(there)) : -1;
    if (have == n && memcmp(there, text, (size_t)n) == 0)
        return 1;
    return err_errnum(e, errnum, "symlink", t->m->destination);
}

static int attach(struct rootfs_entry *t, struct mount_tree *tree, struct err *e)
{
    bool cover = t->o.flags & MOUNT_OPTION_DEST_NOFOLLOW;
    struct stat st;

    if (fstat(tree->fd, &st) < 0)
        return err_sys(e, "stat", t->m->source);
    int r =
        rootfs_find_spot(t, S_ISDIR(st.st_mode), cover ? ROOTFS_LINK_COVER : ROOTFS_LINK_FOLLOW, e);
    if (r >= 0)
        r = rootfs_spot_check(&t->spot, tree->fd, e);
    return r < 0 ? r : mount_attach(tree, &t->spot, &t->o, e);
}

int rootfs_bind(struct rootfs_entry *t, struct err *e)
{
    CLEANUP(mount_tree) struct mount_tree tree = { .fd = -1 };
    AUTO_FREE char *src = NULL;
    int r = 0;

    if (str_empty(t->m->source))
        return err_set(e, ERR_INVALID, "a bind mount needs a source");
    src = mount_source_path(t->s->launch->bundle, t->m->source);
    if (!src)
        return err_nomem(e);
    if (t->o.flags & MOUNT_OPTION_COPY_SYMLINK) {
        if (t->o.flags & (MOUNT_OPTION_SRC_NOFOLLOW | MOUNT_OPTION_DEST_NOFOLLOW))
            return err_set(e, ERR_INVALID,
                           "the option \"copy-symlink\" excludes \"src-nofollow\" and "
                           "\"dest-nofollow\"");
        r = copy_symlink(t, src, e);
    }
    if (r != 0)
        return r < 0 ? r : 0;
    r = open_source(t, src, &tree, e);
    return r < 0 ? r : attach(t, &tree, e);
}

int rootfs_bind_instead(struct rootfs_entry *t, const char *path, struct err *e)
{
    CLEANUP(mount_tree) struct mount_tree tree = { .fd = -1 };
    int r = mount_clone(AT_FDCWD, path, MOUNT_OPTION_RBIND, &tree, e);

    return r < 0 ? r : mount_attach(&tree, &t->spot, &t->o, e);
}
