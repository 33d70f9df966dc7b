/* SPDX-License-Identifier: MIT */
/* --filter KEY=VALUE of the lists whose filters need nothing but the item itself. */
#include "cli/list_filter.h"

#include "base/str.h"

/* The value when `text` is a filter of this key, else NULL. */
static const char *value_of(const struct list_filter *f, const char *text)
{
    const char *rest = str_after(text, f->name);

    return rest && *rest == '=' ? rest + 1 : NULL;
}

int list_filter_check(const struct list_filter *filters, char *const *texts, struct err *e)
{
    strv_foreach (text, texts) {
        const struct list_filter *f = filters;
        while (f->name && !value_of(f, *text))
            f++;
        if (!f->name)
            return err_set(e, ERR_INVALID, "invalid filter '%.*s'", (int)strcspn(*text, "="),
                           *text);
    }
    return 0;
}

bool list_filter_match(const struct list_filter *filters, char *const *texts, const void *item)
{
    for (const struct list_filter *f = filters; f->name; f++) {
        bool given = false;
        bool any = false;
        bool all = true;
        strv_foreach (text, texts) {
            const char *value = value_of(f, *text);
            bool match = value && f->match(item, value);
            given |= value != NULL;
            any |= match;
            all &= match || !value;
        }
        if (given && !(f->and_again ? all : any))
            return false;
    }
    return true;
}
