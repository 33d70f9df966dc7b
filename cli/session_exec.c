/* SPDX-License-Identifier: MIT */
/* Sessions with a process of our own: an exec, with a terminal or without. */
#include "cli/session.h"

#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The master's side of an exec's terminal. Its other side is gone when reading fails (EIO). */
static int pty_receive(void *self, struct err *e)
{
    const struct exec_session *x = self;
    char buf[16384];
    ssize_t n = read(x->pty, buf, sizeof(buf));

    if (n > 0)
        return session_write(STDOUT_FILENO, buf, (size_t)n, e);
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
    const struct session_how no_terminal = { .side_fd = how->side_fd,
                                             .side = how->side,
                                             .side_arg = how->side_arg };
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
    int r = session_pump_piped(&pty, how, e);
    if (r == SESSION_DETACHED)
        fputs("read escape sequence\n", stderr);
    return r;
}
