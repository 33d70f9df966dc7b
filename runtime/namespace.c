/* SPDX-License-Identifier: MIT */
/* Namespaces: which are new, which are joined, and the clone that makes it so. */
#include "runtime/namespace.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/str.h"
#include "runtime/hooks.h"
#include "runtime/idmap.h"
#include "runtime/setup.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

static void plan_init(struct namespace_plan *p)
{
    *p = (struct namespace_plan){ .pidfd = -1 };
    for (int i = 0; i < CONFIG_NS_MAX; i++)
        p->join[i] = -1;
}

void namespace_plan_close(struct namespace_plan *p)
{
    for (int i = 0; i < CONFIG_NS_MAX; i++)
        if (p->join[i] >= 0)
            mem_close(&p->join[i]);
}

static int open_path(const struct config_namespace *ns, int *ret, struct err *e)
{
    AUTO_FD int fd = open(ns->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return err_sys(e, "open", ns->path);
    int type = ioctl(fd, NS_GET_NSTYPE);
    if (type < 0)
        return err_set(e, ERR_INVALID, "%s is no namespace", ns->path);
    if (type != config_ns_flag(ns->type))
        return err_set(e, ERR_INVALID, "%s is not a %s namespace", ns->path,
                       json_enum_name(config_ns_names, (int)ns->type));
    *ret = TAKE_FD(fd);
    return 0;
}

/* True when the descriptor is the namespace that the caller lives in: joining one's own user
 * namespace is an error (setns(2)). */
static bool is_own(int fd, enum config_ns type)
{
    char path[64];
    struct stat a, b;

    snprintf(path, sizeof(path), "/proc/self/ns/%s", config_ns_file(type));
    return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_ino == b.st_ino &&
           a.st_dev == b.st_dev;
}

static int plan_one(struct namespace_plan *p, const struct config *c,
                    const struct config_namespace *ns, struct err *e)
{
    uint64_t flag = (uint64_t)config_ns_flag(ns->type);

    if (!str_empty(ns->path)) {
        AUTO_FD int fd = -1;
        int r = open_path(ns, &fd, e);
        if (r < 0)
            return err_wrap(e, "/linux/namespaces/%zu/path", (size_t)(ns - c->lnx.namespaces));
        if (ns->type == CONFIG_NS_USER && is_own(fd, ns->type))
            return 0;
        p->join[ns->type] = TAKE_FD(fd);
        p->join_flags |= flag;
    } else if (ns->type == CONFIG_NS_CGROUP) {
        p->new_cgroup = true;
    } else if (ns->type == CONFIG_NS_TIME && c->lnx.time_offsets) {
        p->offsets = c;
    } else {
        p->clone_flags |= flag;
    }
    return 0;
}

/* An exec by root joins the pid namespace first and the rest in the child; a user can join nothing
 * before the user namespace. */
static bool needs_middle(const struct namespace_plan *p)
{
    bool own_user = p->clone_flags & CLONE_NEWUSER;

    if (p->pidfd >= 0)
        return (p->join_flags & CLONE_NEWUSER) && geteuid() != 0;
    return (p->join_flags & CLONE_NEWUSER) || (own_user && p->join_flags);
}

/* Who is not root may set the clocks of a new time namespace only in a user namespace of its own,
 * and before its first process is there. */
static void put_user_first(struct namespace_plan *p)
{
    if (!p->offsets || !(p->clone_flags & CLONE_NEWUSER) || p->join_flags || geteuid() == 0)
        return;
    p->middle = p->user_first = true;
    p->clone_flags &= ~(uint64_t)CLONE_NEWUSER;
}

/* A path may lead to the runtime's own network namespace, whose settings and devices are not a
 * container's (runc refuses it, too). */
static int spare_host_net(const struct namespace_plan *p, const struct config *c, struct err *e)
{
    int fd = p->join[CONFIG_NS_NETWORK];
    const char *field = c->lnx.n_net_devices > 0 ? "/linux/netDevices" : NULL;

    json_map_foreach(it, &c->lnx.sysctl)
    {
        if (str_starts(it->key, "net.") || str_starts(it->key, "net/"))
            field = "/linux/sysctl/net.*";
    }
    if (fd < 0 || !field || !is_own(fd, CONFIG_NS_NETWORK))
        return 0;
    return err_set(e, ERR_INVALID, "%s: not allowed in the host's network namespace", field);
}

int namespace_plan(const struct config *c, struct namespace_plan *ret, struct err *e)
{
    struct namespace_plan p;
    int r = 0;

    plan_init(&p);
    for (size_t i = 0; i < c->lnx.n_namespaces && r >= 0; i++)
        r = plan_one(&p, c, &c->lnx.namespaces[i], e);
    if (r >= 0)
        r = spare_host_net(&p, c, e);
    if (r < 0) {
        namespace_plan_close(&p);
        return r;
    }
    p.middle = needs_middle(&p);
    put_user_first(&p);
    /* What is in it is its maker's: here the user namespace's root. */
    if ((p.clone_flags & CLONE_NEWUSER) && (p.clone_flags & CLONE_NEWIPC)) {
        p.clone_flags &= ~(uint64_t)CLONE_NEWIPC;
        p.late_flags = CLONE_NEWIPC;
    }
    *ret = p;
    return 0;
}

/* ---- exec ---- */

/* Compares the namespace files of init with ours. */
static int differing(pid_t pid, uint64_t *ret, struct err *e)
{
    uint64_t flags = 0;

    for (int t = CONFIG_NS_UNSET + 1; t < CONFIG_NS_MAX; t++) {
        char path[64];
        snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, config_ns_file(t));
        AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 && errno == ENOENT && proc_state(pid))
            continue; /* a kernel without this kind */
        if (fd < 0)
            return err_sys(e, "open", path);
        if (!is_own(fd, t))
            flags |= (uint64_t)config_ns_flag(t);
    }
    *ret = flags;
    return 0;
}

