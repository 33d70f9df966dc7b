/* SPDX-License-Identifier: MIT */
/* The simple streams: a range of a file, and a tee. */
#include "image/tool/stream.h"

#include "base/fs.h"
#include "base/mem.h"

struct range {
    struct stream st;
    int fd;
    int64_t at;
    int64_t left;
};

static void range_close(struct stream *st)
{
    free(st);
}

static ssize_t range_read(struct stream *st, void *buf, size_t len, struct err *e)
{
    struct range *r = (struct range *)st;
    ssize_t n;

    if ((int64_t)len > r->left)
        len = (size_t)r->left;
    if (len == 0)
        return 0;
    do
        n = pread(r->fd, buf, len, r->at);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_sys(e, "read", "archive");
    if (n == 0)
        return err_set(e, ERR_CORRUPT, "truncated: %lld bytes are missing", (long long)r->left);
    r->at += n;
    r->left -= n;
    return n;
}

int stream_range(int fd, int64_t off, int64_t len, struct stream **ret, struct err *e)
{
    struct range *r = calloc(1, sizeof(*r));

    if (!r)
        return err_nomem(e);
    *r = (struct range){ { range_read, range_close }, fd, off, len };
    *ret = &r->st;
    return 0;
}

struct tee {
    struct stream st;
    struct stream *from;
    struct digest *digest;
    int fd;
};

static void tee_close(struct stream *st)
{
    struct tee *t = (struct tee *)st;

    stream_close(t->from);
    free(t);
}

static ssize_t tee_read(struct stream *st, void *buf, size_t len, struct err *e)
{
    struct tee *t = (struct tee *)st;
    ssize_t n = stream_read(t->from, buf, len, e);

    if (n <= 0)
        return n;
    if (t->digest)
        digest_add(t->digest, buf, (size_t)n);
    if (t->fd >= 0 && fs_write_all(t->fd, buf, (size_t)n) < 0)
        return err_sys(e, "write", "blob");
    return n;
}

int stream_tee(struct stream *from, struct digest *d, int fd, struct stream **ret, struct err *e)
{
    struct tee *t = calloc(1, sizeof(*t));

    if (!t)
        return err_nomem(e);
    *t = (struct tee){ { tee_read, tee_close }, from, d, fd };
    *ret = &t->st;
    return 0;
}
