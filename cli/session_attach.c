/* SPDX-License-Identifier: MIT */
/* Sessions with a container's monitor. */
#include "cli/session.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/proc.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>

struct client {
    const struct session_attached *a;
    int exit_code;
    const char *note; /* of the end, in buf: nothing comes after it */
    size_t note_len;
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
        return session_write(STDOUT_FILENO, ev.data, ev.len, e);
    if (ev.type == ATTACH_MSG_STDERR)
        return session_write(STDERR_FILENO, ev.data, ev.len, e);
    if (ev.type == ATTACH_MSG_EXIT) {
        c->exit_code = ev.exit_code;
        c->note = ev.data;
        c->note_len = ev.len;
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
    int r = session_pump_piped(&peer, how, e);

    if (r == SESSION_DETACHED)
        fputs("read escape sequence\n", stderr);
    if (r == SESSION_ENDED && c.exit_code != 0 && c.note_len > 0)
        fprintf(stderr, "hako: %.*s\n", (int)c.note_len, c.note);
    return r == SESSION_ENDED ? c.exit_code : r < 0 ? r : 0;
}
