/* SPDX-License-Identifier: MIT */
/* What every inspect command does with its objects. */
#include "cli/inspect_print.h"

#include "base/fmt.h"
#include "base/json.h"
#include "base/json_out.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/output.h"

struct print {
    const struct fmt_template *template;
    inspect_print_fn get;
    void *arg;
    struct json_out out;
};

/* One object through the template, or as one more element of the array. */
static int add(void *arg, const char *name, struct err *e)
{
    struct print *p = arg;
    AUTO_BUF struct buf object = { 0 };
    AUTO_JSON struct json_value *v = NULL;
    int r = p->get(p->arg, name, &object, e);

    if (r < 0)
        return r;
    if (object.failed)
        return err_nomem(e);
    if (!p->template) {
        json_out_raw(&p->out, object.data);
        return 0;
    }
    r = json_value_parse(object.data, object.len, &v, e);
    if (r >= 0)
        r = fmt_apply(p->template, v, NULL, p->out.buf, e);
    buf_char(p->out.buf, '\n');
    return r;
}

int inspect_print(char *const *names, const char *format, inspect_print_fn get, void *arg,
                  struct err *e)
{
    CLEANUP(fmt_template) struct fmt_template *t = NULL;
    AUTO_BUF struct buf out = { 0 };
    bool compact = format && STREQ(format, "json");
    int r = format && *format && !compact ? fmt_parse(format, &t, e) : 0;

    if (r < 0)
        return r;
    struct print p = {
        t, get, arg, { .buf = &out, .flags = compact ? JSON_COMPACT : JSON_PRETTY }
    };
    if (!t)
        json_out_array(&p.out);
    int code = output_each(names, OUTPUT_EACH_SILENT, add, &p, e);
    if (!t) {
        json_out_array_end(&p.out);
        buf_char(&out, '\n');
    }
    r = output_buf(&out, e);
    return r < 0 ? r : code;
}
