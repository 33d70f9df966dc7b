/* SPDX-License-Identifier: MIT */
/* Fills, wraps, collects and transports struct err. */
#include "base/err.h"
#include "base/errno_text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Copies as much as fits; a cut text ends in "…" so that nobody takes it for the whole. */
static void copy_text(char *dst, size_t cap, const char *src)
{
    static const char mark[] = "…";
    size_t len = src ? strlen(src) : 0;

    if (len < cap) {
        memmove(dst, src ? src : "", len);
        dst[len] = '\0';
        return;
    }
    len = cap - sizeof(mark);
    while (len > 0 && ((unsigned char)src[len] & 0xc0) == 0x80)
        len--;
    memmove(dst, src, len);
    memcpy(dst + len, mark, sizeof(mark));
}

static void set_text(char *dst, size_t cap, const char *fmt, va_list ap)
{
    char text[ERR_MSG_MAX + 64];

    vsnprintf(text, sizeof(text), fmt, ap);
    copy_text(dst, cap, text);
}

int err_errnum(struct err *e, int errnum, const char *op, const char *path)
{
    const char *text = errno_text(errnum);

    err_clear(e);
    e->kind = errnum == ENOMEM ? ERR_NOMEM : ERR_SYS;
    e->errnum = errnum;
    copy_text(e->op, sizeof(e->op), op);
    copy_text(e->path, sizeof(e->path), path);
    if (path)
        snprintf(e->msg, sizeof(e->msg), "%s %.*s: %s", op, ERR_MSG_MAX - 256, path, text);
    else
        snprintf(e->msg, sizeof(e->msg), "%s: %s", op, text);
    return -e->kind;
}

int err_sys(struct err *e, const char *op, const char *path)
{
    return err_errnum(e, errno, op, path);
}

int err_sysf(struct err *e, const char *op, const char *fmt, ...)
{
    int errnum = errno;
    char path[ERR_MSG_MAX];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(path, sizeof(path), fmt, ap);
    va_end(ap);
    return err_errnum(e, errnum, op, path);
}

int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
    va_list ap;

    err_clear(e);
    e->kind = (int32_t)kind;
    va_start(ap, fmt);
    set_text(e->msg, sizeof(e->msg), fmt, ap);
    va_end(ap);
    return -(int)kind;
}

int err_nomem(struct err *e)
{
    return err_set(e, ERR_NOMEM, "out of memory");
}

int err_wrap(struct err *e, const char *fmt, ...)
{
    char noun[ERR_MSG_MAX];
    char whole[2 * ERR_MSG_MAX + 2];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(noun, sizeof(noun), fmt, ap);
    va_end(ap);
    snprintf(whole, sizeof(whole), "%s: %s", noun, e->msg);
    copy_text(e->msg, sizeof(e->msg), whole);
    return -e->kind;
}

int err_hint(struct err *e, const char *fmt, ...)
{
    va_list ap;

    if (e->hint[0] == '\0') {
        va_start(ap, fmt);
        set_text(e->hint, sizeof(e->hint), fmt, ap);
        va_end(ap);
    }
    return -e->kind;
}

void err_clear(struct err *e)
{
    e->kind = ERR_NONE;
    e->errnum = 0;
    e->op[0] = e->path[0] = e->msg[0] = e->hint[0] = '\0';
}

void err_collect(struct err *sum, int r, struct err *e)
{
    if (r >= 0)
        return;
    if (sum->kind == ERR_NONE)
        *sum = *e;
    err_clear(e);
}

int err_send(int fd, const struct err *e)
{
    ssize_t n;

    do
        n = write(fd, e, sizeof(*e));
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof(*e) ? 0 : -1;
}

void err_tame(struct err *e)
{
    e->op[ERR_OP_MAX - 1] = e->path[ERR_PATH_MAX - 1] = '\0';
    e->msg[ERR_MSG_MAX - 1] = e->hint[ERR_HINT_MAX - 1] = '\0';
    if (e->kind <= ERR_NONE || e->kind >= ERR_KIND_MAX)
        e->kind = ERR_CORRUPT;
}

int err_recv(int fd, struct err *ret)
{
    struct err got;
    size_t have = 0;

    while (have < sizeof(got)) {
        ssize_t n = read(fd, (char *)&got + have, sizeof(got) - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            errno = n < 0 ? errno : have ? EPROTO : 0;
            return -1;
        }
        have += (size_t)n;
    }
    *ret = got;
    err_tame(ret);
    return 0;
}
