/* SPDX-License-Identifier: MIT */
/* Netlink messages built in one buffer, sent in one call: netlink(7) without a library. */
#pragma once

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

struct nlmsg {
    char buf[4096];
    size_t len;
    struct nlmsghdr *head; /* the message under construction */
};

/* Starts a message with its family header, a copy of which is returned for nothing else. */
void nlmsg_begin(struct nlmsg *m, uint16_t type, uint16_t flags, const void *family, size_t size);
void nlmsg_put(struct nlmsg *m, uint16_t type, const void *data, size_t size);
void nlmsg_put_str(struct nlmsg *m, uint16_t type, const char *s);
void nlmsg_put_be32(struct nlmsg *m, uint16_t type, uint32_t value);
/* What follows becomes the content, until nlmsg_end() gets the same value. */
size_t nlmsg_nest(struct nlmsg *m, uint16_t type);
/* A family header without attribute header around it (VETH_INFO_PEER has one). */
void nlmsg_put_raw(struct nlmsg *m, const void *data, size_t size);
void nlmsg_end(struct nlmsg *m, size_t nest);

int nlmsg_open(int protocol);
/* Sends all messages and reads until the acknowledgement of the only one that asked for it, or an
 * error: then it exits. */
void nlmsg_talk(int sock, const struct nlmsg *m, const char *what);
