/* SPDX-License-Identifier: MIT */
/* What every inspect command does with its objects. */
#include "cli/inspect_print.h"

#include "base/fmt.h"
#include "base/json.h"
#include "base/json_out.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/output.h"

/* One object through the template, or as one more element of the array. */
static int add(const struct fmt_template *t, const struct buf *object, struct json_out *o,
               struct err *e)
{
    AUTO_JSON struct json_value *v = NULL;

    if (object->failed)
        return err_nomem(e);
    if (!t) {
        json_out_raw(o, object->data);
        return 0;
    }
    int r = json_value_parse(object->data, object->len, &v, e);
    if (r >= 0)
        r = fmt_apply(t, v, NULL, o->buf, e);
    buf_char(o->buf, '\n');
    return r;
}

int inspect_print(char *const *names, const char *format, inspect_print_fn get, void *arg,
                  struct err *e)
{
    CLEANUP(fmt_template) struct fmt_template *t = NULL;
    struct output_each each = { .failed = false };
    AUTO_BUF struct buf out = { 0 };
    bool compact = format && STREQ(format, "json");
    struct json_out o = { .buf = &out, .flags = compact ? JSON_COMPACT : JSON_PRETTY };
    int r = format && *format && !compact ? fmt_parse(format, &t, e) : 0;

    if (r < 0)
        return r;
    if (!t)
        json_out_array(&o);
    strv_foreach (name, names) {
        AUTO_BUF struct buf object = { 0 };
        r = get(arg, *name, &object, e);
        if (r >= 0)
            r = add(t, &object, &o, e);
        output_each(&each, r, e);
    }
    if (!t) {
        json_out_array_end(&o);
        buf_char(&out, '\n');
    }
    r = output_buf(&out, e);
    if (r < 0)
        return r;
    return each.failed ? CLI_FAILED : 0;
}
