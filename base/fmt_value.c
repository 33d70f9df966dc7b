/* SPDX-License-Identifier: MIT */
/* Values that a template computes: making them, their truth, and how Go's %v prints them. */
#include "base/fmt_func.h"

#include "base/str.h"

const struct json_value *fmt_value_bool(bool b)
{
    static const struct json_value values[] = { { .type = JSON_FALSE }, { .type = JSON_TRUE } };

    return &values[b];
}

static bool keep(struct fmt_made *m, struct json_value *v)
{
    struct json_value **more = realloc(m->values, (m->n + 1) * sizeof(*more));

    if (!more)
        return false;
    m->values = more;
    m->values[m->n++] = v;
    return true;
}

const struct json_value *fmt_value_text(struct fmt_made *m, enum json_type type, struct buf *b)
{
    AUTO_JSON struct json_value *v = NULL;
    struct err ignored = ERR_INIT;

    if (b->failed)
        return NULL;
    if (type == JSON_LIST) {
        if (json_value_parse(b->data, b->len, &v, &ignored) < 0)
            return NULL;
    } else {
        v = calloc(1, sizeof(*v));
        if (!v)
            return NULL;
        v->type = type;
        v->text = buf_take(b);
        if (!v->text)
            return NULL;
    }
    if (!keep(m, v))
        return NULL;
    return TAKE_PTR(v);
}

void fmt_value_free(struct fmt_made *m)
{
    for (size_t i = 0; i < m->n; i++)
        json_value_free(m->values[i]);
    free(m->values);
    *m = (struct fmt_made){ 0 };
}

bool fmt_value_truth(const struct json_value *v)
{
    if (!v)
        return false;
    switch (v->type) {
    case JSON_NULL:
    case JSON_FALSE: return false;
    case JSON_TRUE: return true;
    case JSON_NUMBER: return strtod(v->text, NULL) != 0;
    case JSON_STRING: return *v->text != '\0';
    case JSON_LIST:
    case JSON_OBJECT: break;
    }
    return v->n > 0;
}

static int by_name(const void *a, const void *b)
{
    const struct json_member *const *x = a;
    const struct json_member *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

const struct json_member **fmt_value_sorted(const struct json_value *v)
{
    const struct json_member **sorted = calloc(v->n + 1, sizeof(const struct json_member *));

    for (size_t i = 0; sorted && i < v->n; i++)
        sorted[i] = &v->members[i];
    if (sorted)
        qsort(sorted, v->n, sizeof(const struct json_member *), by_name);
    return sorted;
}

static void print_map(const struct json_value *v, struct buf *out)
{
    AUTO_FREE const struct json_member **sorted = fmt_value_sorted(v);

    if (!sorted) {
        out->failed = true;
        return;
    }
    buf_str(out, "map[");
    for (size_t i = 0; i < v->n; i++) {
        buf_fmt(out, "%s%s:", i ? " " : "", sorted[i]->name);
        fmt_value_print(&sorted[i]->value, out);
    }
    buf_char(out, ']');
}

void fmt_value_print(const struct json_value *v, struct buf *out)
{
    static const char *const words[] = {
        [JSON_NULL] = "<nil>", [JSON_FALSE] = "false", [JSON_TRUE] = "true"
    };

    if (!v) {
        buf_str(out, "<no value>");
    } else if (v->type <= JSON_TRUE) {
        buf_str(out, words[v->type]);
    } else if (v->type == JSON_OBJECT) {
        print_map(v, out);
    } else if (v->type == JSON_LIST) {
        buf_char(out, '[');
        for (size_t i = 0; i < v->n; i++) {
            buf_str(out, i ? " " : "");
            fmt_value_print(&v->items[i], out);
        }
        buf_char(out, ']');
    } else {
        buf_str(out, v->text);
    }
}
