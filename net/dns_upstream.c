/* SPDX-License-Identifier: MIT */
/* Asks the resolvers outside. */
#include "net/dns_upstream.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "net/dns_message.h"
#include "net/hosts.h"
#include "net/wire.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>

#define DNS_PORT      53
#define RESOLV_CONF   "/etc/resolv.conf"
#define SERVERS_MAX   8
#define TRIES_MAX     4
#define TRY_NS        2500000000LL
#define EXCHANGES_MAX 256

struct server {
    struct sockaddr_storage addr;
    socklen_t len;
};

struct dns_upstream {
    struct loop *loop;
    bool fixed; /* servers were given; else they follow resolv.conf */
    struct stat seen;
    struct server servers[SERVERS_MAX];
    size_t n_servers;
    struct dns_exchange *list;
    size_t n_exchanges;
};

struct dns_exchange {
    struct dns_upstream *up;
    struct dns_exchange *next;
    dns_upstream_fn fn;
    void *arg;
    struct loop_source *src;
    struct loop_source *timer;
    int fd;
    bool tcp;
    unsigned tries;
    uint16_t id; /* the client's */
    size_t sent; /* of `query`, over TCP its length included */
    size_t have; /* of `reply` */
    uint8_t *reply;
    size_t len;      /* of the message */
    uint8_t query[]; /* two bytes of length, then the message */
};

/* ---- servers ---- */

/* An address may name its link: "fe80::1%eth0" (RFC 4007, section 11), or "%2". */
static unsigned scope_of(const char *text)
{
    unsigned index = if_nametoindex(text);
    struct err ignored = ERR_INIT;
    uint64_t number = 0;

    if (index == 0)
        num_u64(text, 1, UINT32_MAX, &number, &ignored);
    return index ? index : (unsigned)number;
}

static bool parse_server(const char *text, struct server *ret)
{
    struct sockaddr_in *v4 = (void *)&ret->addr;
    struct sockaddr_in6 *v6 = (void *)&ret->addr;
    char bare[INET6_ADDRSTRLEN];
    size_t len = strcspn(text, "%");

    *ret = (struct server){ .len = sizeof(*v4) };
    v4->sin_port = htons(DNS_PORT);
    v4->sin_family = AF_INET;
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1)
        return true;
    ret->len = sizeof(*v6);
    v6->sin6_family = AF_INET6;
    snprintf(bare, sizeof(bare), "%.*s", (int)len, text);
    if (text[len] == '%')
        v6->sin6_scope_id = scope_of(text + len + 1);
    return inet_pton(AF_INET6, bare, &v6->sin6_addr) == 1 &&
           (text[len] == '\0' || v6->sin6_scope_id > 0);
}

static void add_server(struct dns_upstream *u, const char *text)
{
    if (u->n_servers < SERVERS_MAX && parse_server(text, &u->servers[u->n_servers]))
        u->n_servers++;
}

/* Reads resolv.conf again if it is not the file that was read last. */
static void follow_resolv_conf(struct dns_upstream *u)
{
    AUTO_FREE char *text = NULL;
    struct hosts_resolvers found;
    struct stat st;
    struct err e;

    if (u->fixed)
        return;
    if (stat(RESOLV_CONF, &st) < 0) {
        u->n_servers = 0;
        return;
    }
    if (st.st_ino == u->seen.st_ino && st.st_size == u->seen.st_size &&
        st.st_mtim.tv_sec == u->seen.st_mtim.tv_sec &&
        st.st_mtim.tv_nsec == u->seen.st_mtim.tv_nsec)
        return;
    if (fs_read(AT_FDCWD, RESOLV_CONF, 1u << 20, &text, NULL, &e) < 0 ||
        hosts_resolv_parse(text, &found, &e) < 0)
        return;
    u->seen = st;
    u->n_servers = 0;
    strv_foreach (it, found.nameservers)
        add_server(u, *it);
    hosts_resolv_free(&found);
}

