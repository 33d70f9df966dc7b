/* SPDX-License-Identifier: MIT */
/* The grammar of --mount. */
#include "engine/parse_mount_part.h"

#include "base/num.h"
#include "base/str.h"
#include "engine/parse_csv.h"

/* --mount: one function a key; `value` is NULL for a key without "=". */
struct mount_key {
    const char *names;
    int (*set)(struct mount_spec *m, const char *value, struct err *e);
};

static int set_type(struct mount_spec *m, const char *value, struct err *e)
{
    static const char *const names[] = {
        [MOUNT_SPEC_BIND] = "bind", [MOUNT_SPEC_VOLUME] = "volume", [MOUNT_SPEC_TMPFS] = "tmpfs"
    };

    for (int i = 0; i < (int)ARRAY_LEN(names); i++) {
        if (STREQ(names[i], value)) {
            m->type = i;
            return 0;
        }
    }
    return err_set(e, ERR_INVALID, "type \"%s\" is not bind, volume or tmpfs", value);
}

static int set_source(struct mount_spec *m, const char *value, struct err *e)
{
    return str_set(&m->source, value) < 0 ? err_nomem(e) : 0;
}

static int set_target(struct mount_spec *m, const char *value, struct err *e)
{
    return parse_mount_target(value, &m->target, e);
}

static int set_readonly(struct mount_spec *m, const char *value, struct err *e)
{
    return parse_csv_bool(value, &m->read_only, e);
}

static int set_no_copy(struct mount_spec *m, const char *value, struct err *e)
{
    return parse_csv_bool(value, &m->no_copy, e);
}

static int set_propagation(struct mount_spec *m, const char *value, struct err *e)
{
    if (!parse_mount_is_propagation(value))
        return err_set(e, ERR_INVALID, "invalid propagation \"%s\"", value);
    return str_set(&m->propagation, value) < 0 ? err_nomem(e) : 0;
}

static int set_nonrecursive(struct mount_spec *m, const char *value, struct err *e)
{
    bool on = false;
    int r = parse_csv_bool(value, &on, e);

    m->recursion = on ? MOUNT_SPEC_NONRECURSIVE : MOUNT_SPEC_RECURSIVE;
    return r;
}

static int set_recursive(struct mount_spec *m, const char *value, struct err *e)
{
    static const struct {
        const char *word;
        enum mount_spec_recursion recursion;
    } words[] = {
        { "enabled", MOUNT_SPEC_RECURSIVE },
        { "disabled", MOUNT_SPEC_NONRECURSIVE },
        { "writable", MOUNT_SPEC_RO_TOP },
        { "readonly", MOUNT_SPEC_RO_FORCED },
    };

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (STREQ(words[i].word, value)) {
            m->recursion = words[i].recursion;
            return 0;
        }
    }
    return err_set(e, ERR_INVALID,
                   "bind-recursive is enabled, disabled, writable or readonly, not \"%s\"", value);
}

static int set_tmpfs_size(struct mount_spec *m, const char *value, struct err *e)
{
    int64_t bytes = 0;
    int r = num_size(value, &bytes, e);

    if (r >= 0 && strv_addf(&m->options, "size=%lld", (long long)bytes) < 0)
        r = err_nomem(e);
    return r;
}

static int set_tmpfs_mode(struct mount_spec *m, const char *value, struct err *e)
{
    uint32_t mode = 0;
    int r = num_octal(value, 07777, &mode, e);

    if (r >= 0 && strv_addf(&m->options, "mode=%o", mode) < 0)
        r = err_nomem(e);
    return r;
}

static int set_nothing(struct mount_spec *m, const char *value, struct err *e)
{
    return 0;
}

static const struct mount_key mount_keys[] = {
    { "type", set_type },
    { "source src", set_source },
    { "target destination dst", set_target },
    { "readonly ro", set_readonly },
    { "bind-propagation", set_propagation },
    { "bind-nonrecursive", set_nonrecursive },
    { "bind-recursive", set_recursive },
    { "volume-nocopy", set_no_copy },
    { "tmpfs-size", set_tmpfs_size },
    { "tmpfs-mode", set_tmpfs_mode },
    { "consistency", set_nothing },
};

static int set_key(struct mount_spec *m, const char *field, struct err *e)
{
    const char *eq = strchrnul(field, '=');
    size_t len = (size_t)(eq - field);

    for (size_t i = 0; i < ARRAY_LEN(mount_keys); i++) {
        const struct mount_key *k = &mount_keys[i];
        if (!parse_csv_is(k->names, field, len))
            continue;
        bool flag = k->set == set_readonly || k->set == set_nonrecursive || k->set == set_no_copy;
        if (!*eq && !flag)
            return err_set(e, ERR_INVALID, "%s needs a value", field);
        return k->set(m, *eq ? eq + 1 : NULL, e);
    }
    return err_set(e, ERR_INVALID, "unknown option \"%.*s\"", (int)len, field);
}

/* A key of one type in a mount of another. */
static const char *wrong_type(const struct mount_spec *m, char *const *fields)
{
    static const char *const prefixes[] = {
        [MOUNT_SPEC_BIND] = "bind-", [MOUNT_SPEC_VOLUME] = "volume-", [MOUNT_SPEC_TMPFS] = "tmpfs-"
    };

    strv_foreach (field, fields) {
        for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
            if (i != m->type && str_starts(*field, prefixes[i]))
                return *field;
    }
    return NULL;
}

/* What only the whole of the fields can tell. */
static int check_mount(struct mount_spec *m, char *const *fields, struct err *e)
{
    const char *stray = wrong_type(m, fields);

    if (stray)
        return err_set(e, ERR_INVALID, "%s does not fit the type", stray);
    if (!m->target)
        return err_set(e, ERR_INVALID, "target is required");
    if (m->type == MOUNT_SPEC_TMPFS && m->source)
        return err_set(e, ERR_INVALID, "a tmpfs has no source");
    if (m->type == MOUNT_SPEC_VOLUME && m->source)
        return parse_mount_check_name(m->source, e);
    if (m->type == MOUNT_SPEC_BIND && str_empty(m->source))
        return err_set(e, ERR_INVALID, "source is required");
    bool ro_recursion = m->recursion == MOUNT_SPEC_RO_TOP || m->recursion == MOUNT_SPEC_RO_FORCED;
    if (ro_recursion && !m->read_only)
        return err_set(e, ERR_INVALID, "this bind-recursive needs readonly");
    if (m->type != MOUNT_SPEC_BIND)
        return 0;
    AUTO_FREE char *given = TAKE_PTR(m->source);
    return parse_mount_host(given, &m->source, e);
}

int parse_mount(const char *text, struct mount_spec *ret, struct err *e)
{
    CLEANUP(mount_spec) struct mount_spec m = { .type = MOUNT_SPEC_VOLUME };
    AUTO_STRV char **fields = NULL;
    int r = parse_csv(text, &fields, e);

    strv_foreach (field, fields) {
        if (r >= 0)
            r = set_key(&m, *field, e);
    }
    if (r >= 0)
        r = check_mount(&m, fields, e);
    if (r < 0)
        return err_wrap(e, "invalid mount \"%s\"", text);
    *ret = m;
    m = (struct mount_spec){ 0 };
    return 0;
}
