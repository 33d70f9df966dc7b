/* SPDX-License-Identifier: MIT */
/* Rows of an option table: finding them and setting their fields. */
#include "base/opt_row.h"

#include "base/num.h"
#include "base/str.h"

static bool is_end(const struct opt *o)
{
    return !o->name && !o->letter;
}

#define TABLES (1 + OPT_MORE)

static const struct opt *table(const struct opt_cmd *cmd, size_t i)
{
    return i == 0 ? cmd->opts : cmd->more_opts[i - 1];
}

static bool is_in(const struct opt *table, const struct opt *o)
{
    for (const struct opt *p = table; p && !is_end(p); p++)
        if (p == o)
            return true;
    return false;
}

const struct opt *opt_row_next(const struct opt_cmd *cmd, const struct opt *o)
{
    size_t i = 0;

    if (o && !is_end(o + 1))
        return o + 1;
    while (o && i < TABLES && !is_in(table(cmd, i++), o))
        ;
    for (; i < TABLES; i++)
        if (table(cmd, i) && !is_end(table(cmd, i)))
            return table(cmd, i);
    return NULL;
}

bool opt_row_in_list(const char *list, const char *word, size_t len)
{
    for (const char *p = list; p && *p;) {
        size_t n = strcspn(p, " ");
        if (n == len && memcmp(p, word, len) == 0)
            return true;
        p += n;
        p += strspn(p, " ");
    }
    return false;
}

static bool has_name(const struct opt *o, const char *name, size_t len)
{
    if (o->name && strlen(o->name) == len && memcmp(o->name, name, len) == 0)
        return true;
    return opt_row_in_list(o->aliases, name, len);
}

const struct opt *opt_row_by_name(const struct opt_cmd *cmd, const char *name, size_t len)
{
    for (const struct opt *o = opt_row_next(cmd, NULL); o; o = opt_row_next(cmd, o))
        if (has_name(o, name, len))
            return o;
    return NULL;
}

const struct opt *opt_row_by_letter(const struct opt_cmd *cmd, char letter)
{
    for (const struct opt *o = opt_row_next(cmd, NULL); o; o = opt_row_next(cmd, o))
        if (o->letter == letter)
            return o;
    return NULL;
}

/* The words that Go's strconv.ParseBool takes. */
static int set_flag(const struct opt *o, const char *value, void *field, struct err *e)
{
    if (opt_row_in_list("1 t T true TRUE True", value, strlen(value)))
        *(bool *)field = true;
    else if (opt_row_in_list("0 f F false FALSE False", value, strlen(value)))
        *(bool *)field = false;
    else
        return err_set(e, ERR_INVALID, "invalid value \"%s\": expected true or false", value);
    return 0;
}

static int set_switch(const struct opt *o, const char *value, void *field, struct err *e)
{
    bool on = false;
    int r = set_flag(o, value, &on, e);

    if (r >= 0)
        *(int64_t *)field = on;
    return r;
}

static int set_string(const struct opt *o, const char *value, void *field, struct err *e)
{
    *(const char **)field = value;
    return 0;
}

static int set_strv(const struct opt *o, const char *value, void *field, struct err *e)
{
    return strv_add(field, value) < 0 ? err_nomem(e) : 0;
}

static int set_list(const struct opt *o, const char *value, void *field, struct err *e)
{
    AUTO_STRV char **words = strv_split(value, ',', false);

    if (!words || strv_extend(field, words) < 0)
        return err_nomem(e);
    return 0;
}

static int set_int(const struct opt *o, const char *value, void *field, struct err *e)
{
    bool any = o->min == 0 && o->max == 0;

    return num_i64(value, any ? INT64_MIN : o->min, any ? INT64_MAX : o->max, field, e);
}

static int set_size(const struct opt *o, const char *value, void *field, struct err *e)
{
    if (o->min == -1 && STREQ(value, "-1")) {
        *(int64_t *)field = -1;
        return 0;
    }
    return num_size(value, field, e);
}

static int set_duration(const struct opt *o, const char *value, void *field, struct err *e)
{
    return num_duration(value, field, e);
}

static int set_nano(const struct opt *o, const char *value, void *field, struct err *e)
{
    return num_nano(value, field, e);
}

static int set_octal(const struct opt *o, const char *value, void *field, struct err *e)
{
    return num_octal(value, o->max ? (uint32_t)o->max : UINT32_MAX, field, e);
}

static int set_enum(const struct opt *o, const char *value, void *field, struct err *e)
{
    for (int i = 0; o->choices[i]; i++) {
        if (STREQ(o->choices[i], value)) {
            *(int *)field = i;
            return 0;
        }
    }
    const char *const *named = o->choices + (o->choices[0][0] == '\0'); /* "" is the default */
    AUTO_FREE char *all = strv_join((char *const *)named, ", ");
    return err_set(e, ERR_INVALID, "invalid value \"%s\": expected one of %s", value,
                   all ? all : "");
}

static int set_call(const struct opt *o, const char *value, void *field, struct err *e)
{
    return o->parse(o, value, field, e);
}

static const struct {
    const char *name;
    const char *arg;
    size_t size;
    opt_parse_fn set;
} kinds[] = {
    [OPT_FLAG] = { "FLAG", "", sizeof(bool), set_flag },
    [OPT_SWITCH] = { "SWITCH", "", sizeof(int64_t), set_switch },
    [OPT_STRING] = { "STRING", "string", sizeof(char *), set_string },
    [OPT_STRV] = { "STRV", "list", sizeof(char **), set_strv },
    [OPT_LIST] = { "LIST", "list", sizeof(char **), set_list },
    [OPT_INT] = { "INT", "int", sizeof(int64_t), set_int },
    [OPT_SIZE] = { "SIZE", "bytes", sizeof(int64_t), set_size },
    [OPT_DURATION] = { "DURATION", "duration", sizeof(int64_t), set_duration },
    [OPT_NANO] = { "NANO", "decimal", sizeof(int64_t), set_nano },
    [OPT_OCTAL] = { "OCTAL", "octal", sizeof(uint32_t), set_octal },
    [OPT_ENUM] = { "ENUM", "word", sizeof(int), set_enum },
    [OPT_CALL] = { "CALL", "value", 0, set_call },
};

bool opt_row_takes_value(const struct opt *o)
{
    return o->kind != OPT_FLAG && o->kind != OPT_SWITCH;
}

const char *opt_row_arg(const struct opt *o)
{
    return o->arg ? o->arg : kinds[o->kind].arg;
}

const char *opt_row_kind(const struct opt *o)
{
    return kinds[o->kind].name;
}

size_t opt_row_size(const struct opt *o)
{
    return kinds[o->kind].size;
}

int opt_row_set(const struct opt *o, const char *value, void *args, struct err *e)
{
    if (o->flags & OPT_IGNORED)
        return 0;
    return kinds[o->kind].set(o, value, (char *)args + o->offset, e);
}
