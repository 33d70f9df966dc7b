/* SPDX-License-Identifier: MIT */
/* Attached clients: who wants what, who still owes a read, and what they say. */
#include "engine/monitor/clients.h"

#include "base/fs.h"
#include "base/mem.h"
#include "engine/attach.h"

#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

struct client {
    struct clients *all;
    struct client *next;
    struct loop_source *src;
    int fd;
    unsigned streams;
    bool first; /* attached from the start: its end of stdin is the container's */
    bool owes;  /* has not taken the pending chunk yet */
};

struct buffers {
    char pending[ATTACH_DATA_MAX + 1];
    char packet[ATTACH_DATA_MAX + 1]; /* received */
};

struct clients {
    struct loop *loop;
    const struct clients_ops *ops;
    void *arg;
    int listen_fd;
    struct loop_source *listen_src;
    struct client *list;
    char hello[2];
    bool stdin_full;
    size_t pending_len; /* of the chunk that somebody owes, type byte included */
    struct buffers *buf;
};

/* While the container's stdin is full, what comes from those who may write to it waits. */
static bool may_read(const struct client *cl)
{
    return !(cl->all->stdin_full && (cl->streams & ATTACH_STDIN));
}

static int on_client(struct loop_source *src, uint32_t events, void *arg, struct err *e);

static int set_events(struct client *cl, struct err *e)
{
    uint32_t events = (may_read(cl) ? EPOLLIN : 0) | (cl->owes ? EPOLLOUT : 0);

    if (cl->src)
        return loop_mod(cl->src, events, e);
    return may_read(cl) ? loop_add(cl->all->loop, cl->fd, events, on_client, cl, &cl->src, e) : 0;
}

static int check_drained(struct clients *c, struct err *e)
{
    if (c->pending_len == 0)
        return 0;
    for (struct client *cl = c->list; cl; cl = cl->next)
        if (cl->owes)
            return 0;
    c->pending_len = 0;
    return c->ops->drained(c->arg, e);
}

static int drop(struct client *cl, struct err *e)
{
    struct clients *c = cl->all;
    bool eof = cl->first && (cl->streams & ATTACH_STDIN);
    int r = 0;

    for (struct client **at = &c->list; *at; at = &(*at)->next) {
        if (*at == cl) {
            *at = cl->next;
            break;
        }
    }
    loop_del(cl->src);
    close(cl->fd);
    free(cl);
    if (eof)
        r = c->ops->input_eof(c->arg, e);
    return r < 0 ? r : check_drained(c, e);
}

/* 1 sent, 0 no room, -1 the client is gone: what it said before may still be unread. */
static int send_packet(int fd, const void *data, size_t len)
{
    ssize_t n;

    do
        n = send(fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n >= 0)
        return 1;
    return errno == EAGAIN || errno == ENOBUFS ? 0 : -1;
}

static int say_hello(struct client *cl)
{
    char packet[3] = { ATTACH_MSG_STARTED, cl->all->hello[0], cl->all->hello[1] };

    return send_packet(cl->fd, packet, sizeof(packet));
}

static int handle_packet(struct client *cl, size_t len, struct err *e)
{
    struct clients *c = cl->all;
    const char *data = c->buf->packet + 1;
    uint16_t size[2];

    switch (c->buf->packet[0]) {
    case ATTACH_MSG_HELLO:
        cl->streams = len > 1 ? (unsigned char)data[0] : 0;
        return say_hello(cl) > 0 ? set_events(cl, e) : drop(cl, e);
    case ATTACH_MSG_STDIN:
        if (!(cl->streams & ATTACH_STDIN) || len < 2)
            return 0;
        return c->ops->input(c->arg, data, len - 1, &c->stdin_full, e);
    case ATTACH_MSG_STDIN_EOF:
        return cl->first && (cl->streams & ATTACH_STDIN) ? c->ops->input_eof(c->arg, e) : 0;
    case ATTACH_MSG_RESIZE:
        if (len != 1 + sizeof(size))
            return 0;
        memcpy(size, data, sizeof(size));
        return c->ops->resize(c->arg, size[0], size[1], e);
    default: return 0;
    }
}

static int update_readers(struct clients *c, struct err *e)
{
    for (struct client *cl = c->list; cl; cl = cl->next) {
        int r = set_events(cl, e);
        if (r < 0)
            return r;
    }
    return 0;
}

/* A client that leaves without having read all its output resets the connection, which is told
 * once; what it said before comes behind that, and then its end. */
static int on_readable(struct client *cl, struct err *e)
{
    struct clients *c = cl->all;
    bool was_full = c->stdin_full;
    ssize_t n;

    do
        n = recv(cl->fd, c->buf->packet, sizeof(c->buf->packet), MSG_DONTWAIT);
    while (n < 0 && (errno == EINTR || errno == ECONNRESET));
    if (n < 0 && errno == EAGAIN)
        return 0;
    if (n <= 0)
        return drop(cl, e);
    int r = handle_packet(cl, (size_t)n, e);
    if (r >= 0 && c->stdin_full != was_full)
        r = update_readers(c, e);
    return r;
}

/* It has hung up, but what it said before is still to be read: it gets nothing any more. While the
 * container's stdin has no room it is not watched (EPOLLHUP cannot be masked). */
