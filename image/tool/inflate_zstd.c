/* SPDX-License-Identifier: MIT */
/* zstd, skippable frames included (zstd:chunked puts its index into them). */
#include "image/tool/inflate.h"

#include <zstd.h>

/* As zstd(1) --long=31 would need is more than a loader should give; 27 is every tool's default. */
#define WINDOW_LOG_MAX 27

static void *zstd_make(void)
{
    ZSTD_DCtx *z = ZSTD_createDCtx();

    if (z)
        ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    return z;
}

static void zstd_free(void *state)
{
    ZSTD_freeDCtx(state);
}

static int zstd_restart(void *state)
{
    return ZSTD_isError(ZSTD_DCtx_reset(state, ZSTD_reset_session_only)) ? -1 : 0;
}

static int zstd_step(void *state, const unsigned char **in, size_t *in_len, unsigned char **out,
                     size_t *out_len)
{
    ZSTD_inBuffer from = { *in, *in_len, 0 };
    ZSTD_outBuffer to = { *out, *out_len, 0 };
    size_t r = ZSTD_decompressStream(state, &to, &from);

    *in += from.pos;
    *in_len -= from.pos;
    *out += to.pos;
    *out_len -= to.pos;
    return ZSTD_isError(r) ? -1 : r == 0;
}

const struct inflate_codec inflate_zstd = { zstd_make, zstd_free, zstd_step, zstd_restart };
