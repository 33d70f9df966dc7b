/* SPDX-License-Identifier: MIT */
/* The byte cursor. */
#include "net/wire.h"

#include <string.h>

uint8_t *wire_skip(struct wire *w, size_t n)
{
    if (w->failed || n > w->len - w->pos) {
        w->failed = true;
        return NULL;
    }
    uint8_t *at = w->data + w->pos;
    w->pos += n;
    return at;
}

uint8_t wire_u8(struct wire *w)
{
    const uint8_t *p = wire_skip(w, 1);

    return p ? *p : 0;
}

uint16_t wire_u16(struct wire *w)
{
    const uint8_t *p = wire_skip(w, 2);

    return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

uint32_t wire_u32(struct wire *w)
{
    uint32_t high = wire_u16(w);

    return high << 16 | wire_u16(w);
}

void wire_put_u8(struct wire *w, uint8_t v)
{
    wire_put(w, &v, 1);
}

void wire_put_u16(struct wire *w, uint16_t v)
{
    const uint8_t bytes[2] = { (uint8_t)(v >> 8), (uint8_t)v };

    wire_put(w, bytes, sizeof(bytes));
}

void wire_put_u32(struct wire *w, uint32_t v)
{
    wire_put_u16(w, (uint16_t)(v >> 16));
    wire_put_u16(w, (uint16_t)v);
}

void wire_put(struct wire *w, const void *data, size_t n)
{
    uint8_t *to = wire_skip(w, n);

    if (to && n > 0)
        memcpy(to, data, n);
}
