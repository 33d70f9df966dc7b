/* SPDX-License-Identifier: MIT */
/* Client side of the attach protocol. */
#include "engine/attach.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

/* Sends one packet; a monitor that has gone is for attach_next() to report. */
static int send_packet(int fd, enum attach_type type, const void *data, size_t len, struct err *e)
{
    char head = (char)type;
    struct iovec iov[2] = { { &head, 1 }, { (void *)data, len } };
    struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };

    while (sendmsg(fd, &msg, MSG_NOSIGNAL) < 0) {
        if (errno == EINTR)
            continue;
        if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN)
            return 0;
        return err_sys(e, "send", "attach socket");
    }
    return 0;
}

int attach_hello(struct attach *a, unsigned streams, struct err *e)
{
    uint8_t bits = (uint8_t)streams;

    return send_packet(a->fd, ATTACH_MSG_HELLO, &bits, 1, e);
}

int attach_stdin(struct attach *a, const void *data, size_t len, struct err *e)
{
    const char *p = data;

    while (len > 0) {
        size_t n = len < ATTACH_DATA_MAX ? len : ATTACH_DATA_MAX;
        int r = send_packet(a->fd, ATTACH_MSG_STDIN, p, n, e);
        if (r < 0)
            return r;
        p += n;
        len -= n;
    }
    return 0;
}

int attach_stdin_eof(struct attach *a, struct err *e)
{
    return send_packet(a->fd, ATTACH_MSG_STDIN_EOF, "", 0, e);
}

int attach_resize(struct attach *a, unsigned rows, unsigned cols, struct err *e)
{
    uint16_t size[2] = { (uint16_t)rows, (uint16_t)cols };

    return send_packet(a->fd, ATTACH_MSG_RESIZE, size, sizeof(size), e);
}

int attach_cancel(struct attach *a, struct err *e)
{
    return send_packet(a->fd, ATTACH_MSG_CANCEL, "", 0, e);
}

static int short_message(struct err *e)
{
    return err_set(e, ERR_CORRUPT, "attach: the monitor sent a message cut short");
}

static int read_event(struct attach *a, const char *buf, size_t len, struct attach_event *ret,
                      struct err *e)
{
    int32_t code;

    *ret =
        (struct attach_event){ .type = (enum attach_type)buf[0], .data = buf + 1, .len = len - 1 };
    if (ret->type == ATTACH_MSG_EXIT) {
        if (ret->len < sizeof(code))
            return short_message(e);
        memcpy(&code, ret->data, sizeof(code));
        ret->exit_code = code;
        ret->data += sizeof(code);
        ret->len -= sizeof(code);
    } else if (ret->type == ATTACH_MSG_ERROR) {
        if (ret->len != sizeof(*e))
            return short_message(e);
        memcpy(e, ret->data, sizeof(*e));
        return -e->kind;
    } else if (ret->type == ATTACH_MSG_STARTED) {
        a->tty = ret->len > 0 && ret->data[0];
        a->stdin_open = ret->len > 1 && ret->data[1];
    }
    return 0;
}

int attach_next(struct attach *a, char *buf, struct attach_event *ret, struct err *e)
{
    ssize_t n;

    do
        n = recv(a->fd, buf, ATTACH_DATA_MAX + 1, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno != ECONNRESET)
        return err_sys(e, "receive", "attach socket");
    if (n <= 0)
        return err_set(e, ERR_STATE, "the container's monitor is gone: it was killed or crashed");
    return read_event(a, buf, (size_t)n, ret, e);
}

void attach_close(struct attach *a)
{
    if (!a)
        return;
    mem_close(&a->fd);
    free(a);
}
