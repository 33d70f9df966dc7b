/* SPDX-License-Identifier: MIT */
/* The steps of a start that make the container: rootfs, files, confinement, process. */
#include "engine/monitor/state.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/str.h"
#include "base/vec.h"
#include "engine/filter.h"
#include "engine/group.h"
#include "engine/monitor/oom.h"
#include "engine/monitor/pressure.h"
#include "engine/teardown.h"
#include "engine/user.h"
#include "image/overlay.h"
#include "image/store.h"
#include "net/hosts.h"
#include "net/network.h"

#include <fcntl.h>
#include <string.h>

/* ---- rootfs ---- */

/* Kernels without mounts that only descriptors lead to: in the run directory, and by its path. */
static int mount_seen(struct monitor *m, const struct store *s, const char *upper, const char *work,
                      struct err *e)
{
    const struct record *rec = &m->plan->record;
    char **path = &m->plan->config.root->path;

    free(*path);
    *path = str_fmt("%s/containers/%s/%s", m->paths->runroot, m->c.id, TEARDOWN_ROOT);
    if (!*path)
        return err_nomem(e);
    if (mkdirat(m->c.run_fd, TEARDOWN_ROOT, 0700) < 0 && errno != EEXIST)
        return err_sys(e, "mkdir", *path);
    int r = overlay_mount(s, rec->layers, upper, work, rec->auto_remove ? OVERLAY_VOLATILE : 0,
                          *path, e);
    if (r < 0)
        return r;
    m->rootfs_seen = true;
    m->rootfs_fd = open(*path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return m->rootfs_fd < 0 ? err_sys(e, "open", *path) : 0;
}

static int mount_rootfs(struct monitor *m, struct err *e)
{
    const struct store store = paths_store(m->paths);
    const struct record *rec = &m->plan->record;
    AUTO_FREE char *upper = str_fmt("%s/containers/%s/upper", m->paths->root, m->c.id);
    AUTO_FREE char *work = str_fmt("%s/containers/%s/work", m->paths->root, m->c.id);

    if (!upper || !work)
        return err_nomem(e);
    int r = overlay_open(&store, rec->layers, upper, work, rec->auto_remove ? OVERLAY_VOLATILE : 0,
                         &m->rootfs_fd, e);
    if (r < 0 && e->errnum == ENOSYS)
        r = mount_seen(m, &store, upper, work, e);
    return r < 0 ? err_wrap(e, "rootfs of image %s", rec->image) : 0;
}

int setup_rootfs(struct monitor *m, struct err *e)
{
    CLEANUP(user) struct user u = { 0 };
    struct config_process *proc = m->plan->config.process;

    int r = mount_rootfs(m, e);
    if (r >= 0)
        r = user_lookup(m->rootfs_fd, m->plan->record.user, m->plan->record.group_add, &u, e);
    if (r >= 0)
        r = user_apply(&u, proc, e);
    if (r < 0)
        return r;
    AUTO_FD int cwd = fs_mkdir_in(m->rootfs_fd, proc->cwd, 0755);
    return cwd < 0 ? err_sysf(e, "mkdir", "working directory %s", proc->cwd) : 0;
}

/* ---- files ---- */

static int read_host_file(const char *path, char **ret, struct err *e)
{
    int r = fs_read(AT_FDCWD, path, 1u << 20, ret, NULL, e);

    if (r < 0 && e->errnum == ENOENT) {
        *ret = str_dup("");
        return *ret ? 0 : err_nomem(e);
    }
    return r;
}

/* A bind mount unless the user mounts something there. */
int setup_bind(struct monitor *m, const char *source, const char *target, bool read_only,
               struct err *e)
{
    struct config *c = &m->plan->config;

