/* SPDX-License-Identifier: MIT */
/* The child's way from its clone to its exec: one table of steps, each in the file of its concern.
 */
#include "runtime/setup.h"

#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/timing.h"
#include "runtime/hooks.h"
#include "runtime/launch.h"
#include "runtime/sync.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>

/* Where a failure ends. */
#define EXIT_SETUP 125

/* ---- private procfs ---- */

static int open_proc(struct setup *s)
{
    AUTO_FD int fs = fsopen("proc", FSOPEN_CLOEXEC);

    if (fs >= 0 && fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0) {
        int fd =
            fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
        if (fd >= 0)
            return fd;
    }
    /* Old kernels, and user namespaces that may not mount one: the container's, if it is one. */
    return fs_open_in(s->root, "/proc", O_PATH | O_DIRECTORY, 0);
}

int setup_proc(struct setup *s, struct err *e)
{
    if (s->proc >= 0)
        return 0;
    AUTO_FD int fd = open_proc(s);
    if (fd < 0)
        return err_sys(e, "open", "procfs");
    if (!fs_is_type(fd, PROC_SUPER_MAGIC))
        return err_set(e, ERR_INVALID, "/proc in the rootfs is no procfs");
    s->proc = TAKE_FD(fd);
    return 0;
}

int setup_proc_write(struct setup *s, const char *path, const char *text, struct err *e)
{
    int r = setup_proc(s, e);

    if (r < 0)
        return r;
    AUTO_FD int fd = fs_open_in(s->proc, path, O_WRONLY, 0);
    if (fd >= 0 && !fs_is_type(fd, PROC_SUPER_MAGIC))
        return err_set(e, ERR_INVALID, "/proc/%s is not on a procfs", path);
    ssize_t len = (ssize_t)strlen(text);
    if (fd < 0 || write(fd, text, (size_t)len) != len)
        return err_sysf(e, "write", "/proc/%s", path);
    return 0;
}

/* ---- talking to the parent ---- */

int setup_wait_go(struct setup *s, struct err *e)
{
    struct sync_msg m;
    ssize_t n;

    /* read(2), not recvmsg(2): a filter may be in force already. */
    do
        n = read(s->sync, &m, sizeof(m));
    while (n < 0 && errno == EINTR);
    if (n <= 0 || m.kind != SYNC_GO)
        return err_set(e, ERR_STATE, "the runtime gave up");
    s->host_pid = m.num;
    return 0;
}

static int warn_sock = -1;

static void warn(enum log_level level, const char *line)
{
    if (level == LOG_LVL_WARN)
        sync_send_text(warn_sock, SYNC_WARN, line);
}

/* ---- the last steps ---- */

static int close_others(struct setup *s, struct err *e)
{
    proc_cloexec_from(3 + (int)s->preserve_fds);
    return 0;
}

static int wait_fifo(int fifo, struct err *e)
{
    char byte;
    ssize_t n;

    do
        n = read(fifo, &byte, 1);
    while (n < 0 && errno == EINTR);
    return n == 1 ? 0 : err_sys(e, "read", "exec.fifo");
}

static int say_ready(struct setup *s, struct err *e)
{
    return sync_send(s->sync, SYNC_READY, 0, -1) < 0 ? err_sys(e, "send", "ready") : 0;
}

/* What the parent has to do meanwhile takes no longer than a filter takes to load: it need not be
 * waited for. */
static int ready_early(struct setup *s, struct err *e)
{
    s->at_once = s->launch->early;
    return s->at_once ? say_ready(s, e) : 0;
}

/* With a fifo the parent goes, once it has put on record that we are here; failures from then on go
 * into the fifo. A parent that dies before ends us: nobody would know of us. */
static int wait_release(struct setup *s, struct err *e)
{
    bool fifo = s->launch && s->launch->exec_fifo_fd >= 0;

    int r = s->at_once ? 0 : say_ready(s, e);
    if (r >= 0)
        r = setup_wait_go(s, e);
    if (r < 0 || !fifo)
        return r;
    s->sync = s->report;
    log_set(NULL, LOG_LVL_ERROR);
    return wait_fifo(s->launch->exec_fifo_fd, e);
}

static int start_hooks(struct setup *s, struct err *e)
{
    struct state st;

    if (!s->launch->state || s->config->hooks.start_container.n == 0)
        return 0;
    st = *s->launch->state;
    st.status = STATE_CREATED;
    st.pid = s->host_pid;
    return hooks_run_to(&s->hooks_output, s->envp, &s->config->hooks.start_container,
                        "startContainer", &st, e);
}

/* ---- the tables ---- */

static const struct setup_step launch_steps[] = {
    { "session", attr_session },      { "oom score", attr_oom_score },
    { "stub", command_stub },         { "namespaces", namespace_enter },
    { "host name", namespace_names }, { "rootfs", rootfs_open },
    { "mounts", rootfs_mounts },      { "devices", device_make },
    { "console", device_console },    { "hooks", rootfs_hooks },
    { "sysctl", sysctl_write },       { "masks", mask_paths },
    { "pivot", rootfs_pivot },        { "terminal", attr_terminal },
    { "limits", attr_nproc },         { "kernel view", attr_kernel_view },
    { "labels", attr_labels },        { "working directory", attr_cwd },
    { "descriptors", close_others },  { "user", attr_user },
    { "environment", command_env },   { "command", command_find },
    { "arguments", command_prepare }, { "early", ready_early },
    { "limits", attr_limits },        { "filter", attr_filter },
    { "release", wait_release },      { "hooks", start_hooks },
    { "exec", command_exec },
};

/* Joined with its mount namespace, or taken from the first process (exec.c). */
static int open_root(struct setup *s, struct err *e)
{
    if (s->root >= 0 && (fchdir(s->root) < 0 || chroot(".") < 0))
        return err_sys(e, "chroot", "the container's root");
    if (s->root >= 0)
        return 0;
    s->root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    return s->root < 0 ? err_sys(e, "open", "/") : 0;
}

static const struct setup_step exec_steps[] = {
    { "session", attr_session },      { "oom score", attr_oom_score },
    { "stub", command_stub },         { "namespaces", namespace_enter },
    { "rootfs", open_root },          { "terminal", attr_terminal },
    { "limits", attr_nproc },         { "kernel view", attr_kernel_view },
    { "labels", attr_labels },        { "working directory", attr_cwd },
    { "descriptors", close_others },  { "user", attr_user },
    { "environment", command_env },   { "command", command_find },
    { "arguments", command_prepare }, { "limits", attr_limits },
    { "filter", attr_filter },        { "release", wait_release },
    { "exec", command_exec },
};

_Noreturn void setup_main(struct setup *s)
{
    bool first = s->launch != NULL;
    const struct setup_step *step = first ? launch_steps : exec_steps;
    const struct setup_step *end = step + (first ? ARRAY_LEN(launch_steps) : ARRAY_LEN(exec_steps));
    struct err e = ERR_INIT;

    timing_name("container");
    warn_sock = s->sync;
    log_set(warn, LOG_LVL_WARN);
    for (; step < end; step++) {
        int r = step->fn(s, &e);
        timing_mark(step->name);
        if (r >= 0)
            continue;
        if (e.op[0] == '\0')
            snprintf(e.op, sizeof(e.op), "%s", step->name);
        sync_send_err(s->sync, &e);
        break;
    }
    _exit(EXIT_SETUP);
}
