/* SPDX-License-Identifier: MIT */
/* The service manager's NOTIFY_SOCKET (sd_notify(3)), carried into a container as runc does. */
#include "runtime/notify.h"

#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/str.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define DIR_HERE   "notify"
#define NAME       "notify.sock"
#define DIR_INSIDE "/run/notify"

static const char *managers_socket(void)
{
    const char *path = getenv("NOTIFY_SOCKET");

    return str_empty(path) ? NULL : path;
}

/* ---- create ---- */

static int add_mount(struct config *c, const char *source, struct err *e)
{
    static const char *const options[] = { "bind", "nosuid", "noexec", "nodev", "ro" };
    struct config_mount *v = reallocarray(c->mounts, c->n_mounts + 1, sizeof(*v));

    if (!v)
        return err_nomem(e);
    c->mounts = v;
    struct config_mount *m = &v[c->n_mounts++];
    *m = (struct config_mount){ .destination = str_dup(DIR_INSIDE),
                                .type = str_dup("bind"),
                                .source = str_fmt("%s/" DIR_HERE, source) };
    for (size_t i = 0; i < ARRAY_LEN(options); i++)
        if (strv_add(&m->options, options[i]) < 0)
            return err_nomem(e);
    return m->destination && m->type && m->source ? 0 : err_nomem(e);
}

int notify_offer(struct config *c, int dir, struct err *e)
{
    char fd_path[FS_FD_PATH_MAX], source[PATH_MAX] = "";

    if (!managers_socket())
        return 0;
    if (mkdirat(dir, DIR_HERE, 0755) < 0)
        return err_sys(e, "mkdir", DIR_HERE);
    if (readlink(fs_fd_path(dir, fd_path), source, sizeof(source) - 1) < 0)
        return err_sys(e, "readlink", fd_path);
    int r = add_mount(c, source, e);
    if (r >= 0 && strv_env_set(&c->process->env, "NOTIFY_SOCKET=" DIR_INSIDE "/" NAME) < 0)
        r = err_nomem(e);
    return r;
}

/* ---- start ---- */

int notify_open(int dir, int *ret, struct err *e)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    AUTO_FD int at =
        managers_socket() ? openat(dir, DIR_HERE, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;

    *ret = -1;
    if (at < 0)
        return 0;
    AUTO_FD int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d/" NAME, at);
    if (sock < 0 || bind(sock, (struct sockaddr *)&addr, sizeof(addr)) < 0)
        return err_sys(e, "bind", NAME);
    if (fchmodat(at, NAME, 0777, 0) < 0)
        return err_sys(e, "chmod", NAME);
    *ret = TAKE_FD(sock);
    return 0;
}

/* ---- forwarding ---- */

/* To a path, or "@name": a name without a file (unix(7), "abstract"). */
static int connect_manager(int *ret, struct err *e)
{
    const char *path = managers_socket();
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    size_t len = path ? strlen(path) : 0;

    if (len == 0 || len >= sizeof(addr.sun_path))
        return err_set(e, ERR_INVALID, "NOTIFY_SOCKET is no path of a socket");
    memcpy(addr.sun_path, path, len);
    if (*path == '@')
        addr.sun_path[0] = '\0';
    AUTO_FD int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    if (sock < 0 || connect(sock, (struct sockaddr *)&addr, size) < 0)
        return err_sys(e, "connect to NOTIFY_SOCKET", path);
    *ret = TAKE_FD(sock);
    return 0;
}

#define BARRIER_MS 30000

/* sd_notify_barrier(3): the manager closes the descriptor when it has read all that came before. It
 * asks for the sender's control group then, and we must still be there. */
static int barrier(int sock, struct err *e)
{
    static const char text[] = "BARRIER=1";
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_sys(e, "pipe", NULL);
    AUTO_FD int ours = ends[0];
    AUTO_FD int theirs = ends[1];
    if (proc_send_fds(sock, text, strlen(text), &theirs, 1) < 0)
        return err_sys(e, "send to", "NOTIFY_SOCKET");
    mem_close(&theirs);
    struct pollfd wait = { .fd = ours };
    if (poll(&wait, 1, BARRIER_MS) == 0)
        log_warn("NOTIFY_SOCKET: nobody has acknowledged the messages");
    return 0;
}

static int tell(pid_t pid, struct err *e)
{
    AUTO_FD int sock = -1;
    char text[32];
    int r = connect_manager(&sock, e);

    if (r < 0)
        return r;
    if (send(sock, "READY=1\n", strlen("READY=1\n"), MSG_NOSIGNAL) < 0)
        return err_sys(e, "send to", "NOTIFY_SOCKET");
    if (pid > 0) {
        int len = snprintf(text, sizeof(text), "MAINPID=%d\n", (int)pid);
        if (send(sock, text, (size_t)len, MSG_NOSIGNAL) < 0)
            return err_sys(e, "send to", "NOTIFY_SOCKET");
    }
    return barrier(sock, e);
}

static bool says_ready(char *text)
{
    for (char *line; (line = strsep(&text, "\n"));)
        if (STREQ(line, "READY=1"))
            return true;
    return false;
}

/* More than a socket's queue holds (net.unix.max_dgram_qlen); who writes on and on is let wait. */
#define AT_ONCE 256

int notify_forward(int sock, pid_t pid, struct err *e)
{
    char text[4096];

    for (int i = 0; i < AT_ONCE; i++) {
        ssize_t n = recv(sock, text, sizeof(text) - 1, MSG_DONTWAIT);
        if (n < 0 && errno != EINTR)
            return errno == EAGAIN ? 0 : err_sys(e, "receive from", NAME);
        text[n > 0 ? n : 0] = '\0';
        if (!says_ready(text))
            continue;
        int r = tell(pid, e);
        return r < 0 ? r : 1;
    }
    return 0;
}

int notify_wait(int sock, pid_t pid, int pidfd, struct err *e)
{
    for (;;) {
        struct pollfd p[] = { { .fd = pidfd, .events = POLLIN }, { .fd = sock, .events = POLLIN } };
        if (poll(p, ARRAY_LEN(p), -1) < 0 && errno != EINTR)
            return err_sys(e, "poll", NAME);
        /* Whatever was said before the end is there when the end is seen. */
        int r = notify_forward(sock, pid, e);
        if (r != 0 || p[0].revents)
            return r < 0 ? r : 0;
    }
}
