/* SPDX-License-Identifier: MIT */
/* Trees that the parent opens for its child: with ids mapped, or where the child may not go. */
#include "runtime/mount_idmap.h"

#include "base/fs.h"
#include "base/num.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/sys.h"
#include "runtime/idmap.h"
#include "runtime/launch.h"
#include "runtime/mount.h"
#include "runtime/sync.h"

#include <fcntl.h>
#include <sys/mount.h>

bool mount_is_idmapped(const struct config_mount *m, const struct mount_options *o)
{
    return (o->flags & MOUNT_OPTION_IDMAP) || m->n_uid_mappings > 0 || m->n_gid_mappings > 0;
}

char *mount_source_path(const char *bundle, const char *source)
{
    return *source == '/' ? str_dup(source) : str_fmt("%s/%s", bundle, source);
}

/* ---- crun's mappings in an option ---- */

void mount_idmap_free(struct mount_idmap *m)
{
    free(m->uids);
    free(m->gids);
}

static int parse_number(char **p, uint32_t *ret, struct err *e)
{
    uint64_t n;
    char *number = strsep(p, "-");
    int r = number ? num_u64(number, 0, UINT32_MAX, &n, e)
                   : err_set(e, ERR_INVALID, "expected three numbers");

    if (r >= 0)
        *ret = (uint32_t)n;
    return r < 0 ? r : 0;
}

/* What the container calls `id` has this number outside. */
static int outside(const struct config_id_mapping *v, size_t n, uint32_t *id, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        if (*id >= v[i].container_id && *id - v[i].container_id < v[i].size) {
            *id += v[i].host_id - v[i].container_id;
            return 0;
        }
    }
    return err_set(e, ERR_INVALID, "the container has no id %u", *id);
}

/* The list of one sort, "0-1-10#@10-11-10". */
static int parse_list(char *list, const struct config_id_mapping *inside, size_t n_inside,
                      struct config_id_mapping **ret, size_t *ret_n, struct err *e)
{
    for (char *one; (one = strsep(&list, "#"));) {
        struct config_id_mapping *more = realloc(*ret, (*ret_n + 1) * sizeof(*more));
        bool relative = *one == '@';
        if (!more)
            return err_nomem(e);
        *ret = more;
        struct config_id_mapping *m = &more[*ret_n];
        *m = (struct config_id_mapping){ 0 };
        one += relative;
        int r = parse_number(&one, &m->container_id, e);
        if (r >= 0)
            r = parse_number(&one, &m->host_id, e);
        if (r >= 0)
            r = parse_number(&one, &m->size, e);
        if (r >= 0 && one)
            r = err_set(e, ERR_INVALID, "more than three numbers");
        if (r >= 0 && relative)
            r = outside(inside, n_inside, &m->host_id, e);
        if (r < 0)
            return r;
        ++*ret_n;
    }
    return 0;
}

int mount_idmap_parse(const char *text, const struct config *c, struct mount_idmap *ret,
                      struct err *e)
{
    CLEANUP(mount_idmap) struct mount_idmap m = { 0 };
    AUTO_FREE char *copy = str_dup(text);
    char *rest = copy;
    int r = copy ? 0 : err_nomem(e);

    for (char *part; r >= 0 && (part = strsep(&rest, ";"));) {
        if (str_starts(part, "uids="))
            r = parse_list(part + 5, c->lnx.uid_mappings, c->lnx.n_uid_mappings, &m.uids, &m.n_uids,
                           e);
        else if (str_starts(part, "gids="))
            r = parse_list(part + 5, c->lnx.gid_mappings, c->lnx.n_gid_mappings, &m.gids, &m.n_gids,
                           e);
        else
            r = err_set(e, ERR_INVALID, "expected uids= or gids=");
    }
    if (r >= 0 && (!m.n_uids || !m.n_gids))
        r = err_set(e, ERR_INVALID, "uids and gids need each other");
    if (r < 0) {
        err_wrap(e, "option \"idmap=%s\"", text);
        return err_hint(e, "for example idmap=uids=0-1000-1;gids=0-1000-1: on disk, in the host, "
                           "how many");
    }
    *ret = m;
    m = (struct mount_idmap){ 0 };
    return 0;
}

/* ---- user namespaces ---- */

static int open_userns(pid_t pid, int *ret, struct err *e)
{
    char path[48];

    snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
    *ret = open(path, O_RDONLY | O_CLOEXEC);
    return *ret < 0 ? err_sys(e, "open", path) : 0;
}

/* A namespace lives in a process until somebody holds it by descriptor; this one ends with the
 * pipe, also when we are killed. */
static _Noreturn void live_in(int pipe_read, int pipe_write)
{
    char byte;

    close(pipe_write);
    while (read(pipe_read, &byte, 1) < 0 && errno == EINTR)
        ;
    _exit(0);
}

static int new_userns(const struct mount_idmap *m, const char *at, int *ret, struct err *e)
{
    const struct idmap_lists maps = { at, m->uids, m->n_uids, m->gids, m->n_gids };
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) < 0)
        return err_sys(e, "pipe", NULL);
    AUTO_FD int theirs = fds[0];
    pid_t pid = proc_clone(CLONE_NEWUSER, -1, NULL);
    if (pid == 0)
        live_in(fds[0], fds[1]);
    int r = pid < 0 ? err_sys(e, "clone", "user namespace") : idmap_write_lists(&maps, pid, e);
    if (r >= 0)
        r = open_userns(pid, ret, e);
    close(fds[1]);
    if (pid > 0)
        proc_wait(pid);
    return r;
}

