/* SPDX-License-Identifier: MIT */
/* A template's memory and error texts. */
#include "base/fmt_node.h"

#include "base/str.h"

#include <stdalign.h>
#include <stdarg.h>

struct fmt_chunk {
    struct fmt_chunk *next;
    alignas(max_align_t) char data[];
};

void *fmt_node_alloc(struct fmt_template *t, size_t size)
{
    struct fmt_chunk *c = calloc(1, sizeof(*c) + size);

    if (!c)
        return NULL;
    c->next = t->chunks;
    t->chunks = c;
    return c->data;
}

const char *fmt_node_str(struct fmt_template *t, const char *s, size_t len)
{
    char *copy = fmt_node_alloc(t, len + 1);

    if (copy)
        memcpy(copy, s, len);
    return copy;
}

void fmt_template_free(struct fmt_template *t)
{
    if (!t)
        return;
    for (struct fmt_chunk *c = t->chunks; c;) {
        struct fmt_chunk *next = c->next;
        free(c);
        c = next;
    }
    free(t);
}

int fmt_node_error(struct err *e, struct fmt_pos pos, const char *fmt, ...)
{
    char msg[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(msg, sizeof(msg), fmt, ap);
    va_end(ap);
    return err_set(e, ERR_INVALID, "template: %d:%d: %s", pos.line, pos.col, msg);
}
