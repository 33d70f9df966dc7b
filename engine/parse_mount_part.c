/* SPDX-License-Identifier: MIT */
/* What the grammars of mounts share: paths, volume names, propagation. */
#include "engine/parse_mount_part.h"

#include "base/str.h"

#include <linux/limits.h>

static const char propagations[][10] = { "private", "rprivate", "shared",
                                         "rshared", "slave",    "rslave" };

bool parse_mount_is_propagation(const char *word)
{
    for (size_t i = 0; i < ARRAY_LEN(propagations); i++)
        if (STREQ(propagations[i], word))
            return true;
    return false;
}

char *parse_mount_clean(const char *path)
{
    AUTO_STRV char **parts = strv_split(path, '/', true);
    char *out = malloc(strlen(path) + 2);
    size_t len = 0;

    if (!parts || !out) {
        free(out);
        return NULL;
    }
    strv_foreach (part, parts) {
        if (STREQ(*part, "."))
            continue;
        if (STREQ(*part, "..")) {
            while (len > 0 && out[--len] != '/')
                ;
            continue;
        }
        out[len++] = '/';
        memcpy(out + len, *part, strlen(*part));
        len += strlen(*part);
    }
    if (len == 0)
        out[len++] = '/';
    out[len] = '\0';
    return out;
}

/* A host path, made absolute from the working directory. */
int parse_mount_host(const char *text, char **ret, struct err *e)
{
    char cwd[PATH_MAX];
    AUTO_FREE char *joined = NULL;

    if (text[0] != '/') {
        if (!getcwd(cwd, sizeof(cwd)))
            return err_sys(e, "getcwd", NULL);
        joined = str_fmt("%s/%s", cwd, text);
        if (!joined)
            return err_nomem(e);
    }
    *ret = parse_mount_clean(joined ? joined : text);
    return *ret ? 0 : err_nomem(e);
}

/* A path inside the container. */
int parse_mount_target(const char *text, char **ret, struct err *e)
{
    if (text[0] != '/')
        return err_set(e, ERR_INVALID, "the container's path \"%s\" must be absolute", text);
    AUTO_FREE char *clean = parse_mount_clean(text);
    if (!clean)
        return err_nomem(e);
    if (STREQ(clean, "/"))
        return err_set(e, ERR_INVALID, "the container's path can't be \"/\"");
    free(*ret);
    *ret = TAKE_PTR(clean);
    return 0;
}

/* moby's grammar: [a-zA-Z0-9][a-zA-Z0-9_.-]+ */
int parse_mount_check_name(const char *name, struct err *e)
{
    static const char chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

    if (strlen(name) >= 2 && !str_has("_.-", *name) && name[strspn(name, chars)] == '\0')
        return 0;
    err_set(e, ERR_INVALID, "\"%s\" is no volume name: only [a-zA-Z0-9][a-zA-Z0-9_.-]+ is", name);
    return err_hint(
        e, "for a directory of the host give an absolute path, or one that starts with ./");
}

void parse_mount_free(struct mount_spec *m)
{
    free(m->source);
    free(m->target);
    free(m->propagation);
    strv_free(m->options);
    *m = (struct mount_spec){ 0 };
}