    for (size_t i = 0; i < c->n_mounts; i++)
        if (STREQ(c->mounts[i].destination, target))
            return 0;
    struct config_mount *mount = VEC_ADD(c->mounts, c->n_mounts);
    if (!mount)
        return err_nomem(e);
    mount->destination = str_dup(target);
    mount->type = str_dup("bind");
    mount->source = str_dup(source);
    mount->options = strv_split(read_only ? "bind,rprivate,ro" : "bind,rprivate", ',', false);
    return mount->destination && mount->type && mount->source && mount->options ? 0 : err_nomem(e);
}

/* Writes the file in the run directory and mounts it, as read-only as the root. */
static int add_file(struct monitor *m, const char *name, const char *target, const struct buf *text,
                    struct err *e)
{
    AUTO_FREE char *source = str_fmt("%s/containers/%s/%s", m->paths->runroot, m->c.id, name);
    AUTO_FD int fd = openat(m->c.run_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (!source || text->failed)
        return err_nomem(e);
    if (fd < 0)
        return err_sys(e, "create", source);
    if (text->len > 0 && fs_write_all(fd, text->data, text->len) < 0)
        return err_sys(e, "write", source);
    return setup_bind(m, source, target, m->plan->record.read_only, e);
}

static int resolv_text(struct monitor *m, struct buf *out, struct err *e)
{
    const struct record *rec = &m->plan->record;
    const struct hosts_resolv want = { rec->dns, rec->dns_search, rec->dns_options };
    AUTO_FREE char *host = NULL;

    int r = read_host_file("/etc/resolv.conf", &host, e);
    if (r < 0)
        return r;
    if (rec->n_networks > 0)
        return hosts_resolv_dns(&want, host, out, e);
    return hosts_resolv_copy(&want, host, STREQ(rec->network_mode, NETWORK_NONE), out, e);
}

/* On bridge networks the address is not known yet: setup_network() writes the text into the file
 * that is mounted by then. */
static int hosts_text(struct monitor *m, struct buf *out, struct err *e)
{
    const struct record *rec = &m->plan->record;
    const struct hosts_want want = { .hostname = rec->hostname,
                                     .domainname = rec->domainname,
                                     .extra = rec->extra_hosts };
    AUTO_FREE char *host = NULL;

    if (rec->n_networks > 0)
        return 0;
    if (!STREQ(rec->network_mode, NETWORK_HOST))
        return hosts_file(&want, out, e);
    int r = read_host_file("/etc/hosts", &host, e);
    return r < 0 ? r : hosts_file_host(&want, host, out, e);
}

int setup_files(struct monitor *m, struct err *e)
{
    AUTO_BUF struct buf hosts = { 0 };
    AUTO_BUF struct buf hostname = { 0 };
    AUTO_BUF struct buf resolv = { 0 };

    int r = setup_shared(m, e);
    if (r != 0)
        return r < 0 ? r : 0;
    hosts_hostname(m->plan->record.hostname, &hostname);
    r = hosts_text(m, &hosts, e);
    if (r >= 0)
        r = resolv_text(m, &resolv, e);
    if (r >= 0)
        r = add_file(m, "hosts", "/etc/hosts", &hosts, e);
    if (r >= 0)
        r = add_file(m, "hostname", "/etc/hostname", &hostname, e);
    if (r >= 0)
        r = add_file(m, "resolv.conf", "/etc/resolv.conf", &resolv, e);
    return r;
}

/* ---- confinement ---- */

/* None where cgroups are disabled. */
static int make_group(struct monitor *m, struct err *e)
{
    const struct record *rec = &m->plan->record;
    const struct config *c = &m->plan->config;
    /* A new container's missing limits have been told of when it was planned. */
    unsigned lenient = rec->cgroup_lenient ? CGROUP_LENIENT : 0;
    unsigned quiet = m->job->fresh ? CGROUP_QUIET : 0;
    const struct cgroup_want want = { .id = m->c.id,
                                      .cgroups_path = c->lnx.cgroups_path,
                                      .resources = c->lnx.resources,
                                      .annotations = &c->annotations,
                                      .flags = CGROUP_ACCOUNT | CGROUP_LASTING | lenient | quiet };
    const struct cgroup_driver *driver;

    if (!rec->cgroup)
        return 0;
    int r = group_driver(rec, &driver, e);
    if (r >= 0)
        r = cgroup_tree_open(&m->tree, e);
    if (r >= 0)
        r = driver->create(&m->tree, rec->cgroup, &want, &m->cgroup, e);
    return r;
}

int setup_confine(struct monitor *m, struct err *e)
{
    int r = filter_load(m->paths, &m->plan->record, &m->plan->config, &m->filter, e);

    if (r >= 0)
        r = make_group(m, e);
    if (r >= 0)
        oom_prepare(m);
    return r < 0 ? r : pressure_prepare(m, e);
}

/* ---- process ---- */

int setup_process(struct monitor *m, struct err *e)
{
    m->launch = (struct launch)LAUNCH_INIT;
    m->launch.id = m->c.id;
    m->launch.config = &m->plan->config;
    m->launch.bundle = "/";
    m->launch.rootfs_fd = m->rootfs_seen ? -1 : m->rootfs_fd;
    memcpy(m->launch.stdio, m->child_stdio, sizeof(m->launch.stdio));
    m->launch.cgroup = &m->cgroup;
    m->launch.want_netns = true;
    m->launch.filter = m->filter.len > 0 ? &m->filter : NULL;
    return launch_create(&m->launch, &m->proc, e);
}