static int hang_up(struct client *cl, struct err *e)
{
    if (!may_read(cl)) {
        loop_del(cl->src);
        cl->src = NULL;
    }
    cl->streams &= ATTACH_STDIN;
    cl->owes = false;
    int r = set_events(cl, e);
    return r < 0 ? r : check_drained(cl->all, e);
}

static int on_client(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    struct client *cl = arg;

    if (cl->owes && (events & EPOLLOUT)) {
        int sent = send_packet(cl->fd, cl->all->buf->pending, cl->all->pending_len);
        if (sent < 0)
            return hang_up(cl, e);
        if (sent > 0) {
            cl->owes = false;
            int r = set_events(cl, e);
            return r < 0 ? r : check_drained(cl->all, e);
        }
    }
    if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
        return 0;
    return may_read(cl) ? on_readable(cl, e) : hang_up(cl, e);
}

static int add_client(struct clients *c, int fd, unsigned streams, bool first, struct err *e)
{
    struct client *cl = calloc(1, sizeof(*cl));

    if (!cl) {
        close(fd);
        return err_nomem(e);
    }
    *cl = (struct client){ .all = c, .fd = fd, .streams = streams, .first = first };
    int r = loop_add(c->loop, fd, EPOLLIN, on_client, cl, &cl->src, e);
    if (r < 0) {
        close(fd);
        free(cl);
        return r;
    }
    cl->next = c->list;
    c->list = cl;
    return set_events(cl, e);
}

static int on_connect(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    struct clients *c = arg;
    int fd = accept4(c->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    return fd < 0 ? 0 : add_client(c, fd, 0, false, e);
}

/* Binds through /proc/self/fd: the run root's own path may be longer than sun_path. */
static int listen_at(int dirfd, int *ret_fd, struct err *e)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    char dir[FS_FD_PATH_MAX];
    AUTO_FD int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return err_sys(e, "socket", "attach");
    snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/attach", fs_fd_path(dirfd, dir));
    if (unlinkat(dirfd, "attach", 0) < 0 && errno != ENOENT)
        return err_sys(e, "unlink", "attach");
    if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
        return err_sys(e, "bind", "attach");
    if (listen(fd, 64) < 0)
        return err_sys(e, "listen", "attach");
    *ret_fd = TAKE_FD(fd);
    return 0;
}

int clients_new(struct loop *l, int dirfd, const char hello[2], const struct clients_ops *ops,
                void *arg, struct clients **ret, struct err *e)
{
    struct clients *c = calloc(1, sizeof(*c));

    if (!c || !(c->buf = mem_map(sizeof(*c->buf)))) {
        free(c);
        return err_nomem(e);
    }
    c->loop = l;
    c->ops = ops;
    c->arg = arg;
    c->listen_fd = -1;
    memcpy(c->hello, hello, sizeof(c->hello));
    int r = listen_at(dirfd, &c->listen_fd, e);
    if (r >= 0)
        r = loop_add(l, c->listen_fd, EPOLLIN, on_connect, c, &c->listen_src, e);
    if (r < 0) {
        clients_free(c);
        return r;
    }
    *ret = c;
    return 0;
}

void clients_free(struct clients *c)
{
    if (!c)
        return;
    while (c->list) {
        struct client *cl = c->list;
        c->list = cl->next;
        loop_del(cl->src);
        close(cl->fd);
        free(cl);
    }
    loop_del(c->listen_src);
    mem_close(&c->listen_fd);
    munmap(c->buf, sizeof(*c->buf));
    free(c);
}

int clients_adopt(struct clients *c, int fd, unsigned streams, struct err *e)
{
    return add_client(c, fd, streams, true, e);
}

int clients_output(struct clients *c, int type, const char *data, size_t len, bool *ret_taken,
                   struct err *e)
{
    unsigned want = type == ATTACH_MSG_STDERR ? ATTACH_STDERR : ATTACH_STDOUT;
    bool all_sent = true;

    c->buf->pending[0] = (char)type;
    memcpy(c->buf->pending + 1, data, len);
    for (struct client *cl = c->list, *next; cl; cl = next) {
        next = cl->next;
        if (!(cl->streams & want))
            continue;
        int sent = send_packet(cl->fd, c->buf->pending, len + 1);
        cl->owes = sent == 0;
        int r = sent < 0 ? hang_up(cl, e) : sent == 0 ? set_events(cl, e) : 0;
        if (r < 0)
            return r;
        all_sent = all_sent && sent != 0;
    }
    c->pending_len = all_sent ? 0 : len + 1;
    *ret_taken = all_sent;
    return 0;
}

int clients_stdin_ready(struct clients *c, struct err *e)
{
    c->stdin_full = false;
    return update_readers(c, e);
}

void clients_finish(struct clients *c, int type, const void *data, size_t len, int ms)
{
    c->buf->packet[0] = (char)type;
    memcpy(c->buf->packet + 1, data, len);
    for (struct client *cl = c->list; cl; cl = cl->next) {
        struct pollfd p = { .fd = cl->fd, .events = POLLOUT };
        if (send_packet(cl->fd, c->buf->packet, len + 1) == 0 && poll(&p, 1, ms) > 0)
            send_packet(cl->fd, c->buf->packet, len + 1);
    }
}
