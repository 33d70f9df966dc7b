/* SPDX-License-Identifier: MIT */
/* Lists of cpus and memory nodes: "0-3,7". */
#include "base/cpulist.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool number(const char **p, size_t max, size_t *ret)
{
    size_t n = 0;

    *p += strspn(*p, " ");
    if (!isdigit((unsigned char)**p))
        return false;
    for (; isdigit((unsigned char)**p); (*p)++) {
        n = n * 10 + (size_t)(**p - '0');
        if (n >= max)
            return false;
    }
    *p += strspn(*p, " ");
    *ret = n;
    return true;
}

int cpulist_parse(const char *text, uint64_t *bits, size_t nbits, struct err *e)
{
    const char *p = text;

    for (;;) {
        size_t from, to;
        if (!number(&p, nbits, &from))
            break;
        to = from;
        if (*p == '-' && (p++, !number(&p, nbits, &to)))
            break;
        if (to < from)
            break;
        for (size_t i = from; i <= to; i++)
            bits[i / 64] |= UINT64_C(1) << (i % 64);
        if (*p == '\0')
            return 0;
        if (*p++ != ',')
            break;
    }
    return err_set(e, ERR_INVALID, "\"%s\" is no list such as 0-3,7 of numbers below %zu", text,
                   nbits);
}

bool cpulist_within(const uint64_t *part, const uint64_t *whole, size_t nbits)
{
    for (size_t i = 0; i < (nbits + 63) / 64; i++)
        if (part[i] & ~whole[i])
            return false;
    return true;
}