/* The mount's own mappings, those in its option, or the container's. */
static int find_userns(const struct launch_proc *p, const struct config_mount *m,
                       const struct mount_options *o, int *ret, struct err *e)
{
    const struct mount_idmap own = { m->uid_mappings, m->gid_mappings, m->n_uid_mappings,
                                     m->n_gid_mappings };
    CLEANUP(mount_idmap) struct mount_idmap parsed = { 0 };
    char at[32];
    int r = 0;

    snprintf(at, sizeof(at), "/mounts/%zu", (size_t)(m - p->launch->config->mounts));
    if (own.n_uids)
        return new_userns(&own, at, ret, e);
    if (!o->idmap)
        return open_userns(p->pid, ret, e);
    r = mount_idmap_parse(o->idmap, p->launch->config, &parsed, e);
    return r < 0 ? r : new_userns(&parsed, at, ret, e);
}

/* ---- the trees ---- */

/* Our clone is a peer of the host's mount; what the child has cloned is what `isolate` of rootfs.c
 * made of it. */
static int isolate(const struct config *c, int tree, struct err *e)
{
    const char *prop = c->lnx.rootfs_propagation;
    struct mount_attr attr = { .propagation =
                                   prop && strstr(prop, "private") ? MS_PRIVATE : MS_SLAVE };

    if (prop && strstr(prop, "shared"))
        return 0;
    if (mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr)) < 0)
        return err_sys(e, "mount_setattr", NULL);
    return 0;
}

static int map_ids(const struct launch_proc *p, const struct config_mount *m,
                   const struct mount_options *o, int tree, struct err *e)
{
    struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
    AUTO_FD int userns = -1;
    int r = find_userns(p, m, o, &userns, e);

    if (r < 0)
        return r;
    attr.userns_fd = (uint64_t)userns;
    if (mount_setattr(tree, "", AT_EMPTY_PATH | (o->flags & MOUNT_OPTION_RIDMAP ? AT_RECURSIVE : 0),
                      &attr, sizeof(attr)) == 0)
        return 0;
    r = err_sys(e, "map ids of", m->source);
    if (e->errnum == EINVAL)
        err_hint(e, "its file system, or this kernel, has no idmapped mounts");
    if (e->errnum == EPERM)
        err_hint(e, "ids can be mapped once: not those of a mount that is idmapped already, nor in "
                    "a file system of another user namespace");
    return r;
}

static int open_tree_of(const struct launch_proc *p, int index, int *ret, struct err *e)
{
    const struct config *c = p->launch->config;
    const struct config_mount root = { .source = c->root->path };
    const struct config_mount *m = index < 0 ? &root : &c->mounts[index];
    CLEANUP(mount_options) struct mount_options o = { 0 };
    CLEANUP(mount_tree) struct mount_tree tree = { .fd = -1 };
    AUTO_FREE char *src = mount_source_path(p->launch->bundle, m->source);
    int r = src ? mount_option_parse(m->options, &o, e) : err_nomem(e);

    if (index < 0)
        o.flags |= MOUNT_OPTION_RBIND;
    if (r >= 0)
        r = mount_clone(AT_FDCWD, src, o.flags, &tree, e);
    /* A user who may not clone mounts: what the child has met already is the reason. */
    if (r < 0 && e->errnum == EPERM && !mount_is_idmapped(m, &o)) {
        errno = EACCES;
        r = err_sys(e, "open", src);
    }
    if (r >= 0 && !tree.detached) {
        errno = ENOSYS;
        r = err_sys(e, "open_tree", src);
    }
    if (r >= 0)
        r = isolate(c, tree.fd, e);
    if (r >= 0 && mount_is_idmapped(m, &o))
        r = map_ids(p, m, &o, tree.fd, e);
    if (r < 0 && e->errnum == ENOSYS && mount_is_idmapped(m, &o))
        err_set(e, ERR_UNSUPPORTED,
                "/mounts/%d/%s: idmapped mounts need a kernel with mount_setattr (5.12)", index,
                m->n_uid_mappings ? "uidMappings" : "options");
    if (r < 0)
        return -e->kind;
    *ret = TAKE_FD(tree.fd);
    return 0;
}

int mount_idmap_hand_over(const struct launch_proc *p, int index, struct err *e)
{
    const struct config *c = p->launch->config;
    AUTO_FD int fd = -1;

    if (index < -1 || index >= (int)c->n_mounts || !c->root)
        return err_set(e, ERR_CORRUPT, "the container's process asks for an unknown mount");
    int r = open_tree_of(p, index, &fd, e);
    if (r < 0)
        return index < 0 ? err_wrap(e, "rootfs")
                         : err_wrap(e, "mount %s on %s", c->mounts[index].source,
                                    c->mounts[index].destination);
    if (sync_send(p->sync_fd, SYNC_GO, p->pid, fd) < 0 && errno != EPIPE)
        return err_sys(e, "send", "to the child");
    return 0;
}
