/* SPDX-License-Identifier: MIT */
/* The pump between the user's terminal, signals and standard streams and a container. */
#include "cli/session.h"

#include "base/fs.h"
#include "base/str.h"
#include "cli/term.h"

#include <poll.h>
#include <signal.h>

#define CHUNK 16384

struct pump {
    const struct session_peer *peer;
    const struct session_how *how;
    struct term term;
    struct term_keys keys;
    struct session_signals own; /* unless the caller has held them back before */
    struct session_signals *signals;
    bool input; /* standard input is still open */
    bool side;  /* how->side is still called */
    char pending[CHUNK + TERM_KEYS_MAX];
    size_t npending;
};

static void pump_close(struct pump *p)
{
    term_restore(&p->term);
    session_signals_release(&p->own);
}
DEFINE_CLEANUP(struct pump, pump, pump_close(p))

static int open_signals(struct pump *p, struct err *e)
{
    p->signals = p->how->signals ? p->how->signals : &p->own;
    return p->how->signals ? 0 : session_signals_hold(&p->own, p->peer->signal, p->how->tty, e);
}

static int send_size(struct pump *p, struct err *e)
{
    unsigned rows;
    unsigned cols;

    if (!term_own_size(&rows, &cols))
        return 0;
    return p->peer->resize(p->peer->self, rows, cols, e);
}

static int set_raw(struct pump *p, struct err *e)
{
    return p->how->input && p->how->tty ? term_raw(&p->term, STDIN_FILENO, e) : 0;
}

static int on_signal(struct pump *p, struct err *e)
{
    int sig = session_signals_next(p->signals);

    if (sig == 0)
        return 0;
    if (sig == SIGWINCH)
        return send_size(p, e);
    if (sig == SIGCONT) { /* the shell had the terminal meanwhile */
        term_restore(&p->term);
        int r = set_raw(p, e);
        return r < 0 ? r : send_size(p, e);
    }
    if (p->peer->signal) {
        p->peer->signal(p->peer->self, sig);
    } else {
        term_restore(&p->term);
        session_signals_die(p->signals, sig);
    }
    return 0;
}

/* Standard input has something: what of it is the container's becomes pending. 1: detached. */
static int on_input(struct pump *p, struct err *e)
{
    char typed[CHUNK];
    ssize_t n = read(STDIN_FILENO, typed, sizeof(typed));

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    if (n <= 0) {
        p->input = false;
        return p->peer->eof(p->peer->self, e);
    }
    return term_keys_filter(&p->keys, typed, (size_t)n, p->pending, &p->npending);
}

static int send_pending(struct pump *p, struct err *e)
{
    int n = p->peer->send(p->peer->self, p->pending, p->npending, e);

    if (n < 0)
        return n;
    p->npending -= (size_t)n;
    memmove(p->pending, p->pending + n, p->npending);
    return 0;
}

static bool readable(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };

    return poll(&p, 1, 0) > 0 && (p.revents & POLLIN);
}

/* What is left in the peer's descriptor after its end. */
static int drain(struct pump *p, struct err *e)
{
    int r = 1;

    while (r > 0 && readable(p->peer->fd))
        r = p->peer->receive(p->peer->self, e);
    return r < 0 ? r : SESSION_ENDED + 1;
}

static int on_side(struct pump *p, struct err *e)
{
    int r = p->how->side(p->how->side_arg, e);

    p->side = r == 0;
    return r;
}

/* One round of the loop: 0 to go on, else how it ended plus 1, or negative. */
static int pump_once(struct pump *p, struct err *e)
{
    bool want_input = p->input && p->npending == 0;
    struct pollfd fds[] = {
        { .fd = p->peer->fd, .events = (short)(p->npending ? POLLIN | POLLOUT : POLLIN) },
        { .fd = p->signals->fd, .events = POLLIN },
        { .fd = want_input ? STDIN_FILENO : -1, .events = POLLIN },
        { .fd = p->peer->done_fd, .events = POLLIN },
        { .fd = p->side ? p->how->side_fd : -1, .events = POLLIN },
    };
    int r = poll(fds, ARRAY_LEN(fds), -1);

    if (r < 0)
        return errno == EINTR ? 0 : err_sys(e, "poll", NULL);
    /* First, because it may be the last thing that was said before the end. */
    r = fds[4].revents ? on_side(p, e) : 0;
    if (r < 0)
        return r;
    if (fds[0].revents & (POLLIN | POLLHUP | POLLERR)) {
        r = p->peer->receive(p->peer->self, e);
        if (r <= 0)
            return r < 0 ? r : SESSION_ENDED + 1;
    }
    if (fds[3].revents)
        return drain(p, e);
    r = 0;
    if (fds[1].revents & POLLIN)
        r = on_signal(p, e);
    if (r >= 0 && (fds[0].revents & POLLOUT))
        r = send_pending(p, e);
    if (r >= 0 && fds[2].revents)
        r = on_input(p, e);
    return r > 0 ? SESSION_DETACHED + 1 : r;
}

int session_pump(const struct session_peer *peer, const struct session_how *how, struct err *e)
{
    CLEANUP(pump)
    struct pump p = {
        .peer = peer,
        .how = how,
        .term = TERM_INIT,
        .own = SESSION_SIGNALS_INIT,
        .input = how->input,
        .side = how->side != NULL,
    };
    int r = 0;

    if (how->tty && !how->no_keys)
        r = term_keys_parse(how->detach_keys, &p.keys, e);
    if (r >= 0)
        r = open_signals(&p, e);
    if (r >= 0)
        r = set_raw(&p, e);
    if (r >= 0 && how->tty)
        r = send_size(&p, e);
    while (r == 0)
        r = pump_once(&p, e);
    return r < 0 ? r : r - 1;
}

int session_check(const struct session_how *how, struct err *e)
{
    struct term_keys keys;
    int r = how->detach_keys ? term_keys_parse(how->detach_keys, &keys, e) : 0;

    if (r < 0 || !how->tty || !how->input || isatty(STDIN_FILENO))
        return r;
    err_set(e, ERR_STATE,
            "cannot attach stdin to a TTY-enabled container because stdin is not a terminal");
    return err_hint(e, "leave out -t, or -i");
}

/* A reader that went away ends a writer by SIGPIPE; in raw mode the pump has to come first. */
int session_write(int fd, const char *data, size_t len, struct err *e)
{
    if (fs_write_all(fd, data, len) == 0)
        return 1;
    return err_sys(e, "write", fd == STDERR_FILENO ? "standard error" : "standard output");
}

/* With SIGPIPE ignored the pump sees EPIPE and can put the terminal back first. */
int session_pump_piped(const struct session_peer *peer, const struct session_how *how,
                       struct err *e)
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