int dns_upstream_new(struct loop *l, char *const *servers, struct dns_upstream **ret, struct err *e)
{
    struct dns_upstream *u = calloc(1, sizeof(*u));

    if (!u)
        return err_nomem(e);
    u->loop = l;
    u->fixed = strv_len(servers) > 0;
    strv_foreach (it, servers)
        add_server(u, *it);
    *ret = u;
    return 0;
}

bool dns_upstream_any(struct dns_upstream *u)
{
    follow_resolv_conf(u);
    return u->n_servers > 0;
}

/* ---- one exchange ---- */

static void hang_up(struct dns_exchange *x)
{
    loop_del(x->src);
    x->src = NULL;
    mem_close(&x->fd);
    x->sent = 0;
    x->have = 0;
}

void dns_upstream_cancel(struct dns_exchange *x)
{
    if (!x)
        return;
    for (struct dns_exchange **at = &x->up->list; *at; at = &(*at)->next) {
        if (*at == x) {
            *at = x->next;
            x->up->n_exchanges--;
            break;
        }
    }
    hang_up(x);
    loop_del(x->timer);
    free(x->reply);
    free(x);
}

void dns_upstream_free(struct dns_upstream *u)
{
    while (u && u->list)
        dns_upstream_cancel(u->list);
    free(u);
}

static void deliver(struct dns_exchange *x, uint8_t *msg, size_t len)
{
    dns_upstream_fn fn = x->fn;
    void *arg = x->arg;
    uint8_t *reply = TAKE_PTR(x->reply);

    if (len >= 2) {
        struct wire w = wire_over(msg, len);
        wire_put_u16(&w, x->id);
    }
    dns_upstream_cancel(x);
    fn(arg, msg, len);
    free(reply);
}

/* The same question came back: id, QR, and the question's bytes but for letter case. */
static bool is_answer(const struct dns_exchange *x, const uint8_t *msg, size_t len)
{
    const uint8_t *query = x->query + 2;
    struct dns_query q;

    if (len < DNS_HEADER || memcmp(msg, query, 2) != 0 || !(msg[2] & 0x80))
        return false;
    if (!dns_message_parse(query, x->len, &q) || len < DNS_HEADER + q.question_len)
        return (msg[3] & 15) == DNS_FORMERR;
    return strncasecmp((const char *)msg + DNS_HEADER, (const char *)query + DNS_HEADER,
                       q.question_len) == 0 &&
           memcmp(msg + DNS_HEADER + q.question_len - 4, query + DNS_HEADER + q.question_len - 4,
                  4) == 0;
}

static int next_try(struct dns_exchange *x, struct err *e);

/* This server cannot or does not want to; a further one that has not been asked yet may know. */
static bool others_may_know(const struct dns_exchange *x, const uint8_t *msg)
{
    unsigned rcode = msg[3] & 15;

    return (rcode == DNS_SERVFAIL || rcode == DNS_NOTIMP || rcode == DNS_REFUSED) &&
           x->tries < x->up->n_servers && x->tries < TRIES_MAX;
}

static int take_answer(struct dns_exchange *x, uint8_t *msg, size_t len, struct err *e)
{
    if (others_may_know(x, msg))
        return next_try(x, e);
    deliver(x, msg, len);
    return 0;
}

static int on_udp(struct dns_exchange *x, struct err *e)
{
    uint8_t msg[DNS_MESSAGE_MAX];
    ssize_t n = recv(x->fd, msg, sizeof(msg), 0);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : next_try(x, e);
    return is_answer(x, msg, (size_t)n) ? take_answer(x, msg, (size_t)n, e) : 0;
}

