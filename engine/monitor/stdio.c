/* SPDX-License-Identifier: MIT */
/* Copies the container's output to log and clients, and the clients' input to the container. */
#include "engine/monitor/stdio.h"

#include "base/mem.h"
#include "engine/attach.h"
#include "engine/monitor/logfile.h"

#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <termios.h>

struct output {
    struct stdio *all;
    struct loop_source *src;
    int fd;
    int type; /* ATTACH_MSG_STDOUT or _STDERR */
    bool done;
};

struct buffers {
    char in[ATTACH_DATA_MAX];
    char out[ATTACH_DATA_MAX];
};

struct stdio {
    struct loop *loop;
    struct clients *clients;
    int log_fd;
    int in_fd; /* the container's stdin, or the terminal; -1: none or closed */
    bool tty;
    bool in_eof; /* close in_fd once buf->in has been written */
    bool paused; /* a client is slow: output waits */
    bool ending;
    size_t in_len;
    size_t in_off;
    struct loop_source *in_src;
    struct output out[2];
    struct buffers *buf;
};

int stdio_new(struct loop *l, int log_fd, struct stdio **ret, struct err *e)
{
    struct stdio *s = calloc(1, sizeof(*s));

    if (!s || !(s->buf = mem_map(sizeof(*s->buf)))) {
        free(s);
        return err_nomem(e);
    }
    s->loop = l;
    s->log_fd = log_fd;
    s->in_fd = -1;
    s->out[0] = (struct output){ .all = s, .fd = -1, .type = ATTACH_MSG_STDOUT, .done = true };
    s->out[1] = (struct output){ .all = s, .fd = -1, .type = ATTACH_MSG_STDERR, .done = true };
    *ret = s;
    return 0;
}

void stdio_free(struct stdio *s)
{
    if (!s)
        return;
    loop_del(s->in_src);
    for (size_t i = 0; i < ARRAY_LEN(s->out); i++) {
        loop_del(s->out[i].src);
        mem_close(&s->out[i].fd);
    }
    mem_close(&s->in_fd);
    munmap(s->buf, sizeof(*s->buf));
    free(s);
}

void stdio_set_clients(struct stdio *s, struct clients *c)
{
    s->clients = c;
}

/* ---- output ---- */

static void finish_if_done(struct stdio *s)
{
    if (s->ending && !s->paused && s->out[0].done && s->out[1].done)
        loop_stop(s->loop);
}

static void close_output(struct output *o)
{
    loop_del(o->src);
    o->src = NULL;
    o->done = true;
}

static int watch_output(struct output *o, struct err *e);

/* Stops reading (EPOLLHUP cannot be masked, so the sources go) until every client has caught up. */
static void pause_output(struct stdio *s)
{
    s->paused = true;
    for (size_t i = 0; i < ARRAY_LEN(s->out); i++) {
        loop_del(s->out[i].src);
        s->out[i].src = NULL;
    }
}

/* One read and its delivery: 1 more may follow, 0 nothing now. */
static int pump(struct output *o, struct err *e)
{
    struct stdio *s = o->all;
    bool taken = true;
    ssize_t n = read(o->fd, s->buf->out, sizeof(s->buf->out));

    if (n < 0 && errno == EINTR)
        return 1;
    if (n < 0 && errno == EAGAIN && !s->ending)
        return 0;
    if (n <= 0) { /* EIO: nobody has the terminal open any more */
        close_output(o);
        return 0;
    }
    if (s->log_fd >= 0) {
        struct err ignored;
        logfile_write(s->log_fd, o->type == ATTACH_MSG_STDERR ? 2 : 1, s->buf->out, (size_t)n,
                      &ignored);
    }
    int r = clients_output(s->clients, o->type, s->buf->out, (size_t)n, &taken, e);
    if (r < 0)
        return r;
    if (!taken)
        pause_output(s);
    return taken;
}

static int on_output(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    struct output *o = arg;

    int r = pump(o, e);
    if (r >= 0)
        finish_if_done(o->all);
    return r < 0 ? r : 0;
}

static int watch_output(struct output *o, struct err *e)
{
    if (o->done || o->src)
        return 0;
    return loop_add(o->all->loop, o->fd, EPOLLIN, on_output, o, &o->src, e);
}

static int pump_rest(struct stdio *s, struct err *e)
{
    for (size_t i = 0; i < ARRAY_LEN(s->out); i++) {
        int r = 1;
        while (r > 0 && !s->out[i].done && !s->paused)
            r = pump(&s->out[i], e);
        if (r < 0)
            return r;
    }
    finish_if_done(s);
    return 0;
}

