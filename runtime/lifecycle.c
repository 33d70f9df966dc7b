/* SPDX-License-Identifier: MIT */
/* hako-oci's create. */
#include "runtime/lifecycle.h"

#include "base/buf.h"
#include "base/commit.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/timing.h"
#include "base/utc.h"
#include "oci/annotation.h"
#include "oci/valid.h"
#include "runtime/activation.h"
#include "runtime/defaults.h"
#include "runtime/hooks.h"
#include "runtime/lifecycle_open.h"
#include "runtime/notify.h"
#include "runtime/resctrl.h"
#include "runtime/rootfs_shared.h"
#include "runtime/self.h"
#include "runtime/setup.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <time.h>

/* ---- create: the document ---- */

static int load_bundle(const struct lifecycle_create *args, struct lifecycle_ctr *c, struct err *e)
{
    const char *path = args->bundle ? args->bundle : ".";
    struct state *st = &c->sf.state;

    st->bundle = realpath(path, NULL);
    if (!st->bundle)
        return err_sys(e, "open bundle", path);
    AUTO_FD int dir = open(st->bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return err_sys(e, "open bundle", st->bundle);
    int r = args->config_path ? config_load(AT_FDCWD, args->config_path, &c->config, e)
                              : config_load(dir, "config.json", &c->config, e);
    if (r < 0)
        return err_wrap(e, "bundle %s", st->bundle);
    r = valid_config(&c->config, VALID_PROCESS, e);
    timing_mark("read the bundle");
    return r < 0 ? err_wrap(e, "%s/config.json", st->bundle) : 0;
}

static char *now_text(void)
{
    struct timespec ts;
    char s[UTC_TEXT_MAX];

    clock_gettime(CLOCK_REALTIME, &ts);
    return str_fmt("%s.%09ldZ", utc_text(ts.tv_sec, s), ts.tv_nsec);
}

/* As runc names owners: "#1000" where /etc/passwd has no name for that user. */
static char *user_name(uid_t uid)
{
    const struct passwd *user = NULL;
    FILE *passwd = uid == 0 ? NULL : fopen("/etc/passwd", "re");

    while (passwd && (user = fgetpwent(passwd)) && user->pw_uid != uid)
        ;
    if (passwd)
        fclose(passwd);
    return uid == 0 ? str_dup("root") : user ? str_dup(user->pw_name) : str_fmt("#%u", uid);
}

static int describe(const char *id, struct lifecycle_ctr *c, struct err *e)
{
    struct state *st = &c->sf.state;
    const char *path = c->config.root ? c->config.root->path : "";

    st->oci_version = str_dup(CONFIG_OCI_VERSION);
    st->id = str_dup(id);
    st->status = STATE_CREATING;
    st->rootfs = *path == '/' ? str_dup(path) : str_fmt("%s/%s", st->bundle, path);
    st->created = now_text();
    st->owner = user_name(geteuid());
    if (!st->oci_version || !st->id || !st->rootfs || !st->created || !st->owner ||
        json_map_merge(&st->annotations, &c->config.annotations) < 0)
        return err_nomem(e);
    return 0;
}

/* ---- create: the container ---- */

/* The larger part of most configs is the profile, which nobody needs once it is compiled. */
static int save_filter(struct lifecycle_ctr *c, struct err *e)
{
    struct config_seccomp **profile = &c->config.lnx.seccomp;

    if (c->filter.len == 0 || c->filter.notify)
        return 0;
    json_free(&config_seccomp_table, *profile);
    free(TAKE_PTR(*profile));
    return seccomp_save(c->dir, STATEFILE_FILTER, &c->filter, e);
}

static int save_config(struct lifecycle_ctr *c, struct err *e)
{
    AUTO_BUF struct buf text = { 0 };

    config_write(&c->config, JSON_COMPACT, &text);
    return text.failed ? err_nomem(e)
                       : commit_file(c->dir, STATEFILE_CONFIG, text.data, text.len, 0600,
                                     COMMIT_VOLATILE, e);
}

/* state.json tells of the bundle, too, but comes when the container is there. */
static int save_bundle(const struct lifecycle_ctr *c, struct err *e)
{
    if (c->config.hooks.poststop.n > 0 &&
        symlinkat(c->sf.state.bundle, c->dir, STATEFILE_BUNDLE) < 0)
        return err_sys(e, "symlink", STATEFILE_BUNDLE);
    return 0;
}

/* Where the process waits for its start; and until that is on record it tells that the group is
 * ours (lifecycle_delete.c), also when nobody waits at it. */
static int make_fifo(int dir, bool waits, int *ret, struct err *e)
{
    if (mkfifoat(dir, STATEFILE_FIFO, 0600) < 0)
        return err_sys(e, "mkfifo", STATEFILE_FIFO);
    *ret = waits ? openat(dir, STATEFILE_FIFO, O_RDWR | O_CLOEXEC) : -1;
    return waits && *ret < 0 ? err_sys(e, "open", STATEFILE_FIFO) : 0;
}

static int launch(const struct lifecycle_create *args, struct lifecycle_ctr *c,
                  struct launch_proc *p, struct err *e)
{
    AUTO_FD int fifo = -1;
    AUTO_FD int root = -1;
    struct launch l = LAUNCH_INIT;
    int r = make_fifo(c->dir, !args->stays, &fifo, e);

    if (r >= 0 && !config_namespace(&c->config, CONFIG_NS_MOUNT))
        r = root = rootfs_shared_attach(c->dir, c->sf.state.rootfs, e);
    l.rootfs_fd = root;

    l.id = args->id;
    l.config = &c->config;
    l.bundle = c->sf.state.bundle;
    l.cgroup = &c->cgroup;
    l.exec_fifo_fd = fifo;
    l.preserve_fds = args->preserve_fds;
    l.no_pivot = args->no_pivot;
    l.no_new_keyring = args->no_new_keyring;
    l.early = args->stays && !c->filter.notify;
    l.filter = c->filter.len > 0 ? &c->filter : NULL;
    l.state = &c->sf.state;
    if (r >= 0)
        r = activation_pass(c->config.process, &l.preserve_fds, e);
    if (r >= 0)
        r = notify_offer(&c->config, c->dir, e);
    if (r >= 0)
        r = launch_create(&l, p, e);
    if (r >= 0)
        r = launch_ready(p, e);
    p->launch = NULL;
    if (!args->stays)
        p->process = NULL;
    p->config = NULL;
    p->state = NULL;
    return r;
}

/* Most configs say all that they say to create. */
static bool is_plain(const struct config *c)
{
    return c->hooks.poststart.n == 0 && c->hooks.poststop.n == 0 && !c->lnx.intel_rdt;
}

static int record(struct lifecycle_ctr *c, const struct launch_proc *p, struct err *e)
{
    c->sf.state.pid = p->pid;
    c->sf.state.status = STATE_CREATED;
    c->sf.start_time = p->start_time;
    const struct config_namespace *pid = config_namespace(&c->config, CONFIG_NS_PID);
    c->sf.shares_pids = !pid || !str_empty(pid->path);
    c->sf.plain = is_plain(&c->config);
    return statefile_save(c->dir, &c->sf, e);
}

static const char *pidfd_socket(const struct lifecycle_create *args, const struct config *c)
{
    return args->pidfd_socket ? args->pidfd_socket
                              : config_annotation(c, ANNOTATION_PIDFD_RECEIVER);
}

static int create(const struct lifecycle_create *args, struct lifecycle_ctr *c,
                  struct launch_proc *p, struct err *e)
{
    struct lifecycle_out out = { .console_socket = args->console_socket,
                                 .pid_file = args->pid_file,
                                 .pidfd_socket = pidfd_socket(args, &c->config),
                                 .keep_pty = args->keep_pty };
    const struct config_intel_rdt *rdt = c->config.lnx.intel_rdt;
    AUTO_FD int resctrl = -1;
    int r = lifecycle_check_terminal(c->config.process, &out, e);

    if (r >= 0 && rdt)
        r = resctrl_open(&resctrl, e);
    if (r >= 0)
        r = defaults_allow_devices(&c->config, e);
    if (r >= 0)
        r = lifecycle_filter(c, e);
    if (r >= 0)
        r = save_filter(c, e);
    if (r >= 0)
        r = save_bundle(c, e);
    if (r >= 0)
        r = save_config(c, e);
    timing_mark("save the config");
    if (r >= 0)
        r = lifecycle_make_cgroup(c, args, e);
    timing_mark("make the cgroup");
    if (r >= 0)
        r = launch(args, c, p, e);
    if (r >= 0)
        r = lifecycle_delegate(c, p->pid, e);
    if (r >= 0 && rdt)
        r = resctrl_enter(resctrl, rdt, args->id, p->pid, e);
    if (r >= 0)
        r = record(c, p, e);
    timing_mark("record");
    if (r >= 0)
        r = lifecycle_hand_out(p, &out, e);
    return r < 0 || args->stays ? r : launch_leave(p, e);
}

/* Who lives in a pid namespace that is joined sees our child before its exec; and labelled commands
 * are executed by ourselves: /proc/self/exe as the command would be we. */
static int seal(const struct config *c, struct err *e)
{
    const struct config_namespace *pid = config_namespace(c, CONFIG_NS_PID);
    bool visible = pid && !str_empty(pid->path);

    return geteuid() == 0 && (visible || attr_has_labels(c->process)) ? self_seal(e) : 0;
}

/* Whatever went wrong first, when its directory is gone that is why. */
static int explain(const struct lifecycle_ctr *c, const char *id, int r, struct err *e)
{
    struct stat st;

    if (fstat(c->dir, &st) < 0 || st.st_nlink > 0)
        return r;
    err_clear(e);
    return err_set(e, ERR_STATE, "container %s was deleted while it was created", id);
}

int lifecycle_create_open(const char *root, const struct lifecycle_create *args,
                          struct lifecycle_ctr *ret, struct launch_proc *ret_proc, struct err *e)
{
    AUTO_LIFECYCLE struct lifecycle_ctr c = LIFECYCLE_CTR_INIT;
    struct launch_proc p = LAUNCH_PROC_INIT;
    int r = lifecycle_choose_driver(&c, args->cgroup_manager, e);

    if (r >= 0)
        r = load_bundle(args, &c, e);
    if (r >= 0)
        r = seal(&c.config, e);
    if (r >= 0)
        r = describe(args->id, &c, e);
    if (r >= 0)
        r = statefile_open_root(root, &c.root_fd, e);
    if (r >= 0)
        r = statefile_make(c.root_fd, args->id, &c.dir, e);
    if (r < 0)
        return r;
    r = create(args, &c, &p, e);
    if (r < 0) {
        struct err ignored = ERR_INIT;
        launch_abort(&p);
        r = explain(&c, args->id, r, e);
        lifecycle_remove(&c, args->id, &ignored);
        return r;
    }
    *ret = c;
    *ret_proc = p;
    c = (struct lifecycle_ctr)LIFECYCLE_CTR_INIT;
    return 0;
}

int lifecycle_create(const char *root, const struct lifecycle_create *args, struct launch_proc *ret,
                     struct err *e)
{
    AUTO_LIFECYCLE struct lifecycle_ctr c = LIFECYCLE_CTR_INIT;
    struct launch_proc p = LAUNCH_PROC_INIT;
    int r = lifecycle_create_open(root, args, &c, &p, e);

    if (r < 0)
        return r;
    if (ret)
        *ret = p;
    else
        launch_close(&p);
    return 0;
}
