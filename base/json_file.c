/* SPDX-License-Identifier: MIT */
/* Documents in files, copies, and the small lookups around tables. */
#include "base/json.h"

#include "base/commit.h"
#include "base/fs.h"
#include "base/mem.h"

#include <errno.h>
#include <string.h>

int json_load(const struct json_table *t, void *ret, int dirfd, const char *path, size_t max,
              struct err *e)
{
    AUTO_FREE char *text = NULL;
    size_t len;
    int r;

    memset(ret, 0, t->size);
    r = fs_read(dirfd, path, max ? max : JSON_SIZE_MAX, &text, &len, e);
    if (r == -ERR_SYS && e->errnum == ENOENT)
        e->kind = ERR_NOT_FOUND;
    if (r < 0)
        return -e->kind;
    r = json_read(t, ret, text, len, e);
    return r < 0 ? err_wrap(e, "%s", path) : 0;
}

int json_save(const struct json_table *t, const void *obj, int dirfd, const char *name,
              unsigned flags, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };

    json_write(t, obj, JSON_COMPACT, &b);
    buf_char(&b, '\n');
    if (b.failed)
        return err_nomem(e);
    return commit_file(dirfd, name, b.data, b.len, 0600, flags, e);
}

int json_copy(const struct json_table *t, void *ret, const void *obj, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };

    json_write(t, obj, JSON_COMPACT, &b);
    if (b.failed)
        return err_nomem(e);
    return json_read(t, ret, b.data, b.len, e);
}

const char *json_enum_name(const struct json_enum *names, int value)
{
    for (; names->name; names++) {
        if (names->value == value)
            return names->name;
    }
    return NULL;
}

bool json_enum_value(const struct json_enum *names, const char *name, int *ret)
{
    for (; names->name; names++) {
        if (STREQ(names->name, name)) {
            *ret = names->value;
            return true;
        }
    }
    return false;
}

const char *json_check_abs_path(const char *text)
{
    return text[0] == '/' ? NULL : "expected an absolute path";
}

const char *json_check_not_empty(const char *text)
{
    return text[0] ? NULL : "must not be empty";
}