static int on_drained(void *arg, struct err *e)
{
    struct stdio *s = arg;
    int r = 0;

    s->paused = false;
    if (s->ending)
        return pump_rest(s, e);
    for (size_t i = 0; r >= 0 && i < ARRAY_LEN(s->out); i++)
        r = watch_output(&s->out[i], e);
    return r;
}

int stdio_end(struct stdio *s, struct err *e)
{
    s->ending = true;
    return pump_rest(s, e);
}

/* ---- input ---- */

static void close_input(struct stdio *s)
{
    loop_del(s->in_src);
    s->in_src = NULL;
    mem_close(&s->in_fd);
    s->in_len = s->in_off = 0;
}

/* Writes what is held: 1 all of it, 0 the container has no room. */
static int flush_input(struct stdio *s)
{
    while (s->in_off < s->in_len) {
        ssize_t n = write(s->in_fd, s->buf->in + s->in_off, s->in_len - s->in_off);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return 0;
        if (n < 0) {
            close_input(s);
            return 1;
        }
        s->in_off += (size_t)n;
    }
    s->in_len = s->in_off = 0;
    if (s->in_eof)
        close_input(s);
    return 1;
}

static int on_input_room(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    struct stdio *s = arg;

    if (events & EPOLLERR)
        close_input(s);
    else if (!flush_input(s))
        return 0;
    loop_del(s->in_src);
    s->in_src = NULL;
    return clients_stdin_ready(s->clients, e);
}

static int on_input(void *arg, const char *data, size_t len, bool *ret_full, struct err *e)
{
    struct stdio *s = arg;

    if (s->in_fd < 0 || s->in_eof)
        return 0;
    memcpy(s->buf->in, data, len);
    s->in_off = 0;
    s->in_len = len;
    if (flush_input(s))
        return 0;
    *ret_full = true;
    return loop_add(s->loop, s->in_fd, EPOLLOUT, on_input_room, s, &s->in_src, e);
}

/* A terminal has no end of file of its own: the client's ^D was a byte. */
static int on_input_eof(void *arg, struct err *e)
{
    struct stdio *s = arg;

    if (s->tty || s->in_fd < 0)
        return 0;
    s->in_eof = true;
    if (s->in_len == 0)
        close_input(s);
    return 0;
}

static int on_resize(void *arg, unsigned rows, unsigned cols, struct err *e)
{
    struct stdio *s = arg;
    struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

    if (s->tty && s->in_fd >= 0)
        ioctl(s->in_fd, TIOCSWINSZ, &size);
    return 0;
}

const struct clients_ops stdio_clients_ops = {
    .input = on_input,
    .input_eof = on_input_eof,
    .resize = on_resize,
    .drained = on_drained,
};

/* ---- descriptors ---- */

/* `ours` (index into the pair) does not block; the container's end does. */
static int make_pipe(int ours, int *ret_ours, int *ret_child, struct err *e)
{
    int fd[2];

    if (pipe2(fd, O_CLOEXEC) < 0)
        return err_sys(e, "pipe", NULL);
    *ret_ours = fd[ours];
    *ret_child = fd[!ours];
    if (fcntl(fd[ours], F_SETFL, O_NONBLOCK) < 0)
        return err_sys(e, "fcntl", "pipe");
    return 0;
}

int stdio_make_pipes(struct stdio *s, bool open_stdin, int ret_child[3], struct err *e)
{
    int r = 0;

    ret_child[0] = ret_child[1] = ret_child[2] = -1;
    if (open_stdin) {
        r = make_pipe(1, &s->in_fd, &ret_child[0], e);
    } else {
        ret_child[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (ret_child[0] < 0)
            r = err_sys(e, "open", "/dev/null");
    }
    if (r >= 0)
        r = make_pipe(0, &s->out[0].fd, &ret_child[1], e);
    if (r >= 0)
        r = make_pipe(0, &s->out[1].fd, &ret_child[2], e);
    if (r >= 0) {
        s->out[0].done = s->out[1].done = false;
        return 0;
    }
    for (int i = 0; i < 3; i++)
        mem_close(&ret_child[i]);
    return r;
}

int stdio_start(struct stdio *s, int pty, struct err *e)
{
    if (pty >= 0) {
        s->tty = true;
        s->out[0].fd = pty;
        s->out[0].done = false;
        s->in_fd = fcntl(pty, F_DUPFD_CLOEXEC, 3);
        if (s->in_fd < 0 || fcntl(pty, F_SETFL, O_NONBLOCK) < 0)
            return err_sys(e, "fcntl", "terminal");
    }
    int r = watch_output(&s->out[0], e);
    return r < 0 ? r : watch_output(&s->out[1], e);
}
