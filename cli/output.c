/* SPDX-License-Identifier: MIT */
/* Everything that hako prints goes through here. */
#include "cli/output.h"

#include "base/fs.h"
#include "base/str.h"

#include <stdarg.h>
#include <sys/ioctl.h>

/* The error's own remedy, or the one for what is denied to all but root; NULL: none. */
static const char *hint_of(const struct err *e)
{
    bool denied = e->errnum == EPERM || e->errnum == EACCES;

    if (e->hint[0])
        return e->hint;
    return denied && geteuid() != 0
               ? "hako needs root, rootless operation is not supported yet: use sudo"
               : NULL;
}

void output_error(const struct err *e, const char *path)
{
    const char *hint = hint_of(e);

    fprintf(stderr, "hako: %s\n", e->msg);
    if (hint)
        fprintf(stderr, "hint: %s\n", hint);
    if (path)
        fprintf(stderr, "See '%s --help'.\n", path);
}

void output_log(enum log_level level, const char *line)
{
    static const char *const words[] = {
        [LOG_LVL_ERROR] = "error: ",
        [LOG_LVL_WARN] = "warning: ",
        [LOG_LVL_INFO] = "",
        [LOG_LVL_DEBUG] = "debug: ",
    };

    fprintf(stderr, "hako: %s%s\n", words[level], line);
}

int output_text(const char *text, size_t len, struct err *e)
{
    return fs_write_all(STDOUT_FILENO, text, len) < 0 ? err_sys(e, "write", "standard output") : 0;
}

int output_buf(const struct buf *b, struct err *e)
{
    return b->failed ? err_nomem(e) : output_text(b->data, b->len, e);
}

int output_line(struct err *e, const char *fmt, ...)
{
    AUTO_BUF struct buf b = { 0 };
    va_list ap;

    va_start(ap, fmt);
    buf_vfmt(&b, fmt, ap);
    va_end(ap);
    buf_char(&b, '\n');
    return output_buf(&b, e);
}

size_t output_width(void)
{
    struct winsize w;

    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 ? w.ws_col : 0;
}

int output_each(char *const *names, unsigned flags, output_each_fn fn, void *arg, struct err *e)
{
    bool failed = false;

    strv_foreach (name, names) {
        int r = fn(arg, *name, e);
        if (r >= 0 && !(flags & OUTPUT_EACH_SILENT))
            r = output_line(e, "%s", *name);
        if (r >= 0)
            continue;
        bool missing = r == -ERR_NOT_FOUND;
        if (!missing || !(flags & OUTPUT_EACH_SKIP))
            output_error(e, NULL);
        failed = failed || !missing || !(flags & (OUTPUT_EACH_SKIP | OUTPUT_EACH_MAY_MISS));
        err_clear(e);
    }
    return failed;
}

int output_row(struct output_rows *rows, struct buf *json, struct err *e)
{
    struct json_value **grown =
        realloc(rows->items, (rows->count + 1) * sizeof(struct json_value *));

    if (!grown || json->failed)
        return err_nomem(e);
    rows->items = grown;
    int r = json_value_parse(json->data, json->len, &grown[rows->count], e);
    if (r < 0)
        return r;
    rows->count++;
    buf_reset(json);
    return 0;
}

int output_list(struct fmt_list list, bool quiet, const struct output_rows *rows, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };

    if (quiet && !list.format)
        list.format = "{{.ID}}";
    int r = fmt_rows(&list, rows->items, rows->count, &b, e);
    return r < 0 ? r : output_buf(&b, e);
}

void output_rows_free(struct output_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        json_value_free(rows->items[i]);
    free(rows->items);
    *rows = (struct output_rows){ 0 };
}

int output_object(const struct buf *json, const char *format, const char *text, struct err *e)
{
    CLEANUP(fmt_template) struct fmt_template *t = NULL;
    AUTO_JSON struct json_value *v = NULL;
    AUTO_BUF struct buf b = { 0 };
    AUTO_BUF struct buf aligned = { 0 };

    if (json->failed)
        return err_nomem(e);
    if (format && STREQ(format, "json"))
        return output_line(e, "%s", json->data);
    int r = fmt_parse(format ? format : text, &t, e);
    if (r >= 0)
        r = json_value_parse(json->data, json->len, &v, e);
    if (r >= 0)
        r = fmt_apply(t, v, NULL, &b, e);
    if (r < 0)
        return r;
    if (format)
        return output_line(e, "%s", b.data ? b.data : "");
    fmt_align(b.data, FMT_COLUMN_MIN, &aligned);
    return output_buf(&aligned, e);
}
