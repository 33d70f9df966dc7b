/* SPDX-License-Identifier: MIT */
/* A filter that a config brings along compiled, as crun's annotation has it. */
#include "base/mem.h"
#include "runtime/seccomp.h"

#include <linux/seccomp.h>
#include <string.h>

static int value_of(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* RFC 4648, section 4. The count of bytes, or -1. */
static ssize_t decode(const char *text, unsigned char *out)
{
    size_t len = strcspn(text, "="), n = 0;
    uint32_t bits = 0;

    if (strlen(text) % 4 != 0 || strlen(text) - len > 2 ||
        strspn(text + len, "=") != strlen(text + len))
        return -1;
    for (size_t i = 0; i < len; i++) {
        int v = value_of(text[i]);
        if (v < 0)
            return -1;
        bits = bits << 6 | (uint32_t)v;
        if (i % 4 != 0)
            out[n++] = (unsigned char)(bits >> (6 - 2 * (i % 4)));
    }
    return (ssize_t)n;
}

int seccomp_base64_read(const char *text, struct seccomp_filter *ret, struct err *e)
{
    AUTO_FREE unsigned char *bytes = malloc(strlen(text) / 4 * 3 + 1);
    ssize_t n = bytes ? decode(text, bytes) : 0;
    size_t each = sizeof(struct sock_filter);

    if (!bytes)
        return err_nomem(e);
    if (n <= 0 || (size_t)n % each != 0 || (size_t)n / each > BPF_MAXINSNS)
        return err_set(e, ERR_INVALID,
                       "expected 1 to %d filter instructions of %zu bytes in base64", BPF_MAXINSNS,
                       each);
    ret->own = (struct sock_filter *)(void *)TAKE_PTR(bytes);
    ret->insns = ret->own;
    ret->len = (size_t)n / each;
    ret->flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    ret->notify = false;
    return 0;
}
