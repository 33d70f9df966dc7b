/* SPDX-License-Identifier: MIT */
/* Byte streams that are pulled: a range of a file, a tee that digests and stores, decompression. */
#pragma once

#include "base/err.h"
#include "image/tool/digest.h"

#include <stdint.h>
#include <sys/types.h>

struct stream {
    /* Up to len bytes, at least one; 0 at the end; negative: an error. */
    ssize_t (*read)(struct stream *st, void *buf, size_t len, struct err *e);
    void (*close)(struct stream *st); /* frees it and what it reads from */
};

static inline ssize_t stream_read(struct stream *st, void *buf, size_t len, struct err *e)
{
    return st->read(st, buf, len, e);
}

static inline void stream_close(struct stream *st)
{
    if (st)
        st->close(st);
}

/* `len` bytes of fd from `off`, by pread(2); fewer there are ERR_CORRUPT. The descriptor stays the
 * caller's. */
int stream_range(int fd, int64_t off, int64_t len, struct stream **ret, struct err *e);

/* Passes on what `from` (taken over, unless this fails) gives, adds it to `d` (may be NULL) and
 * writes it to `fd` (unless -1); both stay the caller's. */
int stream_tee(struct stream *from, struct digest *d, int fd, struct stream **ret, struct err *e);
