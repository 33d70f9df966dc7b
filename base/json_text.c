/* SPDX-License-Identifier: MIT */
/* Bytes of JSON documents: UTF-8, excerpts for messages, numbers, duplicate keys. */
#include "base/json_text.h"

#include <stdlib.h>
#include <string.h>

/* Length of the well-formed sequence at s, 0 if there is none (Unicode 15, table 3-7). */
static size_t sequence(const unsigned char *s, size_t len)
{
    size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;

    if (n == 0 || n > len || s[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    }
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

static bool is_ascii(char c)
{
    return ((unsigned char)c & 0x80) == 0;
}

size_t json_text_utf8(const char *s, size_t len)
{
    size_t i = 0;

    while (i < len) {
        uint64_t word;
        size_t n;

        if (len - i >= sizeof(word)) {
            memcpy(&word, s + i, sizeof(word));
            if (!(word & UINT64_C(0x8080808080808080))) {
                i += sizeof(word);
                continue;
            }
        }
        n = is_ascii(s[i]) ? 1 : sequence((const unsigned char *)s + i, len - i);
        if (n == 0)
            break;
        i += n;
    }
    return i;
}

/* Four hex digits, which yajl has checked. */
static unsigned hex4(const char *s)
{
    char digits[5] = { s[0], s[1], s[2], s[3], '\0' };

    return (unsigned)strtoul(digits, NULL, 16);
}

/* The escape at raw[i] ('\\'), its length in *ret_len. */
static const char *check_escape(const char *raw, size_t len, size_t i, size_t *ret_len)
{
    unsigned unit;

    *ret_len = 2;
    if (i + 6 > len || raw[i + 1] != 'u')
        return NULL;
    *ret_len = 6;
    unit = hex4(raw + i + 2);
    if (unit == 0)
        return "a string must not contain \\u0000";
    if (unit < 0xd800 || unit > 0xdfff)
        return NULL;
    if (unit < 0xdc00 && i + 12 <= len && raw[i + 6] == '\\' && raw[i + 7] == 'u') {
        unsigned low = hex4(raw + i + 8);

        *ret_len = 12;
        if (low >= 0xdc00 && low <= 0xdfff)
            return NULL;
    }
    return "unpaired surrogate in a \\u escape";
}

/* Nothing but ASCII without escapes, as nearly all strings are. */
static bool is_plain(const char *s, size_t len)
{
    for (const char *end = s + len; s < end; s++)
        if (!is_ascii(*s) || *s == '\\')
            return false;
    return true;
}

const char *json_text_check(const char *raw, size_t len)
{
    const char *why = NULL;
    size_t n;

    if (is_plain(raw, len))
        return NULL;
    if (json_text_utf8(raw, len) != len)
        return "not valid UTF-8";
    for (const char *p = raw; (p = memchr(p, '\\', len - (size_t)(p - raw))); p += n) {
        why = check_escape(raw, len, (size_t)(p - raw), &n);
        if (why)
            break;
    }
    return why;
}

const char *json_text_excerpt(const char *s, size_t len, char out[static JSON_EXCERPT_MAX])
{
    size_t n = len < JSON_EXCERPT_MAX - 4 ? len : JSON_EXCERPT_MAX - 4;

    n = json_text_utf8(s, n);
    for (size_t i = 0; i < n; i++)
        out[i] = (unsigned char)s[i] < 0x20 || s[i] == 0x7f ? '?' : s[i];
    memcpy(out + n, n < len ? "..." : "", n < len ? 4 : 1);
    return out;
}

bool json_text_u64(const char *s, size_t len, uint64_t *ret)
{
    uint64_t v = 0;

    if (len == 0)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (s[i] < '0' || s[i] > '9' || __builtin_mul_overflow(v, 10, &v) ||
            __builtin_add_overflow(v, (uint64_t)(s[i] - '0'), &v))
            return false;
    }
    *ret = v;
    return true;
}

bool json_text_i64(const char *s, size_t len, int64_t *ret)
{
    bool minus = len > 0 && s[0] == '-';
    uint64_t v;

    if (!json_text_u64(s + minus, len - minus, &v) || v > (uint64_t)INT64_MAX + minus)
        return false;
    *ret = minus ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

const char *json_text_duplicate(char *const *first, size_t n, size_t stride, bool *ret_oom)
{
    const char *found = NULL;
    char **sorted;

    *ret_oom = false;
    if (n < 2)
        return NULL;
    sorted = malloc(n * sizeof(*sorted));
    if (!sorted) {
        *ret_oom = true;
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        sorted[i] = *(char *const *)((const char *)first + i * stride);
    qsort(sorted, n, sizeof(*sorted), compare);
    for (size_t i = 1; i < n && !found; i++) {
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            found = sorted[i];
    }
    free(sorted);
    return found;
}
