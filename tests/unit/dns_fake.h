/* SPDX-License-Identifier: MIT */
/* A resolver that does what a query's first label says, and queries to send, for DNS tests. */
#pragma once

#include "net/addr.h"
#include "net/dns_message.h"
#include "tests/unit/netns.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>

/*
 * First labels: "ok" answers 192.0.2.1 for every type, "nx" NXDOMAIN, "servfail" and "refused"
 * that, "first-servfail" and "first-refused" only if WHO is 1, "wrongid" a forgery under another id
 * first, "wrongname" one for another question first, "silent" nothing, "tc" a truncated answer over
 * UDP and a whole one over TCP, "huge" 6,000 bytes over UDP, "hangup" closes TCP connections,
 * "pieces" dribbles over TCP.
 */

static inline size_t dns_fake_query(uint8_t *out, size_t max, uint16_t id, const char *name,
                                    uint16_t type, uint16_t udp)
{
    struct wire w = wire_over(out, max);

    wire_put_u16(&w, id);
    wire_put_u16(&w, 0x0100);
    wire_put_u16(&w, 1);
    wire_put_u16(&w, 0);
    wire_put_u16(&w, 0);
    wire_put_u16(&w, udp > 0);
    while (*name) {
        size_t len = strcspn(name, ".");
        wire_put_u8(&w, (uint8_t)len);
        wire_put(&w, name, len);
        name += len + (name[len] == '.');
    }
    wire_put_u8(&w, 0);
    wire_put_u16(&w, type);
    wire_put_u16(&w, DNS_IN);
    if (udp > 0) {
        wire_put_u8(&w, 0);
        wire_put_u16(&w, DNS_OPT);
        wire_put_u16(&w, udp);
        wire_put_u32(&w, 0);
        wire_put_u16(&w, 0);
    }
    ck_assert(!w.failed);
    return w.pos;
}

static inline bool dns_fake_is(const struct dns_query *q, const char *label)
{
    size_t len = strlen(label);

    return strncmp(q->name, label, len) == 0 && (q->name[len] == '.' || q->name[len] == '\0');
}

/* One A record with the answerer's last byte, or none with an rcode. */
static inline size_t dns_fake_answer(const struct dns_query *q, const uint8_t *msg, uint8_t who,
                                     enum dns_rcode rcode, uint8_t *out, size_t max)
{
    struct ip_addr addr = ip_from_u32(0xc0000200u | who);
    struct dns_answer a = { .rcode = rcode, .addrs = &addr, .n_addrs = rcode == DNS_NOERROR };

    return dns_message_answer(q, msg, &a, out, max);
}

static inline enum dns_rcode dns_fake_rcode(const struct dns_query *q, uint8_t who)
{
    if (who == 1 && (dns_fake_is(q, "first-servfail") || dns_fake_is(q, "first-refused")))
        return dns_fake_is(q, "first-refused") ? DNS_REFUSED : DNS_SERVFAIL;
    return dns_fake_is(q, "nx")         ? DNS_NXDOMAIN
           : dns_fake_is(q, "servfail") ? DNS_SERVFAIL
           : dns_fake_is(q, "refused")  ? DNS_REFUSED
                                        : DNS_NOERROR;
}

static inline void dns_fake_udp(int fd, uint8_t who)
{
    static uint8_t out[8192];
    struct sockaddr_in from;
    socklen_t len = sizeof(from);
    struct dns_query q;
    uint8_t msg[4096];
    ssize_t n = recvfrom(fd, msg, sizeof(msg), 0, (struct sockaddr *)&from, &len);

    if (n < 0 || !dns_message_parse(msg, (size_t)n, &q) || dns_fake_is(&q, "silent"))
        return;
    size_t size = dns_fake_answer(&q, msg, who, dns_fake_rcode(&q, who), out, 1232);
    if (dns_fake_is(&q, "wrongid") || dns_fake_is(&q, "wrongname")) {
        size_t at = dns_fake_is(&q, "wrongid") ? 0 : DNS_HEADER + 1;
        out[at] ^= 1;
        sendto(fd, out, size, 0, (struct sockaddr *)&from, len);
        out[at] ^= 1;
    }
    if (dns_fake_is(&q, "tc")) {
        size = dns_fake_answer(&q, msg, who, DNS_NXDOMAIN, out, 1232);
        out[2] |= 2;
        out[3] &= 0xf0;
    }
    if (dns_fake_is(&q, "huge")) {
        memset(out + size, 0xee, 6000 - size);
        size = 6000;
    }
    sendto(fd, out, size, 0, (struct sockaddr *)&from, len);
}

