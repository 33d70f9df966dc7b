/* SPDX-License-Identifier: MIT */
/* Sends batches over libmnl sockets and turns the kernel's answers into errors. */
#include "net/netlink.h"

#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define ANSWER_SIZE 32768

/* Extended acknowledgements carry a sentence; capped ones do not repeat our request. */
static int set_options(struct mnl_socket *sock)
{
    int one = 1;

    mnl_socket_setsockopt(sock, NETLINK_CAP_ACK, &one, sizeof(one));
    mnl_socket_setsockopt(sock, NETLINK_EXT_ACK, &one, sizeof(one));
    return mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID);
}

static int open_here(int bus, struct netlink *ret, struct err *e)
{
    struct mnl_socket *sock = mnl_socket_open2(bus, SOCK_CLOEXEC);

    if (!sock)
        return err_sys(e, "socket", "AF_NETLINK");
    if (set_options(sock) < 0) {
        err_sys(e, "bind", "AF_NETLINK");
        mnl_socket_close(sock);
        return -e->kind;
    }
    *ret = (struct netlink){ .sock = sock, .seq = 1 };
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
    if (nl->sock)
        mnl_socket_close(nl->sock);
    nl->sock = NULL;
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
        at += MNL_ALIGN(((struct nlmsghdr *)(void *)(b->buf + at))->nlmsg_len);
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

    struct nlmsghdr *nlh = mnl_nlmsg_put_header(b->buf + b->len);
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

/* The sentence of an extended acknowledgement, or NULL. */
static const char *ext_ack_text(const struct nlmsghdr *nlh)
{
    const struct nlmsgerr *ack = mnl_nlmsg_get_payload(nlh);
    size_t skip = sizeof(*ack);
    const struct nlattr *attr;

    if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
        return NULL;
    if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
        skip += mnl_nlmsg_get_payload_len(nlh) > skip ? ack->msg.nlmsg_len - sizeof(ack->msg) : 0;
    mnl_attr_for_each(attr, nlh, skip)
    {
        if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
            return mnl_attr_get_str(attr);
    }
    return NULL;
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
    if (detail)
        snprintf(e->msg + strlen(e->msg), sizeof(e->msg) - strlen(e->msg), " (%s)", detail);
    add_remedy(e, errnum);
}

/* One message of the answer; returns how many requests it ends. Only a failure of the whole batch
 * is reported at its brackets, and then nothing else need come. */
static unsigned take_message(struct netlink_batch *b, const struct nlmsghdr *nlh, mnl_cb_t cb,
                             void *arg, struct err *e)
{
    struct netlink_step *step = find_step(b, nlh->nlmsg_seq);

    if (!step)
        return 0;
    if (nlh->nlmsg_type == NLMSG_ERROR) {
        int errnum = -((const struct nlmsgerr *)mnl_nlmsg_get_payload(nlh))->error;
        if (errnum && errnum != step->tolerate)
            record_failure(b, step, errnum, ext_ack_text(nlh), e);
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
        n = recv(mnl_socket_get_fd(nl->sock), buf, len, MSG_DONTWAIT);
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

static int collect(struct netlink_batch *b, mnl_cb_t cb, void *arg, struct err *e)
{
    _Alignas(8) char answer[ANSWER_SIZE];
    unsigned open = expected_answers(b);

    while (open > 0) {
        ssize_t n = receive(b->nl, answer, sizeof(answer));
        if (n < 0)
            return err_sys(e, "recv", "AF_NETLINK");
        int left = (int)n;
        for (const struct nlmsghdr *nlh = (const void *)answer; mnl_nlmsg_ok(nlh, left);
             nlh = mnl_nlmsg_next(nlh, &left)) {
            unsigned ended = take_message(b, nlh, cb, arg, e);
            open -= ended < open ? ended : open;
        }
    }
    return b->failed ? -e->kind : 0;
}

int netlink_run(struct netlink_batch *b, mnl_cb_t cb, void *arg, struct err *e)
{
    close_last(b);
    if (b->full)
        return err_set(e, ERR_LIMIT, "too many netlink requests in one batch");
    if (mnl_socket_sendto(b->nl->sock, b->buf, b->len) < 0)
        return err_sys(e, "sendmsg", "AF_NETLINK");
    return collect(b, cb, arg, e);
}
