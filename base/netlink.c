/* SPDX-License-Identifier: MIT */
/* Sends batches over netlink sockets and turns the kernel's answers into errors. */
#include "base/netlink.h"

#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define ANSWER_SIZE 32768

/* Extended acknowledgements carry a sentence; capped ones do not repeat our request. */
static int open_here(int bus, struct netlink *ret, struct err *e)
{
    const struct sockaddr_nl any = { .nl_family = AF_NETLINK };
    int one = 1;
    AUTO_FD int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, bus);

    if (fd < 0)
        return err_sys(e, "socket", "AF_NETLINK");
    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
    setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
    if (bind(fd, (const struct sockaddr *)&any, sizeof(any)) < 0)
        return err_sys(e, "bind", "AF_NETLINK");
    *ret = (struct netlink){ .fd = TAKE_FD(fd), .seq = 1 };
    return 0;
}

int netlink_open(int bus, int netns_fd, struct netlink *ret, struct err *e)
{
    if (netns_fd < 0)
        return open_here(bus, ret, e);

    AUTO_FD int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (home < 0)
        return err_sys(e, "open", "/proc/thread-self/ns/net");
    if (setns(netns_fd, CLONE_NEWNET) < 0)
        return err_sys(e, "setns", "the container's network namespace");
    int r = open_here(bus, ret, e);
    if (setns(home, CLONE_NEWNET) < 0) {
        if (r >= 0)
            netlink_close(ret);
        return err_sys(e, "setns", "back to the host's network namespace");
    }
    return r;
}

void netlink_close(struct netlink *nl)
{
    mem_close(&nl->fd);
}

void netlink_start(struct netlink_batch *b, struct netlink *nl)
{
    b->nl = nl;
    b->len = 0;
    b->n = 0;
    b->failed = 0;
    b->full = false;
}

/* The length of the last request is known only when the next one starts or the batch is sent. */
static void close_last(struct netlink_batch *b)
{
    size_t at = 0;

    for (unsigned i = 0; i < b->n; i++)
        at += NLMSG_ALIGN(((struct nlmsghdr *)(void *)(b->buf + at))->nlmsg_len);
    b->len = at;
}

struct nlmsghdr *netlink_add(struct netlink_batch *b, uint16_t type, uint16_t flags, int tolerate,
                             const char *label, ...)
{
    va_list ap;

    close_last(b);
    if (b->n == NETLINK_STEPS_MAX || b->len > NETLINK_BATCH_SIZE - 2048) {
        b->full = true;
        netlink_start(b, b->nl);
        b->full = true;
    }
    struct netlink_step *step = &b->steps[b->n++];
    *step = (struct netlink_step){ .seq = b->nl->seq++, .tolerate = tolerate };
    va_start(ap, label);
    vsnprintf(step->label, sizeof(step->label), label, ap);
    va_end(ap);

    struct nlmsghdr *nlh = (void *)(b->buf + b->len);
    *nlh = (struct nlmsghdr){ .nlmsg_len = NLMSG_HDRLEN };
    nlh->nlmsg_type = type;
    nlh->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
    if ((flags & NLM_F_DUMP) != NLM_F_DUMP) /* two bits, which other requests use alone */
        nlh->nlmsg_flags |= NLM_F_ACK;
    nlh->nlmsg_seq = step->seq;
    return nlh;
}

void netlink_bracket(struct netlink_batch *b, struct nlmsghdr *nlh)
{
    nlh->nlmsg_flags &= (uint16_t)~NLM_F_ACK;
    b->steps[b->n - 1].bracket = true;
}

/* The sentence of an extended acknowledgement, or "". */
static void ext_ack_text(const struct nlmsghdr *nlh, char *buf, size_t size)
{
    const struct nlmsgerr *ack = netlink_data(nlh);
    size_t skip = sizeof(*ack);

    buf[0] = '\0';
    if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
        return;
    if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
        skip += netlink_data_len(nlh) > skip ? ack->msg.nlmsg_len - sizeof(ack->msg) : 0;
    netlink_for_each(attr, nlh, skip)
    {
        if (netlink_attr_type(attr) == NLMSGERR_ATTR_MSG)
            netlink_attr_str(attr, buf, size);
    }
}

