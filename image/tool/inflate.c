/* SPDX-License-Identifier: MIT */
/* A stream that decompresses another one. */
#include "image/tool/inflate.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdbool.h>

#define IN_SIZE (128u << 10)

struct inflate {
    struct stream st;
    struct stream *from;
    const struct inflate_codec *codec;
    void *state;
    unsigned char *buf;
    const unsigned char *in;
    size_t in_len;
    bool ended; /* between two members */
    int64_t total_in;
    int64_t total_out;
};

enum image_compression inflate_detect(const void *head, size_t len)
{
    const unsigned char *b = head;

    if (len >= 3 && b[0] == 0x1f && b[1] == 0x8b && b[2] == 8)
        return IMAGE_GZIP;
    if (len >= 4 && b[0] == 0x28 && b[1] == 0xb5 && b[2] == 0x2f && b[3] == 0xfd)
        return IMAGE_ZSTD;
    if (len >= 4 && (b[0] & 0xf0) == 0x50 && b[1] == 0x2a && b[2] == 0x4d && b[3] == 0x18)
        return IMAGE_ZSTD;
    return IMAGE_PLAIN;
}

static void inflate_close(struct stream *st)
{
    struct inflate *f = (struct inflate *)st;

    stream_close(f->from);
    if (f->state)
        f->codec->free(f->state);
    free(f->buf);
    free(f);
}

/* 1: there is input; 0: the end of the compressed stream. */
static int refill(struct inflate *f, struct err *e)
{
    if (f->in_len > 0)
        return 1;
    ssize_t n = stream_read(f->from, f->buf, IN_SIZE, e);
    if (n < 0)
        return (int)n;
    f->in = f->buf;
    f->in_len = (size_t)n;
    f->total_in += n;
    return n > 0;
}

static int check_ratio(const struct inflate *f, struct err *e)
{
    if (f->total_out <= INFLATE_FREE || f->total_out / INFLATE_RATIO <= f->total_in)
        return 0;
    return err_set(e, ERR_LIMIT, "decompression bomb: %lld bytes expand to more than %lld",
                   (long long)f->total_in, (long long)f->total_out);
}

static ssize_t inflate_read(struct stream *st, void *buf, size_t len, struct err *e)
{
    struct inflate *f = (struct inflate *)st;
    unsigned char *out = buf;
    size_t left = len;

    while (left > 0) {
        int more = refill(f, e);
        if (more < 0)
            return more;
        if (more == 0 && f->ended)
            break;
        if (f->ended && f->codec->restart(f->state) < 0)
            return err_nomem(e);
        f->ended = false;
        size_t before = left;
        int r = f->codec->step(f->state, &f->in, &f->in_len, &out, &left);
        if (r < 0)
            return err_set(e, ERR_CORRUPT, "damaged compressed data at about byte %lld",
                           (long long)f->total_in);
        f->ended = r > 0;
        if (more == 0 && !f->ended && left == before)
            return err_set(e, ERR_CORRUPT, "compressed data ends too early, at byte %lld",
                           (long long)f->total_in);
    }
    f->total_out += (int64_t)(len - left);
    int r = check_ratio(f, e);
    return r < 0 ? r : (ssize_t)(len - left);
}

int inflate_open(struct stream *from, enum image_compression how, struct stream **ret,
                 struct err *e)
{
    if (how == IMAGE_PLAIN) {
        *ret = from;
        return 0;
    }
    struct inflate *f = calloc(1, sizeof(*f));
    if (!f)
        return err_nomem(e);
    *f = (struct inflate){ .st = { inflate_read, inflate_close },
                           .codec = how == IMAGE_GZIP ? &inflate_gzip : &inflate_zstd };
    f->state = f->codec->make();
    f->buf = malloc(IN_SIZE);
    if (!f->state || !f->buf) {
        inflate_close(&f->st);
        return err_nomem(e);
    }
    f->from = from;
    *ret = &f->st;
    return 0;
}