/* Sends what has not been sent: 1 all of it, 0 later, -1 the connection failed. */
static int send_tcp(struct dns_exchange *x)
{
    while (x->sent < x->len + 2) {
        ssize_t n = send(x->fd, x->query + x->sent, x->len + 2 - x->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN || errno == EINPROGRESS ? 0 : -1;
        x->sent += (size_t)n;
    }
    return 1;
}

static int receive_tcp(struct dns_exchange *x, struct err *e)
{
    if (!x->reply)
        x->reply = malloc(DNS_MESSAGE_MAX + 2);
    if (!x->reply)
        return err_nomem(e);
    ssize_t n = recv(x->fd, x->reply + x->have, DNS_MESSAGE_MAX + 2 - x->have, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n <= 0)
        return next_try(x, e);
    x->have += (size_t)n;
    size_t len = x->have < 2 ? DNS_MESSAGE_MAX : (size_t)(x->reply[0] << 8 | x->reply[1]);
    if (x->have < len + 2)
        return 0;
    if (!is_answer(x, x->reply + 2, len))
        return next_try(x, e);
    return take_answer(x, x->reply + 2, len, e);
}

static int on_tcp(struct dns_exchange *x, uint32_t events, struct err *e)
{
    if (events & EPOLLOUT) {
        int sent = send_tcp(x);
        if (sent < 0)
            return next_try(x, e);
        return sent > 0 ? loop_mod(x->src, EPOLLIN, e) : 0;
    }
    return receive_tcp(x, e);
}

static int on_socket(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    struct dns_exchange *x = arg;

    return x->tcp ? on_tcp(x, events, e) : on_udp(x, e);
}

static int on_timeout(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    return next_try(arg, e);
}

static int dial(struct dns_exchange *x, const struct server *s)
{
    int type = (x->tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK;
    struct err ignored;

    x->fd = socket(s->addr.ss_family, type, 0);
    if (x->fd < 0)
        return -1;
    if (connect(x->fd, (const struct sockaddr *)&s->addr, s->len) < 0 && errno != EINPROGRESS)
        return -1;
    if (!x->tcp && send(x->fd, x->query + 2, x->len, MSG_NOSIGNAL) < 0)
        return -1;
    return loop_add(x->up->loop, x->fd, x->tcp ? EPOLLOUT : EPOLLIN, on_socket, x, &x->src,
                    &ignored);
}

/* Asks the next server; after the last try the exchange ends without an answer. */
static int next_try(struct dns_exchange *x, struct err *e)
{
    const struct dns_upstream *u = x->up;

    for (;;) {
        hang_up(x);
        if (x->tries >= TRIES_MAX || u->n_servers == 0) {
            deliver(x, NULL, 0);
            return 0;
        }
        const struct server *s = &u->servers[x->tries++ % u->n_servers];
        if (dial(x, s) >= 0)
            return loop_set_timer(x->timer, TRY_NS, 0, e);
    }
}

int dns_upstream_ask(struct dns_upstream *u, const uint8_t *msg, size_t len, bool tcp,
                     dns_upstream_fn fn, void *arg, struct dns_exchange **ret, struct err *e)
{
    if (u->n_exchanges >= EXCHANGES_MAX)
        return err_set(e, ERR_LIMIT, "DNS: more than %d queries under way", EXCHANGES_MAX);
    struct dns_exchange *x = calloc(1, sizeof(*x) + len + 2);
    if (!x)
        return err_nomem(e);
    *x = (struct dns_exchange){
        .up = u, .fn = fn, .arg = arg, .fd = -1, .tcp = tcp, .len = len, .next = u->list
    };
    struct wire w = wire_over(x->query, len + 2);
    wire_put_u16(&w, (uint16_t)len);
    wire_put(&w, msg, len);
    x->id = (uint16_t)(msg[0] << 8 | msg[1]);
    if (getrandom(x->query + 2, 2, 0) != 2)
        memcpy(x->query + 2, msg, 2);
    /* The first try is the timer's, at once: fn must not be called from in here. */
    int r = loop_add_timer(u->loop, 1, 0, on_timeout, x, &x->timer, e);
    if (r < 0) {
        free(x);
        return r;
    }
    u->list = x;
    u->n_exchanges++;
    if (ret)
        *ret = x;
    return 0;
}
