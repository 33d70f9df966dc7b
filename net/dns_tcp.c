/* SPDX-License-Identifier: MIT */
/* Serves TCP connections: one message at a time, within limits of number and time. */
#include "net/dns_tcp.h"

#include "base/mem.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define CONNS_MAX 32
#define IDLE_NS   10000000000LL
#define QUERY_MAX 4096 /* bytes of one query */

struct dns_conn {
    struct dns *dns;
    struct dns_conn *next;
    struct loop_source *src;
    struct loop_source *timer;
    struct dns_exchange *exchange; /* under way: no other message is looked at meanwhile */
    int fd;
    size_t have;              /* bytes of `in` */
    size_t out_len, out_done; /* of `out` */
    uint8_t *out;             /* malloc'd: length and answer */
    struct dns_query q;
    uint8_t in[QUERY_MAX + 2];
};

static void drop(struct dns_conn *c)
{
    struct dns *d = c->dns;

    for (struct dns_conn **at = &d->conns; *at; at = &(*at)->next) {
        if (*at == c) {
            *at = c->next;
            d->n_conns--;
            break;
        }
    }
    dns_upstream_cancel(c->exchange);
    loop_del(c->src);
    loop_del(c->timer);
    close(c->fd);
    free(c->out);
    free(c);
}

static size_t message_len(const struct dns_conn *c)
{
    return (size_t)(c->in[0] << 8 | c->in[1]);
}

/* True when `in` begins with a whole message. */
static bool is_whole(const struct dns_conn *c)
{
    return c->have >= 2 && c->have >= message_len(c) + 2;
}

static bool set_answer(struct dns_conn *c, const uint8_t *msg, size_t len)
{
    c->out = malloc(len + 2);
    if (!c->out)
        return false;
    struct wire w = wire_over(c->out, len + 2);
    wire_put_u16(&w, (uint16_t)len);
    wire_put(&w, msg, len);
    c->out_len = len + 2;
    c->out_done = 0;
    return true;
}

/* 1 sent, 0 later, -1 broken. */
static int flush(struct dns_conn *c)
{
    while (c->out_done < c->out_len) {
        ssize_t n = send(c->fd, c->out + c->out_done, c->out_len - c->out_done,
                         MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? 0 : -1;
        c->out_done += (size_t)n;
    }
    free(c->out);
    c->out = NULL;
    c->out_len = c->out_done = 0;
    return 1;
}

static void consume(struct dns_conn *c)
{
    size_t used = message_len(c) + 2;

    memmove(c->in, c->in + used, c->have - used);
    c->have -= used;
}

static int go_on(struct dns_conn *c, struct err *e);

static void on_answer(void *arg, const uint8_t *msg, size_t len)
{
    struct dns_conn *c = arg;
    uint8_t out[DNS_UDP_PLAIN];
    struct err e;

    c->exchange = NULL;
    loop_set_timer(c->timer, IDLE_NS, 0, &e);
    if (len == 0) {
        len = dns_server_fail(&c->q, c->in + 2, DNS_SERVFAIL, out, sizeof(out));
        msg = out;
    }
    if (!set_answer(c, msg, len)) {
        drop(c);
        return;
    }
    consume(c);
    go_on(c, &e);
}

/* Answers the message at the start of `in`, or has it forwarded. False: close the connection. Only
 * whole messages earn more time: a byte now and then does not. */
static bool serve(struct dns_conn *c)
{
    uint8_t out[16384];
    struct err e;
    const uint8_t *msg = c->in + 2;

    loop_set_timer(c->timer, IDLE_NS, 0, &e);
    if (!dns_message_parse(msg, message_len(c), &c->q))
        return false;
    size_t len = dns_server_local(c->dns, &c->q, msg, out, sizeof(out));
    if (len == 0) {
        if (dns_upstream_ask(c->dns->upstream, msg, message_len(c), true, on_answer, c,
                             &c->exchange, &e) >= 0)
            return true;
        len = dns_server_fail(&c->q, msg, DNS_SERVFAIL, out, sizeof(out));
    }
    if (!set_answer(c, out, len))
        return false;
    consume(c);
    return true;
}

/* Sends what is to be sent and serves what is there, until it has to wait. */
static int go_on(struct dns_conn *c, struct err *e)
{
    for (;;) {
        int sent = c->out ? flush(c) : 1;
        if (sent < 0) {
            drop(c);
            return 0;
        }
        if (sent == 0)
            return loop_mod(c->src, EPOLLOUT, e);
        if (c->exchange || !is_whole(c))
            return loop_mod(c->src, c->exchange ? 0 : EPOLLIN, e);
        if (!serve(c)) {
            drop(c);
            return 0;
        }
    }
}

static int on_ready(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    struct dns_conn *c = arg;

    if (events & EPOLLIN) {
        ssize_t n = recv(c->fd, c->in + c->have, sizeof(c->in) - c->have, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return 0;
        if (n <= 0 || (c->have + (size_t)n >= 2 && (c->in[0] << 8 | c->in[1]) > QUERY_MAX)) {
            drop(c);
            return 0;
        }
        c->have += (size_t)n;
    } else if (!(events & EPOLLOUT)) {
        drop(c);
        return 0;
    }
    return go_on(c, e);
}

static int on_idle(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    struct dns_conn *c = arg;

    if (!c->exchange)
        drop(c);
    return 0;
}

static int add_conn(struct dns *d, int fd, struct err *e)
{
    struct dns_conn *c = calloc(1, sizeof(*c));

    if (!c) {
        close(fd);
        return err_nomem(e);
    }
    c->dns = d;
    c->fd = fd;
    int r = loop_add(d->loop, fd, EPOLLIN, on_ready, c, &c->src, e);
    if (r >= 0)
        r = loop_add_timer(d->loop, IDLE_NS, 0, on_idle, c, &c->timer, e);
    c->next = d->conns;
    d->conns = c;
    d->n_conns++;
    if (r < 0)
        drop(c);
    return r;
}

/* Over the limit, and when memory is short, the connection is closed: the client tries again. */
static int on_connect(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    struct dns *d = arg;
    int fd = accept4(d->tcp_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0)
        return 0;
    if (d->n_conns >= CONNS_MAX)
        close(fd);
    else
        add_conn(d, fd, e);
    return 0;
}

int dns_tcp_start(struct dns *d, struct err *e)
{
    return loop_add(d->loop, d->tcp_fd, EPOLLIN, on_connect, d, &d->tcp_src, e);
}

void dns_tcp_stop(struct dns *d)
{
    while (d->conns)
        drop(d->conns);
    loop_del(d->tcp_src);
}
