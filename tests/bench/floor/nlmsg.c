/* SPDX-License-Identifier: MIT */
/* Netlink messages built in one buffer, sent in one call: netlink(7) without a library. */
#include "tests/bench/floor/nlmsg.h"
#include "tests/bench/floor/floor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void *reserve(struct nlmsg *m, size_t size)
{
    void *at = m->buf + m->len;

    if (m->len + NLMSG_ALIGN(size) > sizeof(m->buf)) {
        errno = ENOBUFS;
        floor_die("build", "netlink message");
    }
    memset(at, 0, NLMSG_ALIGN(size));
    m->len += NLMSG_ALIGN(size);
    if (m->head)
        m->head->nlmsg_len = (uint32_t)(m->buf + m->len - (char *)m->head);
    return at;
}

void nlmsg_begin(struct nlmsg *m, uint16_t type, uint16_t flags, const void *family, size_t size)
{
    m->head = NULL;
    m->head = reserve(m, sizeof(*m->head));
    m->head->nlmsg_len = sizeof(*m->head);
    m->head->nlmsg_type = type;
    m->head->nlmsg_flags = NLM_F_REQUEST | flags;
    nlmsg_put_raw(m, family, size);
}

void nlmsg_put_raw(struct nlmsg *m, const void *data, size_t size)
{
    memcpy(reserve(m, size), data, size);
}

void nlmsg_put(struct nlmsg *m, uint16_t type, const void *data, size_t size)
{
    struct nlattr *a = reserve(m, NLA_HDRLEN + size);

    a->nla_type = type;
    a->nla_len = (uint16_t)(NLA_HDRLEN + size);
    memcpy((char *)a + NLA_HDRLEN, data, size);
}

void nlmsg_put_str(struct nlmsg *m, uint16_t type, const char *s)
{
    nlmsg_put(m, type, s, strlen(s) + 1);
}

void nlmsg_put_be32(struct nlmsg *m, uint16_t type, uint32_t value)
{
    uint32_t be = htonl(value);

    nlmsg_put(m, type, &be, sizeof(be));
}

size_t nlmsg_nest(struct nlmsg *m, uint16_t type)
{
    size_t at = m->len;
    struct nlattr *a = reserve(m, NLA_HDRLEN);

    a->nla_type = type | NLA_F_NESTED;
    return at;
}

void nlmsg_end(struct nlmsg *m, size_t nest)
{
    struct nlattr *a = (struct nlattr *)(void *)(m->buf + nest);

    a->nla_len = (uint16_t)(m->len - nest);
}

int nlmsg_open(int protocol)
{
    int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

    if (sock < 0)
        floor_die("socket", "netlink");
    return sock;
}

void nlmsg_talk(int sock, const struct nlmsg *m, const char *what)
{
    struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
    _Alignas(struct nlmsghdr) char reply[4096];
    const struct nlmsghdr *h = (const struct nlmsghdr *)reply;
    const struct nlmsgerr *ack;

    if (sendto(sock, m->buf, m->len, 0, (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
        floor_die("send", what);
    if (recv(sock, reply, sizeof(reply), 0) < (ssize_t)NLMSG_LENGTH(sizeof(*ack)))
        floor_die("receive", what);
    ack = NLMSG_DATA(h);
    if (h->nlmsg_type != NLMSG_ERROR || ack->error != 0) {
        errno = h->nlmsg_type == NLMSG_ERROR ? -ack->error : EPROTO;
        floor_die("netlink", what);
    }
}
