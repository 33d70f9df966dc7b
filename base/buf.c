/* SPDX-License-Identifier: MIT */
/* Growing byte buffer: doubling capacity, sticky failure. */
#include "base/buf.h"

#include <stdint.h>
#include <string.h>

char *buf_room(struct buf *b, size_t len)
{
    if (b->failed)
        return NULL;
    if (len >= SIZE_MAX / 4 - b->len) {
        b->failed = true;
        return NULL;
    }
    if (b->len + len + 1 > b->cap) {
        size_t cap = b->cap ? b->cap : 128;
        while (cap < b->len + len + 1)
            cap *= 2;
        char *data = realloc(b->data, cap);
        if (!data) {
            b->failed = true;
            return NULL;
        }
        b->data = data;
        b->cap = cap;
    }
    return b->data + b->len;
}

void buf_grew(struct buf *b, size_t len)
{
    b->len += len;
    b->data[b->len] = '\0';
}

void buf_add(struct buf *b, const void *data, size_t len)
{
    char *to = buf_room(b, len);

    if (!to)
        return;
    if (len > 0)
        memcpy(to, data, len);
    buf_grew(b, len);
}

void buf_str(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_char(struct buf *b, char c)
{
    char *to = buf_room(b, 1);

    if (!to)
        return;
    *to = c;
    buf_grew(b, 1);
}

void buf_vfmt(struct buf *b, const char *fmt, va_list ap)
{
    va_list again;
    char *to = buf_room(b, 64);

    if (!to)
        return;
    va_copy(again, ap);
    int len = vsnprintf(to, b->cap - b->len, fmt, ap);
    if (len < 0) {
        b->failed = true;
    } else if ((size_t)len < b->cap - b->len) {
        buf_grew(b, (size_t)len);
    } else if ((to = buf_room(b, (size_t)len)) != NULL) {
        vsnprintf(to, (size_t)len + 1, fmt, again);
        buf_grew(b, (size_t)len);
    }
    va_end(again);
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    buf_vfmt(b, fmt, ap);
    va_end(ap);
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->data)
        b->data[0] = '\0';
}

char *buf_take(struct buf *b)
{
    char *data = NULL;

    buf_add(b, "", 0);
    if (b->failed)
        buf_free(b);
    else
        data = b->data;
    *b = (struct buf){ 0 };
    return data;
}

void buf_free(struct buf *b)
{
    free(b->data);
    *b = (struct buf){ 0 };
}
