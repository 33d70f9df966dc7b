/* SPDX-License-Identifier: MIT */
/* Netlink messages: what goes into a request, and what an answer holds. */
#pragma once

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A message is a header, a fixed structure of its type ("extra header") and attributes, which may
 * nest; netlink(7), linux/netlink.h. Writers append to a message at the end of its buffer, which
 * the caller keeps large enough (netlink_add() leaves 2 KiB).
 */

/* Room for the type's structure, zeroed. */
void *netlink_put_head(struct nlmsghdr *nlh, size_t len);
void netlink_put(struct nlmsghdr *nlh, uint16_t type, const void *data, size_t len);
void netlink_put_u8(struct nlmsghdr *nlh, uint16_t type, uint8_t v);
void netlink_put_u32(struct nlmsghdr *nlh, uint16_t type, uint32_t v);
/* With its NUL. */
void netlink_put_str(struct nlmsghdr *nlh, uint16_t type, const char *s);
/* Attributes from here to netlink_nest_end() are this one's content. */
struct nlattr *netlink_nest(struct nlmsghdr *nlh, uint16_t type);
void netlink_nest_end(struct nlmsghdr *nlh, struct nlattr *nest);

/* What follows the header. */
const void *netlink_data(const struct nlmsghdr *nlh);
size_t netlink_data_len(const struct nlmsghdr *nlh);

uint16_t netlink_attr_type(const struct nlattr *a);
const void *netlink_attr_data(const struct nlattr *a);
size_t netlink_attr_len(const struct nlattr *a);
/* 0 from an attribute that is too short. */
uint8_t netlink_attr_u8(const struct nlattr *a);
uint32_t netlink_attr_u32(const struct nlattr *a);
/* Copies at most size - 1 bytes, up to a NUL, and ends them with one. */
void netlink_attr_str(const struct nlattr *a, char *buf, size_t size);

/* The first attribute after a structure of `head` bytes, or in a nest; the one after; NULL at the
 * end, or where a length lies. */
const struct nlattr *netlink_first(const struct nlmsghdr *nlh, size_t head);
const struct nlattr *netlink_first_in(const struct nlattr *nest);
const struct nlattr *netlink_next(const struct nlattr *a, const void *end);

#define netlink_for_each(a, nlh, head)                                                             \
    for (const struct nlattr *a = netlink_first(nlh, head); a;                                     \
         a = netlink_next(a, (const char *)(nlh) + (nlh)->nlmsg_len))
#define netlink_for_each_in(a, nest)                                                               \
    for (const struct nlattr *a = netlink_first_in(nest); a;                                       \
         a = netlink_next(a, (const char *)(nest) + (nest)->nla_len))
