/* SPDX-License-Identifier: MIT */
/* The tables as text for the man-page check, and a check of the tables themselves. */
#include "base/opt_row.h"

#include "base/str.h"

#include <ctype.h>

void opt_dump(const struct opt_cmd *cmd, struct buf *out)
{
    for (const struct opt *o = opt_row_next(cmd, NULL); o; o = opt_row_next(cmd, o)) {
        if (o->flags & (OPT_HIDDEN | OPT_IGNORED))
            continue;
        if (o->letter)
            buf_fmt(out, "-%c%s", o->letter, o->name ? ", " : "");
        if (o->name)
            buf_fmt(out, "--%s", o->name);
        for (const char *p = o->aliases; p && *p; p += strspn(p, " ")) {
            size_t n = strcspn(p, " ");
            buf_fmt(out, ", --%.*s", (int)n, p);
            p += n;
        }
        buf_fmt(out, "\t%s\t%s\n", opt_row_kind(o), opt_row_arg(o));
    }
}

static const char *row_error(const struct opt *o)
{
    if (o->kind < OPT_FLAG || o->kind > OPT_CALL)
        return "has no kind";
    if (o->flags & OPT_IGNORED)
        return NULL;
    if (opt_row_size(o) && o->size != opt_row_size(o))
        return "has a field of another size than its kind needs";
    if (o->kind == OPT_CALL && !o->parse)
        return "has no parse function";
    if (o->kind == OPT_ENUM && !o->choices)
        return "has no choices";
    if (o->flags & OPT_HIDDEN)
        return NULL;
    if (str_empty(o->help) || !isupper((unsigned char)*o->help) || str_ends(o->help, "."))
        return "needs a help line that starts with a capital and has no full stop";
    return NULL;
}

static bool is_twice(const struct opt_cmd *cmd, const struct opt *o)
{
    if (o->letter && opt_row_by_letter(cmd, o->letter) != o)
        return true;
    return o->name && opt_row_by_name(cmd, o->name, strlen(o->name)) != o;
}

static const char *error_text(const char *what, const char *why)
{
    static char text[200];

    snprintf(text, sizeof(text), "%s %s", what, why);
    return text;
}

const char *opt_table_error(const struct opt_cmd *cmd)
{
    if (cmd->verbs && (cmd->run || cmd->opts))
        return error_text(cmd->summary, "is a group and a command");
    if (str_empty(cmd->summary))
        return "a command has no summary";
    if (!cmd->verbs && (!cmd->run || !cmd->usage))
        return error_text(cmd->summary, "has no run function or no usage");
    for (const struct opt *o = opt_row_next(cmd, NULL); o; o = opt_row_next(cmd, o)) {
        char letter[2] = { o->letter, '\0' };
        const char *name = o->name ? o->name : letter;
        const char *why = row_error(o);
        if (why)
            return error_text(name, why);
        if (o->offset + o->size > cmd->args_size)
            return error_text(name, "lies outside the args struct");
        if (is_twice(cmd, o))
            return error_text(name, "is there twice");
    }
    return NULL;
}