int namespace_plan_exec(pid_t pid, int pidfd, const struct config *c, struct namespace_plan *ret,
                        struct err *e)
{
    struct namespace_plan p;

    plan_init(&p);
    p.pidfd = pidfd;
    for (size_t i = 0; c && i < c->lnx.n_namespaces; i++)
        p.join_flags |= (uint64_t)config_ns_flag(c->lnx.namespaces[i].type);
    /* A path in the config may lead to a namespace that we are in. */
    if (!c || (p.join_flags & CLONE_NEWUSER)) {
        int r = differing(pid, &p.join_flags, e);
        if (r < 0)
            return r;
    }
    p.middle = needs_middle(&p);
    *ret = p;
    return 0;
}

/* ---- in the child ---- */

/* The process whose namespaces were to be joined has ended. */
static int gone(struct err *e)
{
    return err_set(e, ERR_STATE, "container not running");
}

/* By pidfd, or by what stands for one on kernels without (proc_pidfd_open()). */
static int join_of(int pidfd, enum config_ns type)
{
    char path[32];

    int r = setns(pidfd, config_ns_flag(type));
    if (r == 0 || errno != EINVAL)
        return r;
    snprintf(path, sizeof(path), "ns/%s", config_ns_file(type));
    AUTO_FD int fd = openat(pidfd, path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -1 : setns(fd, config_ns_flag(type));
}

int namespace_join(const struct namespace_plan *p, enum config_ns type, struct err *e)
{
    if (p->pidfd >= 0 ? join_of(p->pidfd, type) < 0
                      : setns(p->join[type], config_ns_flag(type)) < 0)
        return errno == ESRCH ? gone(e)
                              : err_sysf(e, "setns", "%s namespace",
                                         json_enum_name(config_ns_names, (int)type));
    return 0;
}

/* The user namespace last: it takes the rights over the others away. */
static int join_one_by_one(const struct namespace_plan *p, uint64_t left)
{
    for (int t = CONFIG_NS_UNSET + 1; t < CONFIG_NS_MAX; t++)
        if (t != CONFIG_NS_USER && (left & (uint64_t)config_ns_flag(t)) && join_of(p->pidfd, t) < 0)
            return -1;
    return left & CLONE_NEWUSER ? join_of(p->pidfd, CONFIG_NS_USER) : 0;
}

/* Everything that the parent (pid) or the process in between has not joined already. */
static int join_all(const struct namespace_plan *p, struct err *e)
{
    uint64_t left = p->join_flags & ~(uint64_t)CLONE_NEWPID;

    if (left && p->pidfd >= 0) {
        int r = setns(p->pidfd, (int)left);
        if (r < 0 && errno == EINVAL)
            r = join_one_by_one(p, left);
        if (r < 0)
            return errno == ESRCH ? gone(e) : err_sys(e, "setns", "the container's namespaces");
        return left & CLONE_NEWUSER ? idmap_become_root(p->user, e) : 0;
    }
    for (int t = CONFIG_NS_UNSET + 1; left && t < CONFIG_NS_MAX; t++) {
        int r = left & (uint64_t)config_ns_flag(t) ? namespace_join(p, t, e) : 0;
        if (r < 0)
            return r;
    }
    return 0;
}

void namespace_hide(void)
{
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

bool namespace_waits(const struct namespace_plan *p, const struct config *c)
{
    return (p->clone_flags & CLONE_NEWUSER) || hooks_in_container(c) || c->lnx.n_net_devices > 0;
}

int namespace_enter(struct setup *s, struct err *e)
{
    const struct namespace_plan *p = &s->ns;
    bool own_user = p->clone_flags & CLONE_NEWUSER;
    int r = 0;

    if (s->launch && namespace_waits(p, s->config))
        r = setup_wait_go(s, e);
    if (r >= 0 && own_user)
        namespace_hide();
    if (r >= 0 && own_user)
        r = idmap_become_root(p->user, e);
    if (r >= 0 && p->late_flags && unshare((int)p->late_flags) < 0)
        r = err_sys(e, "unshare", "ipc namespace");
    if (r >= 0 && !p->middle)
        r = join_all(p, e);
    if (r >= 0 && p->new_cgroup && unshare(CLONE_NEWCGROUP) < 0)
        r = err_sys(e, "unshare", "cgroup namespace");
    return r;
}

/* A new network namespace starts with its loopback down. */
static int loopback_up(struct err *e)
{
    AUTO_FD int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq req = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };

    if (sock < 0)
        return errno == EAFNOSUPPORT ? 0 : err_sys(e, "socket", "AF_INET");
    if (ioctl(sock, SIOCSIFFLAGS, &req) < 0)
        return err_sys(e, "set up", "lo");
    return 0;
}

int namespace_names(struct setup *s, struct err *e)
{
    const struct config *c = s->config;

    if (c->hostname && sethostname(c->hostname, strlen(c->hostname)) < 0)
        return err_sys(e, "sethostname", c->hostname);
    if (c->domainname && setdomainname(c->domainname, strlen(c->domainname)) < 0)
        return err_sys(e, "setdomainname", c->domainname);
    return s->ns.clone_flags & CLONE_NEWNET ? loopback_up(e) : 0;
}
