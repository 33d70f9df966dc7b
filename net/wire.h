/* SPDX-License-Identifier: MIT */
/* A cursor over bytes with a sticky failure: read or write freely, ask once at the end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* After the first step outside of the buffer every read gives 0, every write is a no-op, and
 * `failed` stays true. Integers are in network order. */
struct wire {
    uint8_t *data;
    size_t len; /* reading: bytes there are; writing: room */
    size_t pos;
    bool failed;
};

static inline struct wire wire_over(void *data, size_t len)
{
    return (struct wire){ .data = data, .len = len };
}

/* Moves on by n bytes and returns where they are, NULL when they are not there. */
uint8_t *wire_skip(struct wire *w, size_t n);

uint8_t wire_u8(struct wire *w);
uint16_t wire_u16(struct wire *w);
uint32_t wire_u32(struct wire *w);

void wire_put_u8(struct wire *w, uint8_t v);
void wire_put_u16(struct wire *w, uint16_t v);
void wire_put_u32(struct wire *w, uint32_t v);
void wire_put(struct wire *w, const void *data, size_t n);