static inline void dns_fake_tcp(int fd, uint8_t who)
{
    uint8_t msg[4096];
    uint8_t out[4096];
    struct dns_query q;
    int c = accept(fd, NULL, NULL);
    ssize_t n = recv(c, msg, 2, MSG_WAITALL);

    if (n == 2)
        n = recv(c, msg, (size_t)(msg[0] << 8 | msg[1]), MSG_WAITALL);
    if (n > 0 && dns_message_parse(msg, (size_t)n, &q) && !dns_fake_is(&q, "hangup")) {
        size_t len =
            dns_fake_answer(&q, msg, who, dns_fake_rcode(&q, who), out + 2, sizeof(out) - 2);
        out[0] = (uint8_t)(len >> 8);
        out[1] = (uint8_t)len;
        size_t step = dns_fake_is(&q, "pieces") ? 1 : len + 2;
        for (size_t at = 0; at < len + 2; at += step)
            send(c, out + at, step, MSG_NOSIGNAL);
    }
    close(c);
}

/* Starts it on IP:53 in the caller's namespace; it answers 192.0.2.WHO and dies with the test. */
static inline pid_t dns_fake_start(const char *ip, uint8_t who)
{
    struct sockaddr_in a = netns_addr(ip, 53);
    struct pollfd p[2];
    int one = 1;

    p[0] = (struct pollfd){ .fd = socket(AF_INET, SOCK_DGRAM, 0), .events = POLLIN };
    p[1] = (struct pollfd){ .fd = socket(AF_INET, SOCK_STREAM, 0), .events = POLLIN };
    setsockopt(p[1].fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    for (int i = 0; i < 2; i++)
        ck_assert_msg(bind(p[i].fd, (struct sockaddr *)&a, sizeof(a)) == 0, "%s: %m", ip);
    ck_assert_int_eq(listen(p[1].fd, 16), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (poll(p, 2, -1) > 0) {
            if (p[0].revents)
                dns_fake_udp(p[0].fd, who);
            if (p[1].revents)
                dns_fake_tcp(p[1].fd, who);
        }
        _exit(0);
    }
    close(p[0].fd);
    close(p[1].fd);
    return pid;
}

/* "rcode=0 tc=0 aa=0 n=1 192.0.2.1 …": what an answer says, in a static buffer. */
static inline const char *dns_fake_text(const uint8_t *msg, size_t len)
{
    static char text[2048];
    struct wire w = wire_over((uint8_t *)(uintptr_t)msg, len);

    wire_u16(&w);
    uint16_t flags = wire_u16(&w);
    uint16_t questions = wire_u16(&w);
    uint16_t answers = wire_u16(&w);
    wire_u32(&w);
    if (w.failed || !(flags & 0x8000))
        return "no answer";
    size_t n = (size_t)snprintf(text, sizeof(text), "rcode=%d tc=%d aa=%d n=%d", flags & 15,
                                !!(flags & 0x200), !!(flags & 0x400), answers);
    for (uint8_t label; questions && (label = wire_u8(&w)) != 0;)
        wire_skip(&w, label);
    wire_skip(&w, questions ? 4 : 0);
    for (int i = 0; i < answers && i < 70; i++) {
        wire_skip(&w, 2);
        uint16_t type = wire_u16(&w);
        wire_skip(&w, 6);
        uint16_t size = wire_u16(&w);
        const uint8_t *p = wire_skip(&w, size);
        if (w.failed)
            return "cut short";
        if (type == DNS_A)
            n += (size_t)snprintf(text + n, sizeof(text) - n, " %d.%d.%d.%d", p[0], p[1], p[2],
                                  p[3]);
        for (size_t at = 0; type == DNS_PTR && at < size && p[at]; at += p[at] + 1)
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.*s", at ? "." : " ", p[at],
                                  (const char *)p + at + 1);
    }
    return w.failed ? "cut short" : text;
}
