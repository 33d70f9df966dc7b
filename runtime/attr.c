/* SPDX-License-Identifier: MIT */
/* Attributes of the process: session, terminal, limits, ids, directory, filter. */
#include "base/errno_text.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/sys.h"
#include "oci/annotation.h"
#include "runtime/exec.h"
#include "runtime/launch.h"
#include "runtime/seccomp.h"
#include "runtime/setup.h"
#include "runtime/sync.h"
#include "runtime/tty.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* ---- session ---- */

/* A keyring of its own, so that the host's keys stay out of reach. */
static void join_keyring(const char *id)
{
    char name[256];

    snprintf(name, sizeof(name), "_ses.%s", id);
    if (sys_keyctl_join(name) < 0 && errno != ENOSYS)
        log_warn("no session keyring of its own: %s", errno_text(errno));
}

int attr_session(struct setup *s, struct err *e)
{
    proc_default_signals();
    if (setsid() < 0 && errno != EPERM)
        return err_sys(e, "setsid", NULL);
    if (s->keyring)
        join_keyring(s->keyring);
    return 0;
}

/* ---- stdio ---- */

/* Pipes become the user's, so that it can open /dev/stdout again; files and the caller's own
 * terminal stay whose they are. */
static void give_pipes(uid_t uid)
{
    struct stat st;

    for (int fd = 0; fd <= 2; fd++)
        if (fstat(fd, &st) == 0 && st.st_uid != uid &&
            (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)))
            (void)!fchown(fd, uid, (gid_t)-1);
}

static int take_stdio(const int given[3], struct err *e)
{
    int fds[3];

    /* First out of the way of 0, 1 and 2, each of which may be a source of another. */
    for (int i = 0; i < 3; i++) {
        fds[i] = given[i];
        if (fds[i] >= 0 && fds[i] <= 2 && fds[i] != i)
            fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 3);
        if (given[i] >= 0 && fds[i] < 0)
            return err_sys(e, "dup", "stdio");
    }
    for (int i = 0; i < 3; i++) {
        if (fds[i] < 0)
            continue;
        if (fds[i] == i ? fcntl(i, F_SETFD, 0) < 0 : dup2(fds[i], i) < 0)
            return err_sys(e, "dup2", "stdio");
    }
    return 0;
}

static int open_exec_terminal(struct setup *s, struct err *e)
{
    AUTO_FD int master = -1;
    int r = tty_open(s->root, &master, &s->tty, e);

    if (r < 0)
        return r;
    if (s->process->console_size)
        tty_resize(s->tty, (unsigned)s->process->console_size->height,
                   (unsigned)s->process->console_size->width);
    return sync_send(s->sync, SYNC_PTY, 0, master) < 0 ? err_sys(e, "send", "the terminal") : 0;
}

int attr_terminal(struct setup *s, struct err *e)
{
    uid_t uid = s->process->user.uid;
    int r = 0;

    if (!s->process->terminal) {
        r = take_stdio(s->stdio, e);
        if (r >= 0 && uid != 0)
            give_pipes(uid);
        return r;
    }
    if (s->tty < 0)
        r = open_exec_terminal(s, e);
    if (r < 0)
        return r;
    if (uid != 0 && fchown(s->tty, uid, (gid_t)-1) < 0)
        log_warn("chown the terminal to %u: %s", uid, errno_text(errno));
    return tty_adopt(s->tty, e);
}

/* ---- limits ---- */

static int set_limit(const struct config_rlimit *l, struct err *e)
{
    struct rlimit want = { .rlim_cur = l->soft, .rlim_max = l->hard }, have;
    const char *name = json_enum_name(config_rlimit_names, l->type);

    if (setrlimit((int)l->type, &want) == 0)
        return 0;
    if (errno != EPERM || getrlimit((int)l->type, &have) < 0)
        return err_sysf(e, "setrlimit", "%s", name);
    /* Without CAP_SYS_RESOURCE the hard limit cannot be raised: as much as we have. */
    if (want.rlim_max > have.rlim_max)
        want.rlim_max = have.rlim_max;
    if (want.rlim_cur > want.rlim_max)
        want.rlim_cur = want.rlim_max;
    if (setrlimit((int)l->type, &want) < 0)
        return err_sysf(e, "setrlimit", "%s", name);
    log_warn("%s: hard limit %llu instead of %llu: raising it needs CAP_SYS_RESOURCE", name,
             (unsigned long long)want.rlim_max, (unsigned long long)l->hard);
    return 0;
}

/* ---- working directory ---- */

/* Magic links are refused on the way, so a "directory" such as /proc/self/fd/7 cannot lead back to
 * the host. */
