/* SPDX-License-Identifier: MIT */
/* The grammars of -e, --env-file, -l and --label-file. */
#include "engine/parse_env.h"

#include "base/fs.h"
#include "base/str.h"

#include <ctype.h>
#include <fcntl.h>

#define FILE_MAX (1u << 20)

/* Where bare names get their value from; NULL: the value is "". */
struct source {
    bool from_environ;
    char *const *environ;
};

/* `bare`: what has no value stays as it is, else it counts for nothing. */
static int add(const struct source *from, const char *text, bool bare, char ***v, struct err *e)
{
    AUTO_FREE char *full = NULL;

    if (!strchr(text, '=')) {
        const char *value = from->from_environ ? strv_env_get(from->environ, text) : "";
        if (!value)
            return bare && strv_add(v, text) < 0 ? err_nomem(e) : 0;
        full = str_fmt("%s=%s", text, value);
        if (!full)
            return err_nomem(e);
    }
    return strv_env_set(v, full ? full : text) < 0 ? err_nomem(e) : 0;
}

static int add_option(const struct source *from, const char *text, char ***v, struct err *e)
{
    if (*text == '=' || *text == '\0')
        return err_set(e, ERR_INVALID, "invalid %s \"%s\": it has no name",
                       from->from_environ ? "environment variable" : "label", text);
    return add(from, text, true, v, e);
}

/* One line of a file: comments and empty lines count for nothing, blanks before the name neither.
 */
static int add_line(const struct source *from, char *line, char ***v, struct err *e)
{
    while (isspace((unsigned char)*line))
        line++;
    if (*line == '#' || *line == '\0')
        return 0;
    size_t name = strcspn(line, "=");
    if (name == 0)
        return err_set(e, ERR_INVALID, "no variable name on line \"%s\"", line);
    for (size_t i = 0; i < name; i++)
        if (isspace((unsigned char)line[i]))
            return err_set(e, ERR_INVALID, "variable \"%.*s\" contains white space", (int)name,
                           line);
    return add(from, line, false, v, e);
}

static int add_file(const struct source *from, const char *path, char ***v, struct err *e)
{
    AUTO_FREE char *text = NULL;
    size_t len;
    int number = 0;
    int r = fs_read(AT_FDCWD, path, FILE_MAX, &text, &len, e);

    if (r < 0)
        return r;
    if (strlen(text) != len)
        return err_set(e, ERR_INVALID, "%s: not a text file", path);
    char *rest = text + (str_starts(text, "\xef\xbb\xbf") ? 3 : 0);
    for (char *line; r >= 0 && (line = strsep(&rest, "\n"));) {
        size_t end = strlen(line);
        number++;
        if (end > 0 && line[end - 1] == '\r')
            line[end - 1] = '\0';
        r = add_line(from, line, v, e);
    }
    return r < 0 ? err_wrap(e, "%s:%d", path, number) : 0;
}

static int collect(const struct source *from, char *const *files, char *const *options, char ***ret,
                   struct err *e)
{
    AUTO_STRV char **v = NULL;
    int r = 0;

    strv_foreach (file, files) {
        if (r >= 0)
            r = add_file(from, *file, &v, e);
    }
    strv_foreach (option, options) {
        if (r >= 0)
            r = add_option(from, *option, &v, e);
    }
    if (r >= 0)
        *ret = TAKE_PTR(v);
    return r;
}

int parse_env(char *const *files, char *const *options, char *const *environ, char ***ret,
              struct err *e)
{
    const struct source from = { .from_environ = true, .environ = environ };

    return collect(&from, files, options, ret, e);
}

int parse_env_apply(char ***env, char *const *own)
{
    int r = 0;

    strv_foreach (it, own) {
        if (strchr(*it, '='))
            r = r < 0 ? r : strv_env_set(env, *it);
        else
            strv_env_unset(*env, *it);
    }
    return r;
}

int parse_env_labels(char *const *files, char *const *options, char ***ret, struct err *e)
{
    const struct source from = { .from_environ = false };

    return collect(&from, files, options, ret, e);
}
