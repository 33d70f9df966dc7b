/* SPDX-License-Identifier: MIT */
/* Values of D-Bus types, from GVariant's text form. */
#pragma once

#include "base/err.h"
#include "base/mem.h"

#include <stddef.h>
#include <stdint.h>

struct cgroup_variant {
    char *type; /* its signature, one complete type: "t", "as", "a(st)", "a{sv}", "v" */
    union {
        int b;
        uint8_t y;
        int16_t n;
        uint16_t q;
        int32_t i;
        uint32_t u;
        int64_t x;
        uint64_t t;
        double d;
    } v;        /* of a number or 'b' */
    char *text; /* of 's', 'o', 'g' */
    struct cgroup_variant
        *items; /* of arrays, tuples and dictionary entries; of 'v' the one in it */
    size_t n_items;
};
void cgroup_variant_free(struct cgroup_variant *v);
DEFINE_CLEANUP(struct cgroup_variant, cgroup_variant, cgroup_variant_free(p))
#define AUTO_CGROUP_VARIANT CLEANUP(cgroup_variant)

/*
 * "true", "-5" (an int32), "2.5", "'text'", "uint64 5", "['a', 'b']", "[('x', uint64 5)]",
 * "{'a': <5>}", "b'bytes'", "@as []" (GLib, "GVariant Text Format"). The first element of an array
 * tells the type of all; "[]" alone is one of strings. Maybe types and file handles, which D-Bus
 * does not have or which would be ours, are ERR_INVALID like everything else that this is not.
 */
int cgroup_variant_parse(const char *text, struct cgroup_variant *ret, struct err *e);
