/* SPDX-License-Identifier: MIT */
/* Signals that wait for a session: held back until it stands, then read from a descriptor. */
#include "cli/session_signals.h"

#include <poll.h>
#include <sys/signalfd.h>

/* Passed on to the container; RT signals too. Those that a terminal's job control sends keep their
 * meaning for hako itself. */
static const int proxied_list[] = {
    SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGTERM, SIGVTALRM, SIGPROF, SIGIO, SIGPWR,
};
/* These end hako when they are not passed on, but not before the terminal is itself again. */
static const int deadly_list[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

static sigset_t set_of(const int *list, size_t n)
{
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < n; i++)
        sigaddset(&set, list[i]);
    return set;
}

int session_signals_hold(struct session_signals *s, bool proxied, bool tty, struct err *e)
{
    sigset_t deadly = set_of(deadly_list, ARRAY_LEN(deadly_list));
    sigset_t set = proxied ? set_of(proxied_list, ARRAY_LEN(proxied_list)) : deadly;

    for (int sig = SIGRTMIN; proxied && sig <= SIGRTMAX; sig++)
        sigaddset(&set, sig);
    if (tty) {
        sigaddset(&set, SIGWINCH);
        sigaddset(&set, SIGCONT);
    }
    sigprocmask(SIG_BLOCK, &set, &s->old);
    s->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    s->stop_fd = signalfd(-1, &deadly, SFD_CLOEXEC | SFD_NONBLOCK);
    if (s->fd >= 0 && s->stop_fd >= 0)
        return 0;
    int r = err_sys(e, "signalfd", NULL);
    session_signals_release(s);
    return r;
}

void session_signals_release(struct session_signals *s)
{
    if (s->fd < 0 && s->stop_fd < 0)
        return;
    mem_close(&s->fd);
    mem_close(&s->stop_fd);
    sigprocmask(SIG_SETMASK, &s->old, NULL);
}

static int next_of(int fd)
{
    struct signalfd_siginfo info;

    return read(fd, &info, sizeof(info)) == sizeof(info) ? (int)info.ssi_signo : 0;
}

int session_signals_next(const struct session_signals *s)
{
    return next_of(s->fd);
}

void session_signals_die(struct session_signals *s, int sig)
{
    session_signals_release(s);
    signal(sig, SIG_DFL);
    raise(sig);
}

void session_signals_obey(struct session_signals *s)
{
    int sig = s->stop_fd >= 0 ? next_of(s->stop_fd) : 0;

    if (sig > 0)
        session_signals_die(s, sig);
}
