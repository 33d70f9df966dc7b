/* SPDX-License-Identifier: MIT */
/* Lists of objects: as an aligned table, as JSON lines, or through a template. */
#include "base/fmt_node.h"

#include "base/json.h"
#include "base/str.h"

#include <ctype.h>

#define COLUMN_GAP 3
#define COLUMNS    64

/* Characters of UTF-8 text. */
static size_t width(const char *s, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)s[i] & 0xc0) != 0x80;
    return n;
}

static void measure(const char *text, size_t widths[COLUMNS])
{
    for (const char *p = text; *p;) {
        const char *end = strchrnul(p, '\n');
        for (size_t col = 0; p < end; col++) {
            size_t len = strcspn(p, "\t\n");
            bool last = p + len >= end;
            size_t w = width(p, len) + COLUMN_GAP;
            if (!last && col < COLUMNS && w > widths[col])
                widths[col] = w;
            p += len + !last;
            if (last)
                break;
        }
        p = *end ? end + 1 : end;
    }
}

void fmt_align(const char *text, size_t column_min, struct buf *out)
{
    size_t widths[COLUMNS];

    for (size_t i = 0; i < COLUMNS; i++)
        widths[i] = column_min;
    measure(text, widths);
    for (size_t col = 0; *text;) {
        size_t len = strcspn(text, "\t\n");
        buf_add(out, text, len);
        if (text[len] == '\t') {
            size_t w = width(text, len);
            size_t wanted = col < COLUMNS ? widths[col] : w + COLUMN_GAP;
            buf_fmt(out, "%*s", (int)(wanted > w ? wanted - w : 0), "");
        } else if (text[len] == '\n') {
            buf_char(out, '\n');
        }
        col = text[len] == '\n' ? 0 : col + 1;
        text += len + (text[len] != '\0');
    }
}

/* "\t" and "\n" as people type them become what they mean. */
static void unescape(const char *s, struct buf *out)
{
    for (; *s; s++) {
        if (s[0] == '\\' && (s[1] == 't' || s[1] == 'n'))
            buf_char(out, *++s == 't' ? '\t' : '\n');
        else
            buf_char(out, *s);
    }
}

/* The header of {{.Label "com.example.team"}} is "team". */
static int method_header(const struct json_value *dot, const char *arg, struct buf *out,
                         struct err *e)
{
    const char *dotted = strrchr(arg, '.');

    for (const char *p = dotted ? dotted + 1 : arg; *p; p++)
        buf_char(out, *p == '-' || *p == '_' ? ' ' : *p);
    return 0;
}

/* The row of headers: the template applied to the fields' titles. */
static int add_header(const struct fmt_list *list, const struct fmt_template *t, struct buf *out,
                      struct err *e)
{
    struct json_member members[COLUMNS] = { 0 };
    struct fmt_method methods[8] = { 0 };
    struct json_value titles = { .type = JSON_OBJECT, .members = members };

    for (const struct fmt_field *f = list->fields; f->name && titles.n < COLUMNS; f++) {
        members[titles.n].name = (char *)f->name;
        members[titles.n].value.type = JSON_STRING;
        members[titles.n++].value.text = (char *)f->header;
    }
    for (size_t i = 0; list->methods && list->methods[i].name && i < ARRAY_LEN(methods) - 1; i++)
        methods[i] = (struct fmt_method){ list->methods[i].name, method_header };
    int r = fmt_apply(t, &titles, methods, out, e);
    buf_char(out, '\n');
    return r;
}

static int add_rows(const struct fmt_list *list, const char *format, bool header,
                    struct json_value *const *rows, size_t nrows, struct buf *out, struct err *e)
{
    CLEANUP(fmt_template) struct fmt_template *t = NULL;
    AUTO_BUF struct buf text = { 0 };

    unescape(format, &text);
    if (text.failed)
        return err_nomem(e);
    int r = fmt_parse(text.data ? text.data : "", &t, e);
    if (r >= 0 && header)
        r = add_header(list, t, out, e);
    for (size_t i = 0; i < nrows && r >= 0; i++) {
        r = fmt_apply(t, rows[i], list->methods, out, e);
        buf_char(out, '\n');
    }
    return r;
}

static int add_table(const struct fmt_list *list, const char *format,
                     struct json_value *const *rows, size_t nrows, struct buf *out, struct err *e)
{
    AUTO_BUF struct buf lines = { 0 };
    int r = add_rows(list, format, true, rows, nrows, &lines, e);

    if (r < 0)
        return r;
    if (lines.failed)
        return err_nomem(e);
    fmt_align(lines.data, FMT_COLUMN_MIN, out);
    return 0;
}

int fmt_rows(const struct fmt_list *list, struct json_value *const *rows, size_t nrows,
             struct buf *out, struct err *e)
{
    const char *format = list->format ? list->format : "table";
    const char *columns = str_after(format, "table");

    if (columns && (*columns == '\0' || isspace((unsigned char)*columns))) {
        columns += strspn(columns, " \t");
        return add_table(list, *columns ? columns : list->table, rows, nrows, out, e);
    }
    if (!STREQ(format, "json"))
        return add_rows(list, format, false, rows, nrows, out, e);
    for (size_t i = 0; i < nrows; i++) {
        json_value_write(rows[i], JSON_COMPACT, out);
        buf_char(out, '\n');
    }
    return out->failed ? err_nomem(e) : 0;
}