static int enter(struct setup *s, struct err *e)
{
    AUTO_FD int fd = fs_open_in(s->root, s->process->cwd, O_PATH | O_DIRECTORY, 0);

    if (fd < 0 || fchdir(fd) < 0)
        return err_sys(e, "chdir to working directory", s->process->cwd);
    s->in_cwd = true;
    return 0;
}

int attr_cwd(struct setup *s, struct err *e)
{
    if (enter(s, e) < 0 && e->errnum != EACCES)
        return -e->kind;
    if (!s->in_cwd && (chdir("/") < 0))
        return err_sys(e, "chdir", "/");
    return 0;
}

/* ---- ids and privileges ---- */

static bool keeps_groups(const struct config *c)
{
    const char *want = c ? config_annotation(c, ANNOTATION_KEEP_GROUPS) : NULL;

    return want && !STREQ(want, "0");
}

static int set_groups(const struct config_user *u, struct err *e)
{
    if (setgroups(u->additional_gids.n, u->additional_gids.v) < 0) {
        /* Given up with the right to deny groups (user_namespaces(7)). */
        if (errno != EPERM || u->additional_gids.n > 0)
            return err_sys(e, "setgroups", NULL);
    }
    return 0;
}

static int set_ids(const struct config_user *u, struct err *e)
{
    if (setresgid(u->gid, u->gid, u->gid) < 0)
        return err_sysf(e, "setresgid", "%u", u->gid);
    if (setresuid(u->uid, u->uid, u->uid) < 0)
        return err_sysf(e, "setresuid", "%u", u->uid);
    return 0;
}

int attr_user(struct setup *s, struct err *e)
{
    const struct config_user *u = &s->process->user;
    int r = caps_bound(&s->caps, e);

    umask(u->umask.set ? u->umask.val : 022);
    if (r >= 0 && u->uid != 0)
        r = caps_keep(e);
    if (r >= 0 && !keeps_groups(s->config))
        r = set_groups(u, e);
    if (r >= 0)
        r = set_ids(u, e);
    return r < 0 || s->in_cwd ? r : enter(s, e);
}

/* After a change of uid the permitted set is still whole, the effective one empty. */
static int raise_effective(struct err *e)
{
    struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[2];

    if (syscall(SYS_capget, &head, data) < 0)
        return err_sys(e, "capget", NULL);
    data[0].effective = data[0].permitted;
    data[1].effective = data[1].permitted;
    return syscall(SYS_capset, &head, data) < 0 ? err_sys(e, "capset", NULL) : 0;
}

/* ---- limits of the process itself ---- */

static int set_limits(const struct config_process *p, bool processes, struct err *e)
{
    int r = 0;

    for (size_t i = 0; i < p->n_rlimits && r >= 0; i++)
        if ((p->rlimits[i].type == RLIMIT_NPROC) == processes)
            r = set_limit(&p->rlimits[i], e);
    return r;
}

/* The number of the user's processes is looked at when the uid changes. */
int attr_nproc(struct setup *s, struct err *e)
{
    return set_limits(s->process, true, e);
}

/* The others would hold for the set-up, too, which has files open and memory in use. */
int attr_limits(struct setup *s, struct err *e)
{
    int r = s->process->n_rlimits > 0 && s->process->user.uid != 0 ? raise_effective(e) : 0;

    return r < 0 ? r : set_limits(s->process, false, e);
}

/* ---- filter ---- */

static int install(struct setup *s, struct err *e)
{
    int fd = seccomp_install(s->filter, e);

    if (fd < 0 || !s->filter->notify)
        return fd < 0 ? fd : 0;
    /* Only write(2), which the compiler keeps free of notifications: the parent takes it itself. */
    return sync_send(s->sync, SYNC_LISTENER, fd, -1) < 0 ? err_sys(e, "send", "seccomp listener")
                                                         : 0;
}

/* A filter needs no_new_privs or CAP_SYS_ADMIN. With the former it comes last; without, it must
 * come before the capabilities go, and has to allow capset(2) and prctl(2). */
int attr_filter(struct setup *s, struct err *e)
{
    bool filter = s->filter && s->filter->len > 0;
    bool nnp = s->process->no_new_privileges;
    int r = 0;

    if (filter && !nnp) {
        if (s->process->user.uid != 0)
            r = raise_effective(e);
        if (r >= 0)
            r = install(s, e);
    }
    if (r >= 0)
        r = caps_apply(&s->caps, e);
    if (r >= 0 && nnp && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        r = err_sys(e, "prctl", "PR_SET_NO_NEW_PRIVS");
    if (r >= 0 && filter && nnp)
        r = install(s, e);
    return r;
}
