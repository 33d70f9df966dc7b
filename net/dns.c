/* SPDX-License-Identifier: MIT */
/* The server: queries from UDP and TCP are answered from the zone or forwarded. */
#include "net/dns.h"

#include "base/mem.h"
#include "base/str.h"
#include "net/dns_server.h"
#include "net/dns_tcp.h"
#include "net/hosts.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define PORT_UDP 40053
#define PORT_TCP 40053

/* A UDP query that was forwarded: where the answer goes. */
struct waiting {
    struct dns *dns;
    struct sockaddr_in from;
    struct dns_query q;
    size_t len;
    uint8_t msg[];
};

size_t dns_server_fail(const struct dns_query *q, const uint8_t *msg, enum dns_rcode rcode,
                       uint8_t *out, size_t max)
{
    const struct dns_answer a = { .rcode = rcode };

    return dns_message_answer(q, msg, &a, out, max);
}

size_t dns_server_local(struct dns *d, const struct dns_query *q, const uint8_t *msg, uint8_t *out,
                        size_t max)
{
    struct dns_found found;
    struct dns_answer a = { 0 };
    struct err e;

    if (q->rcode != DNS_NOERROR)
        return dns_server_fail(q, msg, q->rcode, out, max);
    if (dns_zone_find(&d->zone, q, &found, &e) < 0)
        return dns_server_fail(q, msg, DNS_SERVFAIL, out, max);
    if (!found.exists && dns_upstream_any(d->upstream))
        return 0;
    if (!found.exists)
        return dns_server_fail(q, msg, strchr(q->name, '.') ? DNS_SERVFAIL : DNS_NXDOMAIN, out,
                               max);
    if (q->type == DNS_A || q->type == DNS_ANY) {
        a.addrs = found.addrs;
        a.n_addrs = found.n_addrs;
    }
    if ((q->type == DNS_PTR || q->type == DNS_ANY) && found.ptr[0])
        a.ptr = found.ptr;
    return dns_message_answer(q, msg, &a, out, max);
}

static void send_udp(const struct dns *d, const struct sockaddr_in *to, const uint8_t *msg,
                     size_t len)
{
    sendto(d->udp_fd, msg, len, MSG_NOSIGNAL | MSG_DONTWAIT, (const struct sockaddr *)to,
           sizeof(*to));
}

static void on_answer(void *arg, const uint8_t *msg, size_t len)
{
    struct waiting *w = arg;
    uint8_t out[DNS_UDP_PLAIN];

    if (len == 0) {
        len = dns_server_fail(&w->q, w->msg, DNS_SERVFAIL, out, sizeof(out));
        msg = out;
    }
    send_udp(w->dns, &w->from, msg, len);
    free(w);
}

static int forward_udp(struct dns *d, const struct dns_query *q, const uint8_t *msg, size_t len,
                       const struct sockaddr_in *from, struct err *e)
{
    struct waiting *w = malloc(sizeof(*w) + len);

    if (!w)
        return err_nomem(e);
    *w = (struct waiting){ .dns = d, .from = *from, .q = *q, .len = len };
    memcpy(w->msg, msg, len);
    int r = dns_upstream_ask(d->upstream, msg, len, false, on_answer, w, NULL, e);
    if (r < 0)
        free(w);
    return r;
}

/* One datagram a call; the loop comes back for the next. Failures are the client's SERVFAIL. */
static int on_udp(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    struct dns *d = arg;
    struct sockaddr_in from;
    socklen_t from_len = sizeof(from);
    uint8_t msg[4096];
    uint8_t out[DNS_UDP_MAX];
    struct dns_query q;
    ssize_t n =
        recvfrom(d->udp_fd, msg, sizeof(msg), MSG_DONTWAIT, (struct sockaddr *)&from, &from_len);

    if (n < 0 || !dns_message_parse(msg, (size_t)n, &q))
        return 0;
    size_t len = dns_server_local(d, &q, msg, out, q.udp_max);
    if (len == 0 && forward_udp(d, &q, msg, (size_t)n, &from, e) < 0)
        len = dns_server_fail(&q, msg, DNS_SERVFAIL, out, q.udp_max);
    if (len > 0)
        send_udp(d, &from, out, len);
    return 0;
}

/* ---- sockets ---- */

/* A fixed port first, so that rules and captures read alike everywhere; any other if it is taken.
 */
static int bind_local(int type, uint16_t port, int *ret_fd, uint16_t *ret_port, struct err *e)
{
    struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(port) };
    socklen_t len = sizeof(addr);
    AUTO_FD int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return err_sys(e, "socket", HOSTS_DNS_ADDRESS);
    inet_pton(AF_INET, HOSTS_DNS_ADDRESS, &addr.sin_addr);
    int r = bind(fd, (struct sockaddr *)&addr, sizeof(addr));
    if (r < 0 && errno == EADDRINUSE) {
        addr.sin_port = 0;
        r = bind(fd, (struct sockaddr *)&addr, sizeof(addr));
    }
    if (r < 0 || getsockname(fd, (struct sockaddr *)&addr, &len) < 0)
        return err_sys(e, "bind", HOSTS_DNS_ADDRESS);
    if (type == SOCK_STREAM && listen(fd, 16) < 0)
        return err_sys(e, "listen", HOSTS_DNS_ADDRESS);
    *ret_port = ntohs(addr.sin_port);
    *ret_fd = TAKE_FD(fd);
    return 0;
}

static int open_sockets(struct dns *d, int netns_fd, struct err *e)
{
    AUTO_FD int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

    if (own < 0)
        return err_sys(e, "open", "/proc/thread-self/ns/net");
    if (setns(netns_fd, CLONE_NEWNET) < 0)
        return err_sys(e, "setns", "container's network namespace");
    int r = bind_local(SOCK_DGRAM, PORT_UDP, &d->udp_fd, &d->udp_port, e);
    if (r >= 0)
        r = bind_local(SOCK_STREAM, PORT_TCP, &d->tcp_fd, &d->tcp_port, e);
    if (setns(own, CLONE_NEWNET) < 0)
        return err_sys(e, "setns", "own network namespace");
    return r;
}

static int start(struct dns *d, const struct dns_want *want, struct err *e)
{
    d->zone.networks = strv_dup(want->networks);
    if (!d->zone.networks)
        return err_nomem(e);
    int r = open_sockets(d, want->netns_fd, e);
    if (r >= 0)
        r = dns_upstream_new(d->loop, want->upstreams, &d->upstream, e);
    if (r >= 0)
        r = loop_add(d->loop, d->udp_fd, EPOLLIN, on_udp, d, &d->udp_src, e);
    return r < 0 ? r : dns_tcp_start(d, e);
}

int dns_start(struct loop *l, const struct dns_want *want, struct dns **ret, struct err *e)
{
    struct dns *d = calloc(1, sizeof(*d));

    if (!d)
        return err_nomem(e);
    d->loop = l;
    d->udp_fd = d->tcp_fd = -1;
    d->place = *want->place;
    d->zone.place = &d->place;
    int r = start(d, want, e);
    if (r < 0) {
        dns_stop(d);
        return r;
    }
    *ret = d;
    return 0;
}

uint16_t dns_udp_port(const struct dns *d)
{
    return d->udp_port;
}

uint16_t dns_tcp_port(const struct dns *d)
{
    return d->tcp_port;
}

void dns_stop(struct dns *d)
{
    if (!d)
        return;
    dns_tcp_stop(d);
    dns_upstream_free(d->upstream);
    loop_del(d->udp_src);
    mem_close(&d->udp_fd);
    mem_close(&d->tcp_fd);
    strv_free(d->zone.networks);
    free(d);
}
