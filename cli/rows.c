/* SPDX-License-Identifier: MIT */
/* What the rows of several lists have in common. */
#include "cli/rows.h"

#include "base/str.h"

static int by_key(const void *a, const void *b)
{
    const struct json_pair *const *x = a;
    const struct json_pair *const *y = b;

    return strcmp((*x)->key, (*y)->key);
}

void rows_labels(const struct json_map *labels, struct buf *out)
{
    AUTO_FREE const struct json_pair **sorted = calloc(labels->n + 1, sizeof(*sorted));

    if (!sorted) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < labels->n; i++)
        sorted[i] = &labels->v[i];
    qsort(sorted, labels->n, sizeof(*sorted), by_key);
    for (size_t i = 0; i < labels->n; i++)
        buf_fmt(out, "%s%s=%s", i ? "," : "", sorted[i]->key, sorted[i]->val);
}

/* As docker: a comma in a label's value ends it. */
int rows_label(const struct json_value *dot, const char *arg, struct buf *out, struct err *e)
{
    const char *labels = json_value_str(json_value_get(dot, "Labels"));
    size_t len = strlen(arg);

    for (const char *p = labels; p && *p;) {
        size_t n = strcspn(p, ",");
        if (n > len && p[len] == '=' && memcmp(p, arg, len) == 0) {
            buf_add(out, p + len + 1, n - len - 1);
            return 0;
        }
        p += n + (p[n] == ',');
    }
    buf_str(out, "");
    return 0;
}

char *rows_ellipsis(const char *text, size_t max)
{
    size_t chars = 0;
    size_t cut = 0; /* bytes of the first max - 1 characters */

    for (size_t i = 0; text[i]; i++) {
        if (((unsigned char)text[i] & 0xc0) == 0x80)
            continue;
        if (chars == max - 1)
            cut = i;
        if (++chars > max)
            return str_fmt("%.*s…", (int)cut, text);
    }
    return str_dup(text);
}

bool rows_has_label(const struct json_map *labels, const char *text)
{
    size_t len = strcspn(text, "=");

    json_map_foreach(it, labels)
    {
        if (strlen(it->key) == len && memcmp(it->key, text, len) == 0)
            return text[len] == '\0' || STREQ(it->val, text + len + 1);
    }
    return false;
}