static struct netlink_step *find_step(struct netlink_batch *b, uint32_t seq)
{
    for (unsigned i = 0; i < b->n; i++) {
        if (b->steps[i].seq == seq)
            return &b->steps[i];
    }
    return NULL;
}

static void add_remedy(struct err *e, int errnum)
{
    if (errnum == EPERM)
        err_hint(e, "this needs root, or CAP_NET_ADMIN in the network's user namespace");
    else if (errnum == EOPNOTSUPP || errnum == EPROTONOSUPPORT || errnum == EAFNOSUPPORT)
        err_hint(e, "the kernel lacks a part: try modprobe for bridge, veth, nf_tables, nft_masq");
}

static void record_failure(struct netlink_batch *b, const struct netlink_step *step, int errnum,
                           const char *detail, struct err *e)
{
    if (b->failed)
        return;
    b->failed = errnum;
    err_errnum(e, errnum, step->label, NULL);
    if (*detail)
        snprintf(e->msg + strlen(e->msg), sizeof(e->msg) - strlen(e->msg), " (%s)", detail);
    add_remedy(e, errnum);
}

/* One message of the answer; returns how many requests it ends. Only a failure of the whole batch
 * is reported at its brackets, and then nothing else need come. */
static unsigned take_message(struct netlink_batch *b, const struct nlmsghdr *nlh, netlink_cb cb,
                             void *arg, struct err *e)
{
    struct netlink_step *step = find_step(b, nlh->nlmsg_seq);

    if (!step)
        return 0;
    if (nlh->nlmsg_type == NLMSG_ERROR) {
        int errnum = -((const struct nlmsgerr *)netlink_data(nlh))->error;
        char detail[256];
        ext_ack_text(nlh, detail, sizeof(detail));
        if (errnum && errnum != step->tolerate)
            record_failure(b, step, errnum, detail, e);
        step->seq = 0;
        return step->bracket ? b->n : 1;
    }
    if (nlh->nlmsg_type == NLMSG_DONE) {
        step->seq = 0;
        return 1;
    }
    if (cb && nlh->nlmsg_type >= NLMSG_MIN_TYPE)
        cb(nlh, arg);
    return 0;
}

/* The kernel queues answers (and the next part of a dump) before the call that asks for them
 * returns: nothing to wait for, and no way to hang. */
static ssize_t receive(struct netlink *nl, void *buf, size_t len)
{
    ssize_t n;

    do
        n = recv(nl->fd, buf, len, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    return n;
}

static unsigned expected_answers(const struct netlink_batch *b)
{
    unsigned n = 0;

    for (unsigned i = 0; i < b->n; i++)
        n += !b->steps[i].bracket;
    return n;
}

static int collect(struct netlink_batch *b, netlink_cb cb, void *arg, struct err *e)
{
    _Alignas(8) char answer[ANSWER_SIZE];
    unsigned open = expected_answers(b);

    while (open > 0) {
        ssize_t n = receive(b->nl, answer, sizeof(answer));
        if (n < 0)
            return err_sys(e, "recv", "AF_NETLINK");
        size_t left = (size_t)n;
        for (const struct nlmsghdr *nlh = (const void *)answer; NLMSG_OK(nlh, left);
             nlh = NLMSG_NEXT(nlh, left)) {
            unsigned ended = take_message(b, nlh, cb, arg, e);
            open -= ended < open ? ended : open;
        }
    }
    return b->failed ? -e->kind : 0;
}

int netlink_run(struct netlink_batch *b, netlink_cb cb, void *arg, struct err *e)
{
    close_last(b);
    if (b->full)
        return err_set(e, ERR_LIMIT, "too many netlink requests in one batch");
    const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
    if (sendto(b->nl->fd, b->buf, b->len, 0, (const struct sockaddr *)&kernel, sizeof(kernel)) < 0)
        return err_sys(e, "sendmsg", "AF_NETLINK");
    return collect(b, cb, arg, e);
}
