/* SPDX-License-Identifier: MIT */
/* Netlink messages: what goes into a request, and what an answer holds. */
#include "base/netlink_msg.h"

#include <stdio.h>
#include <string.h>

/* ---- writing ---- */

static void *append(struct nlmsghdr *nlh, size_t len)
{
    char *at = (char *)nlh + NLMSG_ALIGN(nlh->nlmsg_len);

    memset(at, 0, NLMSG_ALIGN(len));
    nlh->nlmsg_len = NLMSG_ALIGN(nlh->nlmsg_len) + (uint32_t)NLMSG_ALIGN(len);
    return at;
}

void *netlink_put_head(struct nlmsghdr *nlh, size_t len)
{
    return append(nlh, len);
}

void netlink_put(struct nlmsghdr *nlh, uint16_t type, const void *data, size_t len)
{
    struct nlattr *a = append(nlh, NLA_HDRLEN + len);

    a->nla_type = type;
    a->nla_len = (uint16_t)(NLA_HDRLEN + len);
    if (len)
        memcpy((char *)a + NLA_HDRLEN, data, len);
}

void netlink_put_u8(struct nlmsghdr *nlh, uint16_t type, uint8_t v)
{
    netlink_put(nlh, type, &v, sizeof(v));
}

void netlink_put_u32(struct nlmsghdr *nlh, uint16_t type, uint32_t v)
{
    netlink_put(nlh, type, &v, sizeof(v));
}

void netlink_put_str(struct nlmsghdr *nlh, uint16_t type, const char *s)
{
    netlink_put(nlh, type, s, strlen(s) + 1);
}

struct nlattr *netlink_nest(struct nlmsghdr *nlh, uint16_t type)
{
    struct nlattr *a = append(nlh, NLA_HDRLEN);

    a->nla_type = NLA_F_NESTED | type;
    return a;
}

void netlink_nest_end(struct nlmsghdr *nlh, struct nlattr *nest)
{
    nest->nla_len = (uint16_t)((char *)nlh + nlh->nlmsg_len - (char *)nest);
}

/* ---- reading ---- */

const void *netlink_data(const struct nlmsghdr *nlh)
{
    return (const char *)nlh + NLMSG_HDRLEN;
}

size_t netlink_data_len(const struct nlmsghdr *nlh)
{
    return nlh->nlmsg_len - NLMSG_HDRLEN;
}

uint16_t netlink_attr_type(const struct nlattr *a)
{
    return a->nla_type & NLA_TYPE_MASK;
}

const void *netlink_attr_data(const struct nlattr *a)
{
    return (const char *)a + NLA_HDRLEN;
}

size_t netlink_attr_len(const struct nlattr *a)
{
    return a->nla_len - (size_t)NLA_HDRLEN;
}

uint8_t netlink_attr_u8(const struct nlattr *a)
{
    return netlink_attr_len(a) ? *(const uint8_t *)netlink_attr_data(a) : 0;
}

uint32_t netlink_attr_u32(const struct nlattr *a)
{
    uint32_t v = 0;

    if (netlink_attr_len(a) >= sizeof(v))
        memcpy(&v, netlink_attr_data(a), sizeof(v));
    return v;
}

void netlink_attr_str(const struct nlattr *a, char *buf, size_t size)
{
    snprintf(buf, size, "%.*s", (int)netlink_attr_len(a), (const char *)netlink_attr_data(a));
}

/* The attribute at `at`, if the whole of it lies before the end. */
static const struct nlattr *whole(const void *at, const void *end)
{
    const struct nlattr *a = at;
    ptrdiff_t left = (const char *)end - (const char *)at;

    return left >= NLA_HDRLEN && a->nla_len >= NLA_HDRLEN && a->nla_len <= left ? a : NULL;
}

const struct nlattr *netlink_first(const struct nlmsghdr *nlh, size_t head)
{
    return whole((const char *)netlink_data(nlh) + NLMSG_ALIGN(head),
                 (const char *)nlh + nlh->nlmsg_len);
}

const struct nlattr *netlink_first_in(const struct nlattr *nest)
{
    return whole(netlink_attr_data(nest), (const char *)nest + nest->nla_len);
}

const struct nlattr *netlink_next(const struct nlattr *a, const void *end)
{
    return whole((const char *)a + NLA_ALIGN(a->nla_len), end);
}
