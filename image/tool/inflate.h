/* SPDX-License-Identifier: MIT */
/* Decompression of layers: plain, gzip (ISA-L, else zlib) or zstd, told by their first bytes. */
#pragma once

#include "image/tool/stream.h"
#include "oci/image.h"

/*
 * A bomb is refused (ERR_LIMIT) once its output is larger than INFLATE_FREE and than INFLATE_RATIO
 * times its input. gzip cannot reach that ratio, zstd can.
 */
#define INFLATE_FREE  (16ll << 30)
#define INFLATE_RATIO 2048

/* By magic bytes: gzip (RFC 1952), zstd frame or skippable frame (RFC 8878), else plain. */
enum image_compression inflate_detect(const void *head, size_t len);

/*
 * Takes `from` over, unless this fails. Concatenated gzip members and zstd frames are one stream,
 * as for gzip(1) and zstd(1); anything else behind the end, or an early end, is ERR_CORRUPT.
 */
int inflate_open(struct stream *from, enum image_compression how, struct stream **ret,
                 struct err *e);

/* What a decompressor is to inflate.c. */
struct inflate_codec {
    void *(*make)(void);
    void (*free)(void *state);
    /* Consumes from *in, writes to *out; both advance, both lengths shrink. Returns 1 at the end
     * of a member or frame, 0 when it wants more of either, -1 for damaged input. */
    int (*step)(void *state, const unsigned char **in, size_t *in_len, unsigned char **out,
                size_t *out_len);
    /* Makes ready for the next member. */
    int (*restart)(void *state);
};

extern const struct inflate_codec inflate_gzip; /* inflate_isal.c or inflate_zlib.c */
extern const struct inflate_codec inflate_zstd;
