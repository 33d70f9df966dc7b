/* SPDX-License-Identifier: MIT */
/* The grammars of --security-opt and --device-cgroup-rule. */
#include "engine/parse_security.h"

#include "base/num.h"
#include "base/str.h"
#include "engine/parse_csv.h"

static int set_no_new_privileges(struct security_spec *s, const char *value, struct err *e)
{
    return parse_csv_bool(value, &s->no_new_privileges, e);
}

static int set_seccomp(struct security_spec *s, const char *value, struct err *e)
{
    if (str_empty(value))
        return err_set(e, ERR_INVALID,
                       "expected seccomp=FILE, seccomp=unconfined or seccomp=builtin");
    s->seccomp_unconfined = STREQ(value, "unconfined");
    bool named = s->seccomp_unconfined || STREQ(value, "builtin") || STREQ(value, "default");
    s->seccomp_file = named ? NULL : value;
    return 0;
}

static int set_apparmor(struct security_spec *s, const char *value, struct err *e)
{
    if (str_empty(value))
        return err_set(e, ERR_INVALID, "expected apparmor=PROFILE");
    s->apparmor = value;
    return 0;
}

/* hako sets no SELinux labels, so there is none to switch off; any other label cannot be had. */
static int set_label(struct security_spec *s, const char *value, struct err *e)
{
    if (value && STREQ(value, "disable"))
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "SELinux labels are not supported");
}

static int set_paths(struct security_spec *s, const char *value, struct err *e)
{
    if (!value || !STREQ(value, "unconfined"))
        return err_set(e, ERR_INVALID, "expected systempaths=unconfined");
    s->paths_unconfined = true;
    return 0;
}

static const struct {
    const char *name;
    int (*set)(struct security_spec *s, const char *value, struct err *e);
} keys[] = {
    { "no-new-privileges", set_no_new_privileges },
    { "seccomp", set_seccomp },
    { "apparmor", set_apparmor },
    { "label", set_label },
    { "systempaths", set_paths },
};

static int set_option(struct security_spec *s, const char *option, struct err *e)
{
    size_t len = strcspn(option, "=:");

    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (parse_csv_is(keys[i].name, option, len))
            return keys[i].set(s, option[len] ? option + len + 1 : NULL, e);
    return err_set(e, ERR_INVALID, "unknown option");
}

int parse_security(char *const *options, struct security_spec *ret, struct err *e)
{
    struct security_spec s = { 0 };

    strv_foreach (option, options) {
        int r = set_option(&s, *option, e);
        if (r < 0)
            return err_wrap(e, "invalid --security-opt \"%s\"", *option);
    }
    *ret = s;
    return 0;
}

static int rule_number(const char *text, int64_t *ret, struct err *e)
{
    if (!STREQ(text, "*"))
        return num_i64(text, 0, UINT32_MAX, ret, e);
    *ret = -1;
    return 0;
}

static int read_rule(const char *text, struct device_rule *rule, struct err *e)
{
    AUTO_STRV char **words = strv_split(text, ' ', false);
    char *minor = strv_len(words) == 3 ? strchr(words[1], ':') : NULL;

    if (!words)
        return err_nomem(e);
    if (!minor || strlen(words[0]) != 1 || !str_has("abc", words[0][0]) || !words[2][0] ||
        strlen(words[2]) >= sizeof(rule->access) || words[2][strspn(words[2], "rwm")])
        return -ERR_INVALID;
    *minor++ = '\0';
    rule->type = words[0][0];
    snprintf(rule->access, sizeof(rule->access), "%s", words[2]);
    int r = rule_number(words[1], &rule->major, e);
    return r < 0 ? r : rule_number(minor, &rule->minor, e);
}

int parse_security_rule(const char *text, struct device_rule *ret, struct err *e)
{
    struct device_rule rule = { 0 };
    int r = read_rule(text, &rule, e);

    if (r == -ERR_INVALID)
        return err_set(e, ERR_INVALID,
                       "invalid device cgroup format '%s': expected TYPE MAJOR:MINOR ACCESS, such "
                       "as \"c 1:* rwm\"",
                       text);
    if (r < 0)
        return r;
    *ret = rule.type != 'a' ? rule : (struct device_rule){ 'a', -1, -1, "rwm" };
    return 0;
}
