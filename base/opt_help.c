/* SPDX-License-Identifier: MIT */
/* --help, generated from the tables. */
#include "base/opt_row.h"

#include "base/str.h"

#define GAP      3
#define MIN_TEXT 30 /* narrower columns of text are not wrapped */
#define MAX_LEFT 34 /* an option longer than this pushes its text to the next line */

/* Text in a column that starts at `left`; `at` is where the line is now. */
static void wrap(struct buf *out, const char *text, size_t at, size_t left, size_t width)
{
    if (at + GAP > left) {
        buf_char(out, '\n');
        at = 0;
    }
    buf_fmt(out, "%*s", (int)(left - at), "");
    if (width < left + MIN_TEXT) {
        buf_fmt(out, "%s\n", text);
        return;
    }
    size_t room = width - left - 1;
    while (strlen(text) > room) {
        size_t n = room;
        while (n > 0 && text[n] != ' ')
            n--;
        if (n == 0)
            n = strcspn(text, " ");
        buf_fmt(out, "%.*s\n%*s", (int)n, text, (int)left, "");
        text += n;
        text += strspn(text, " ");
    }
    buf_fmt(out, "%s\n", text);
}

static void option_left(const struct opt *o, struct buf *out)
{
    if (o->letter && o->name)
        buf_fmt(out, "  -%c, --%s", o->letter, o->name);
    else if (o->letter)
        buf_fmt(out, "  -%c", o->letter);
    else
        buf_fmt(out, "      --%s", o->name);
    if (opt_row_takes_value(o))
        buf_fmt(out, " %s", opt_row_arg(o));
}

static bool is_visible(const struct opt *o)
{
    return !(o->flags & (OPT_HIDDEN | OPT_IGNORED));
}

static size_t options_width(const struct opt_cmd *cmd)
{
    size_t left = 0;

    for (const struct opt *o = opt_row_next(cmd, NULL); o; o = opt_row_next(cmd, o)) {
        AUTO_BUF struct buf b = { 0 };
        option_left(o, &b);
        if (is_visible(o) && b.len > left && b.len <= MAX_LEFT)
            left = b.len;
    }
    return left + GAP;
}

static int by_name(const void *a, const void *b)
{
    const struct opt *x = *(const struct opt *const *)a;
    const struct opt *y = *(const struct opt *const *)b;

    return strcmp(x->name ? x->name : "", y->name ? y->name : "");
}

/* The visible rows of all tables in alphabetical order. */
static size_t sorted(const struct opt_cmd *cmd, const struct opt **rows, size_t max)
{
    size_t n = 0;

    for (const struct opt *o = opt_row_next(cmd, NULL); o && n < max; o = opt_row_next(cmd, o))
        if (is_visible(o))
            rows[n++] = o;
    qsort(rows, n, sizeof(*rows), by_name);
    return n;
}

static void options(const struct opt_cmd *cmd, const char *title, size_t width, struct buf *out)
{
    const struct opt *rows[160];
    size_t n = sorted(cmd, rows, ARRAY_LEN(rows));
    size_t left = options_width(cmd);

    if (n == 0)
        return;
    buf_fmt(out, "\n%s:\n", title);
    for (size_t i = 0; i < n; i++) {
        AUTO_BUF struct buf b = { 0 };
        option_left(rows[i], &b);
        buf_add(out, b.data, b.len);
        wrap(out, rows[i]->help, b.len, left, width);
    }
}

static bool is_in_section(const struct opt_verb *v, int section)
{
    enum { COMMON, GROUPS, OTHERS };

    if (v->flags & OPT_VERB_HIDDEN)
        return false;
    if (v->flags & OPT_VERB_COMMON)
        return section == COMMON;
    return section == (v->cmd->verbs ? GROUPS : OTHERS);
}

static void verbs(const struct opt_verb *table, size_t width, struct buf *out)
{
    static const char *const titles[] = { "Common Commands", "Management Commands", "Commands" };
    char name[32];
    size_t left = 0;

    for (const struct opt_verb *v = table; v->names; v++) {
        size_t n = strlen(opt_verb_name(v, name, sizeof(name)));
        left = n > left ? n : left;
    }
    for (int section = 0; section < (int)ARRAY_LEN(titles); section++) {
        bool any = false;
        for (const struct opt_verb *v = table; v->names; v++) {
            if (!is_in_section(v, section))
                continue;
            if (!any)
                buf_fmt(out, "\n%s:\n", titles[section]);
            any = true;
            size_t at = out->len;
            buf_fmt(out, "  %s", opt_verb_name(v, name, sizeof(name)));
            wrap(out, v->cmd->summary, out->len - at, left + 2 + GAP, width);
        }
    }
}

void opt_help_program(const struct opt_program *prog, size_t width, struct buf *out)
{
    const struct opt_cmd top = { .opts = prog->globals };

    buf_fmt(out, "Usage:  %s [OPTIONS] COMMAND\n\n%s\n", prog->name, prog->summary);
    verbs(prog->verbs, width, out);
    options(&top, "Global Options", width, out);
    buf_fmt(out, "\nRun '%s COMMAND --help' for more information on a command.\n", prog->name);
}

/* Every other place in the tree where the command is found: "hako container ls, hako ps". */
static void add_aliases(const struct opt_verb *table, const char *above, const struct opt_cmd *cmd,
                        struct buf *out)
{
    for (const struct opt_verb *v = table; v->names; v++) {
        if (v->flags & OPT_VERB_HIDDEN)
            continue;
        for (const char *p = v->names; *p; p += strspn(p, " ")) {
            size_t n = strcspn(p, " ");
            if (v->cmd == cmd)
                buf_fmt(out, "%s%s %.*s", out->len ? ", " : "", above, (int)n, p);
            p += n;
        }
        if (v->cmd->verbs) {
            char name[32];
            char path[96];
            snprintf(path, sizeof(path), "%s %s", above, opt_verb_name(v, name, sizeof(name)));
            add_aliases(v->cmd->verbs, path, cmd, out);
        }
    }
}

void opt_help(const struct opt_program *prog, const struct opt_cmd *cmd, const char *path,
              size_t width, struct buf *out)
{
    AUTO_BUF struct buf aliases = { 0 };

    buf_fmt(out, "Usage:  %s %s\n\n%s\n", path, cmd->verbs ? "COMMAND" : cmd->usage, cmd->summary);
    add_aliases(prog->verbs, prog->name, cmd, &aliases);
    if (aliases.data && strchr(aliases.data, ','))
        buf_fmt(out, "\nAliases:\n  %s\n", aliases.data);
    if (cmd->verbs) {
        verbs(cmd->verbs, width, out);
        buf_fmt(out, "\nRun '%s COMMAND --help' for more information on a command.\n", path);
    }
    options(cmd, "Options", width, out);
}
