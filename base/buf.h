/* SPDX-License-Identifier: MIT */
/* A growing byte buffer with a sticky failure: write freely, ask once at the end. */
#pragma once

#include "base/mem.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Zero-initialise. Always NUL-terminated once written to; data is NULL before. */
struct buf {
    char *data;
    size_t len;
    size_t cap;
    bool failed; /* memory ran out; every later write is a no-op */
};

void buf_add(struct buf *b, const void *data, size_t len);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
__attribute__((format(printf, 2, 3))) void buf_fmt(struct buf *b, const char *fmt, ...);
void buf_vfmt(struct buf *b, const char *fmt, va_list ap);

/* Makes room for `len` more bytes and returns where they go, or NULL; then buf_grew(len). */
char *buf_room(struct buf *b, size_t len);
void buf_grew(struct buf *b, size_t len);

/* Empties it and keeps the memory. */
void buf_reset(struct buf *b);

/* The string, now the caller's to free (never NULL unless memory ran out); the buffer is empty. */
char *buf_take(struct buf *b);

void buf_free(struct buf *b);
DEFINE_CLEANUP(struct buf, buf, buf_free(p))
#define AUTO_BUF CLEANUP(buf)
