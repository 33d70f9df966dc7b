/* SPDX-License-Identifier: MIT */
/* Comma-separated KEY=VALUE fields. */
#include "engine/parse_csv.h"

#include "base/buf.h"
#include "base/str.h"

/* A field in quotes; `p` is behind the first quote. Returns what follows the last, or NULL. */
static const char *quoted(const char *p, struct buf *out)
{
    for (; *p; p++) {
        if (*p != '"')
            buf_char(out, *p);
        else if (p[1] == '"')
            buf_char(out, *p++);
        else
            return p[1] == ',' || p[1] == '\0' ? p + 1 : NULL;
    }
    return NULL;
}

int parse_csv(const char *text, char ***ret, struct err *e)
{
    AUTO_STRV char **fields = NULL;
    AUTO_BUF struct buf b = { 0 };
    const char *p = text;

    for (;;) {
        buf_reset(&b);
        if (*p == '"') {
            p = quoted(p + 1, &b);
        } else {
            size_t len = strcspn(p, ",");
            buf_add(&b, p, len);
            p = memchr(p, '"', len) ? NULL : p + len;
        }
        if (!p)
            return err_set(e, ERR_INVALID, "stray or missing double quote");
        if (b.failed || strv_add(&fields, b.data ? b.data : "") < 0)
            return err_nomem(e);
        if (*p == '\0')
            break;
        p++;
    }
    *ret = TAKE_PTR(fields);
    return 0;
}

int parse_csv_bool(const char *value, bool *ret, struct err *e)
{
    if (!value || STREQ(value, "true") || STREQ(value, "1"))
        *ret = true;
    else if (STREQ(value, "false") || STREQ(value, "0"))
        *ret = false;
    else
        return err_set(e, ERR_INVALID, "\"%s\" is not true or false", value);
    return 0;
}

bool parse_csv_is(const char *names, const char *word, size_t len)
{
    for (const char *p = names; *p; p += strspn(p, " ")) {
        size_t n = strcspn(p, " ");
        if (n == len && memcmp(p, word, n) == 0)
            return true;
        p += n;
    }
    return false;
}
