/* SPDX-License-Identifier: MIT */
/* Parsing a command's options with the rules of GNU getopt_long and docker's pflag. */
#include "base/opt_row.h"

#include "base/str.h"

static const struct opt *nearest(const struct opt_cmd *cmd, const char *name, size_t len,
                                 char best[64])
{
    char word[64];

    if (len == 0 || len >= sizeof(word))
        return NULL;
    memcpy(word, name, len);
    word[len] = '\0';
    struct opt_near near = { .word = word };
    for (const struct opt *o = opt_row_next(cmd, NULL); o; o = opt_row_next(cmd, o))
        if (o->name && !(o->flags & (OPT_HIDDEN | OPT_IGNORED)))
            opt_near_offer(&near, o->name, strlen(o->name));
    opt_near_offer(&near, "help", 4);
    memcpy(best, near.best, sizeof(near.best));
    return best[0] ? opt_row_by_name(cmd, best, strlen(best)) : NULL;
}

static int unknown_name(const struct opt_cmd *cmd, const char *name, size_t len, struct err *e)
{
    char best[64] = "";

    nearest(cmd, name, len, best);
    err_set(e, ERR_USAGE, "unknown option --%.*s", (int)len, name);
    if (best[0])
        err_hint(e, "did you mean --%s?", best);
    return -ERR_USAGE;
}

static int unknown_letter(const struct opt_cmd *cmd, const char *cluster, char letter,
                          struct err *e)
{
    char best[64] = "";

    if (cluster[1] == '\0')
        return err_set(e, ERR_USAGE, "unknown option -%c", letter);
    err_set(e, ERR_USAGE, "unknown option -%c in -%s", letter, cluster);
    /* "-name" was probably meant to be "--name" */
    if (opt_row_by_name(cmd, cluster, strcspn(cluster, "=")))
        err_hint(e, "did you mean --%.*s?", (int)strcspn(cluster, "="), cluster);
    else if (strlen(cluster) > 2 && nearest(cmd, cluster, strcspn(cluster, "="), best))
        err_hint(e, "did you mean --%s?", best);
    return -ERR_USAGE;
}

/* Sets a field and, when the value is bad, says of which option. */
static int set(const struct opt *o, const char *value, void *args, struct err *e)
{
    int r = opt_row_set(o, value, args, e);

    if (r == -ERR_NOMEM || r >= 0)
        return r;
    if (o->name)
        err_wrap(e, "option --%s", o->name);
    else
        err_wrap(e, "option -%c", o->letter);
    e->kind = ERR_USAGE;
    return -ERR_USAGE;
}

struct cursor {
    const struct opt_cmd *cmd;
    char **argv;
    void *args;
    bool help;
};

/* The next word as the value of an option that has none joined to it. */
static int set_from_next(struct cursor *c, const struct opt *o, struct err *e)
{
    const char *value = *c->argv;

    if (!value && o->name)
        return err_set(e, ERR_USAGE, "option --%s needs a value", o->name);
    if (!value)
        return err_set(e, ERR_USAGE, "option -%c needs a value", o->letter);
    c->argv++;
    return set(o, value, c->args, e);
}

/* `text` is what follows "--". */
static int parse_long(struct cursor *c, const char *text, struct err *e)
{
    size_t len = strcspn(text, "=");
    const char *joined = text[len] == '=' ? text + len + 1 : NULL;
    const struct opt *o = opt_row_by_name(c->cmd, text, len);

    if (!o && len == 4 && memcmp(text, "help", 4) == 0 && !joined) {
        c->help = true;
        return 0;
    }
    if (!o)
        return unknown_name(c->cmd, text, len, e);
    if (joined)
        return set(o, joined, c->args, e);
    if (!opt_row_takes_value(o))
        return set(o, "true", c->args, e);
    return set_from_next(c, o, e);
}

/* `cluster` is what follows "-": letters of flags, then at most one option with a value. */
static int parse_letters(struct cursor *c, const char *cluster, struct err *e)
{
    for (const char *p = cluster; *p; p++) {
        const struct opt *o = opt_row_by_letter(c->cmd, *p);
        if (!o && *p == 'h') {
            c->help = true;
            return 0;
        }
        if (!o)
            return unknown_letter(c->cmd, cluster, *p, e);
        if (p[1] == '=')
            return set(o, p + 2, c->args, e);
        if (!opt_row_takes_value(o)) {
            int r = set(o, "true", c->args, e);
            if (r < 0)
                return r;
            continue;
        }
        return p[1] ? set(o, p + 1, c->args, e) : set_from_next(c, o, e);
    }
    return 0;
}

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0';
}

int opt_row_parse(const struct opt_cmd *cmd, char **argv, void *args, int *ret_noperands,
                  bool *ret_help, struct err *e)
{
    struct cursor c = { .cmd = cmd, .argv = argv, .args = args };
    char **operand = argv;

    while (*c.argv && !c.help) {
        char *word = *c.argv++;
        if (STREQ(word, "--"))
            break;
        if (!is_option(word)) {
            *operand++ = word;
            if (cmd->stop_at_operand)
                break;
            continue;
        }
        int r = word[1] == '-' ? parse_long(&c, word + 2, e) : parse_letters(&c, word + 1, e);
        if (r < 0)
            return r;
    }
    while (*c.argv)
        *operand++ = *c.argv++;
    *operand = NULL;
    *ret_noperands = (int)(operand - argv);
    *ret_help = c.help;
    return 0;
}

int opt_parse(const struct opt_cmd *cmd, char **argv, struct opt_parsed *ret, struct err *e)
{
    *ret = (struct opt_parsed){ .operands = argv };
    ret->args = calloc(1, cmd->args_size ? cmd->args_size : 1);
    if (!ret->args)
        return err_nomem(e);
    if (cmd->defaults)
        memcpy(ret->args, cmd->defaults, cmd->args_size);
    return opt_row_parse(cmd, argv, ret->args, &ret->noperands, &ret->help, e);
}

int opt_check_operands(const struct opt_cmd *cmd, const char *path, int n, struct err *e)
{
    int min = cmd->min_operands;
    int max = cmd->max_operands;

    if (n >= min && (max < 0 || n <= max))
        return 0;
    if (max == 0)
        err_set(e, ERR_USAGE, "'%s' accepts no arguments", path);
    else if (min == max)
        err_set(e, ERR_USAGE, "'%s' requires exactly %d argument%s", path, min,
                min == 1 ? "" : "s");
    else if (n < min)
        err_set(e, ERR_USAGE, "'%s' requires at least %d argument%s", path, min,
                min == 1 ? "" : "s");
    else
        err_set(e, ERR_USAGE, "'%s' requires at most %d argument%s", path, max,
                max == 1 ? "" : "s");
    return err_hint(e, "usage: %s %s", path, cmd->usage);
}

void opt_free(const struct opt_cmd *cmd, struct opt_parsed *p)
{
    if (!p->args)
        return;
    for (const struct opt *o = opt_row_next(cmd, NULL); o; o = opt_row_next(cmd, o))
        if ((o->kind == OPT_STRV || o->kind == OPT_LIST) && !(o->flags & OPT_IGNORED))
            strv_free(*(char ***)((char *)p->args + o->offset));
    free(p->args);
    p->args = NULL;
}
