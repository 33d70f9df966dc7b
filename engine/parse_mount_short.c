/* SPDX-License-Identifier: MIT */
/* The grammars of -v, --tmpfs and --device. */
#include "engine/parse_mount_part.h"

#include "base/str.h"

static int volume_source(const char *text, struct mount_spec *m, struct err *e)
{
    bool path = strchr(text, '/') || STREQ(text, ".") || STREQ(text, "..");

    m->type = path ? MOUNT_SPEC_BIND : MOUNT_SPEC_VOLUME;
    m->make_source = path;
    if (path)
        return parse_mount_host(text, &m->source, e);
    int r = parse_mount_check_name(text, e);
    if (r >= 0 && str_set(&m->source, text) < 0)
        r = err_nomem(e);
    return r;
}

/* SELinux labels and docker desktop's cache hints change nothing here. */
static bool is_without_effect(const char *word)
{
    static const char *const words[] = { "rw",        "z",          "Z",    "cached",
                                         "delegated", "consistent", "rbind" };

    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (STREQ(words[i], word))
            return true;
    return false;
}

static bool is_mount_flag(const char *word)
{
    static const char *const words[] = { "exec",  "noexec",  "suid",       "nosuid", "dev",
                                         "nodev", "noatime", "nodiratime", "atime",  "relatime" };

    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (STREQ(words[i], word))
            return true;
    return false;
}

static int volume_option(const char *word, struct mount_spec *m, struct err *e)
{
    if (STREQ(word, "ro"))
        m->read_only = true;
    else if (STREQ(word, "nocopy"))
        m->no_copy = true;
    else if (STREQ(word, "bind"))
        m->recursion = MOUNT_SPEC_NONRECURSIVE;
    else if (parse_mount_is_propagation(word))
        return str_set(&m->propagation, word) < 0 ? err_nomem(e) : 0;
    else if (is_mount_flag(word))
        return strv_add(&m->options, word) < 0 ? err_nomem(e) : 0;
    else if (!is_without_effect(word))
        return err_set(e, ERR_INVALID, "invalid mode \"%s\"", word);
    return 0;
}

static int volume_options(const char *text, struct mount_spec *m, struct err *e)
{
    AUTO_STRV char **words = strv_split(text, ',', false);

    if (!words)
        return err_nomem(e);
    strv_foreach (word, words) {
        int r = volume_option(*word, m, e);
        if (r < 0)
            return r;
    }
    return 0;
}

int parse_mount_volume(const char *text, struct mount_spec *ret, struct err *e)
{
    CLEANUP(mount_spec) struct mount_spec m = { .type = MOUNT_SPEC_VOLUME };
    AUTO_STRV char **parts = strv_split(text, ':', false);
    size_t n = strv_len(parts);
    int r = 0;

    if (!parts)
        return err_nomem(e);
    if (n > 3)
        r = err_set(e, ERR_INVALID, "too many colons");
    strv_foreach (part, parts) {
        if (r >= 0 && **part == '\0')
            r = err_set(e, ERR_INVALID, "empty section between colons");
    }
    /* "TARGET:ro" and "SOURCE:TARGET" look alike: a target is a path */
    if (r >= 0)
        r = parse_mount_target(parts[n == 1 ? 0 : 1], &m.target, e);
    if (r >= 0 && n > 1)
        r = volume_source(parts[0], &m, e);
    if (r >= 0 && n == 3)
        r = volume_options(parts[2], &m, e);
    if (r < 0)
        return err_wrap(e, "invalid volume \"%s\"", text);
    *ret = m;
    m = (struct mount_spec){ 0 };
    return 0;
}

int parse_mount_tmpfs(const char *text, struct mount_spec *ret, struct err *e)
{
    CLEANUP(mount_spec) struct mount_spec m = { .type = MOUNT_SPEC_TMPFS };
    const char *colon = strchrnul(text, ':');
    AUTO_FREE char *target = strndup(text, (size_t)(colon - text));

    if (!target)
        return err_nomem(e);
    int r = parse_mount_target(target, &m.target, e);
    if (r < 0)
        return err_wrap(e, "invalid tmpfs \"%s\"", text);
    AUTO_STRV char **words = *colon ? strv_split(colon + 1, ',', true) : NULL;
    strv_foreach (word, words) {
        if (STREQ(*word, "ro"))
            m.read_only = true;
        else if (!STREQ(*word, "rw") && strv_add(&m.options, *word) < 0)
            return err_nomem(e);
    }
    *ret = m;
    m = (struct mount_spec){ 0 };
    return 0;
}

static bool is_access(const char *text)
{
    size_t n = strlen(text);

    if (n == 0 || n > 3 || strspn(text, "rwm") != n)
        return false;
    return n < 2 || (text[0] != text[1] && (n < 3 || (text[0] != text[2] && text[1] != text[2])));
}

int parse_mount_device(const char *text, struct device_spec *ret, struct err *e)
{
    CLEANUP(device_spec) struct device_spec d = { 0 };
    AUTO_STRV char **parts = strv_split(text, ':', false);
    size_t n = strv_len(parts);
    int r = 0;

    if (!parts)
        return err_nomem(e);
    const char *target = n > 1 && parts[1][0] == '/' ? parts[1] : parts[0];
    const char *access = n == 3 ? parts[2] : n == 2 && target == parts[0] ? parts[1] : "rwm";
    if (n > 3 || parts[0][0] != '/' || (n == 3 && target == parts[0]))
        r = err_set(e, ERR_INVALID, "expected SOURCE[:TARGET][:rwm] with absolute paths");
    else if (!is_access(access))
        r = err_set(e, ERR_INVALID, "access is letters of rwm, not \"%s\"", access);
    if (r < 0)
        return err_wrap(e, "invalid device \"%s\"", text);
    snprintf(d.access, sizeof(d.access), "%s", access);
    d.source = parse_mount_clean(parts[0]);
    d.target = parse_mount_clean(target);
    if (!d.source || !d.target)
        return err_nomem(e);
    *ret = d;
    d = (struct device_spec){ 0 };
    return 0;
}

void parse_mount_device_free(struct device_spec *d)
{
    free(d->source);
    free(d->target);
    *d = (struct device_spec){ 0 };
}
