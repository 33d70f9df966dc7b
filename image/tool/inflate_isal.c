/* SPDX-License-Identifier: MIT */
/* gzip by ISA-L's igzip, three times as fast as zlib. */
#include "image/tool/inflate.h"

#include <isa-l/igzip_lib.h>
#include <stdlib.h>

static int isal_restart(void *state)
{
    struct inflate_state *s = state;

    isal_inflate_reset(s);
    s->crc_flag = ISAL_GZIP; /* header and trailer too, CRC checked */
    return 0;
}

static void *isal_make(void)
{
    struct inflate_state *s = malloc(sizeof(*s));

    if (s) {
        isal_inflate_init(s);
        isal_restart(s);
    }
    return s;
}

static int isal_step(void *state, const unsigned char **in, size_t *in_len, unsigned char **out,
                     size_t *out_len)
{
    struct inflate_state *s = state;

    s->next_in = (uint8_t *)(uintptr_t)*in;
    s->avail_in = (uint32_t)*in_len;
    s->next_out = *out;
    s->avail_out = (uint32_t)(*out_len > UINT32_MAX ? UINT32_MAX : *out_len);
    uint32_t room = s->avail_out;
    int r = isal_inflate(s);
    *in += *in_len - s->avail_in;
    *in_len = s->avail_in;
    *out += room - s->avail_out;
    *out_len -= room - s->avail_out;
    if (r != ISAL_DECOMP_OK && r != ISAL_END_INPUT)
        return -1;
    return s->block_state == ISAL_BLOCK_FINISH;
}

const struct inflate_codec inflate_gzip = { isal_make, free, isal_step, isal_restart };
