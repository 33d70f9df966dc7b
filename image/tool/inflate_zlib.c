/* SPDX-License-Identifier: MIT */
/* gzip by zlib, where ISA-L is missing. */
#include "image/tool/inflate.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

static void *zlib_make(void)
{
    z_stream *z = calloc(1, sizeof(*z));

    if (z && inflateInit2(z, 16 + MAX_WBITS) != Z_OK) {
        free(z);
        return NULL;
    }
    return z;
}

static void zlib_free(void *state)
{
    inflateEnd(state);
    free(state);
}

static int zlib_restart(void *state)
{
    return inflateReset(state) == Z_OK ? 0 : -1;
}

static int zlib_step(void *state, const unsigned char **in, size_t *in_len, unsigned char **out,
                     size_t *out_len)
{
    z_stream *z = state;
    uInt room = *out_len > UINT_MAX ? UINT_MAX : (uInt)*out_len;

    z->next_in = (Bytef *)(uintptr_t)*in;
    z->avail_in = (uInt)*in_len;
    z->next_out = *out;
    z->avail_out = room;
    int r = inflate(z, Z_NO_FLUSH);
    *in += *in_len - z->avail_in;
    *in_len = z->avail_in;
    *out += room - z->avail_out;
    *out_len -= room - z->avail_out;
    if (r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR)
        return -1;
    return r == Z_STREAM_END;
}

const struct inflate_codec inflate_gzip = { zlib_make, zlib_free, zlib_step, zlib_restart };
