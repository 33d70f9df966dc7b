/* SPDX-License-Identifier: MIT */
/* Sessions with a container's monitor, and with the terminal of an exec. */
#include "cli/session.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/proc.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>

/* A reader that went away ends a writer by SIGPIPE; in raw mode the pump has to come first. */
static int write_out(int fd, const char *data, size_t len, struct err *e)
{
    if (fs_write_all(fd, data, len) == 0)
        return 1;
    return err_sys(e, "write", fd == STDERR_FILENO ? "standard error" : "standard output");
}

struct client {
    const struct session_attached *a;
    int exit_code;
    char buf[ATTACH_DATA_MAX + 1];
};

static int client_receive(void *self, struct err *e)
{
    struct client *c = self;
    struct attach_event ev;
    int r = attach_next(c->a->attach, c->buf, &ev, e);

    if (r < 0)
        return r;
    if (ev.type == ATTACH_MSG_STDOUT)
        return write_out(STDOUT_FILENO, ev.data, ev.len, e);
    if (ev.type == ATTACH_MSG_STDERR)
        return write_out(STDERR_FILENO, ev.data, ev.len, e);
    if (ev.type == ATTACH_MSG_EXIT) {
        c->exit_code = ev.exit_code;
        return 0;
    }
    return ev.type == ATTACH_MSG_ERROR ? -e->kind : 1;
}

/* A writable socket has room for a message of a chunk's size. */
static int client_send(void *self, const char *data, size_t len, struct err *e)
{
    int r = attach_stdin(((struct client *)self)->a->attach, data, len, e);

    return r < 0 ? r : (int)len;
}

static int client_eof(void *self, struct err *e)
{
    return attach_stdin_eof(((struct client *)self)->a->attach, e);
}

static int client_resize(void *self, unsigned rows, unsigned cols, struct err *e)
{
    return attach_resize(((struct client *)self)->a->attach, rows, cols, e);
}

/* A container that is gone already has no use for the signal. */
static void client_signal(void *self, int sig)
{
    const struct client *c = self;
    struct err ignored = ERR_INIT;

    engine_kill(c->a->paths, c->a->id, sig, &ignored);
}

/* With SIGPIPE ignored the pump sees EPIPE and can put the terminal back first. */
static int pump(const struct session_peer *peer, const struct session_how *how, struct err *e)
{
    const struct sigaction ignore = { .sa_handler = SIG_IGN };
    struct sigaction old;

    sigaction(SIGPIPE, &ignore, &old);
    int r = session_pump(peer, how, e);
    sigaction(SIGPIPE, &old, NULL);
    if (r < 0 && e->kind == ERR_SYS && e->errnum == EPIPE)
        raise(SIGPIPE);
    return r;
}

int session_attach(const struct session_attached *a, const struct session_how *how, struct err *e)
{
    struct client c = { .a = a };
    const struct session_peer peer = {
        .fd = a->attach->fd,
        .done_fd = -1,
        .self = &c,
        .receive = client_receive,
        .send = client_send,
        .eof = client_eof,
        .resize = client_resize,
        .signal = a->sig_proxy ? client_signal : NULL,
    };
    int r = pump(&peer, how, e);

    if (r == SESSION_DETACHED)
        fputs("read escape sequence\n", stderr);
    return r == SESSION_ENDED ? c.exit_code : r < 0 ? r : 0;
}

/* The master's side of an exec's terminal. Its other side is gone when reading fails (EIO). */
static int pty_receive(void *self, struct err *e)
{
    const struct exec_session *x = self;
    char buf[16384];
    ssize_t n = read(x->pty, buf, sizeof(buf));

    if (n > 0)
        return write_out(STDOUT_FILENO, buf, (size_t)n, e);
    return n < 0 && (errno == EINTR || errno == EAGAIN);
}

static int pty_send(void *self, const char *data, size_t len, struct err *e)
{
    const struct exec_session *x = self;
    ssize_t n = write(x->pty, data, len);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    return n < 0 ? (int)len : (int)n; /* nobody is there to read: receive will tell */
}

static int pty_eof(void *self, struct err *e)
{
    return 0;
}

static int pty_resize(void *self, unsigned rows, unsigned cols, struct err *e)
{
    const struct exec_session *x = self;
    struct winsize w = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

    ioctl(x->pty, TIOCSWINSZ, &w);
    return 0;
}

static void exec_signal(void *self, int sig)
{
    const struct exec_session *x = self;

    proc_pidfd_signal(x->pidfd, sig);
}

/* Without a terminal the process has our own standard streams: there is only its end to see. */
static int exec_receive(void *self, struct err *e)
{
    return 0;
}

int session_exec(const struct exec_session *x, const struct session_how *how, struct err *e)
{
    const struct session_how no_terminal = { .input = false };
    const struct session_peer pty = {
        .fd = x->pty,
        .done_fd = x->pidfd,
        .self = (void *)x,
        .receive = pty_receive,
        .send = pty_send,
        .eof = pty_eof,
        .resize = pty_resize,
        .signal = exec_signal,
    };
    const struct session_peer plain = {
        .fd = x->pidfd,
        .done_fd = -1,
        .self = (void *)x,
        .receive = exec_receive,
        .signal = exec_signal,
    };

    if (x->pty < 0)
        return session_pump(&plain, &no_terminal, e);
    fcntl(x->pty, F_SETFL, O_NONBLOCK);
    int r = pump(&pty, how, e);
    if (r == SESSION_DETACHED)
        fputs("read escape sequence\n", stderr);
    return r;
}
