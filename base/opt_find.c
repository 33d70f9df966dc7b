/* SPDX-License-Identifier: MIT */
/* Finding the command that a command line names. */
#include "base/opt_row.h"

#include "base/str.h"

bool opt_verb_is(const struct opt_verb *v, const char *name)
{
    return opt_row_in_list(v->names, name, strlen(name));
}

const char *opt_verb_name(const struct opt_verb *v, char *buf, size_t len)
{
    snprintf(buf, len, "%.*s", (int)strcspn(v->names, " "), v->names);
    return buf;
}

static const struct opt_verb *find_verb(const struct opt_verb *verbs, const char *name)
{
    for (const struct opt_verb *v = verbs; v->names; v++)
        if (opt_verb_is(v, name))
            return v;
    return NULL;
}

static void add_to_path(struct opt_match *m, const char *word)
{
    size_t len = strlen(m->path);

    snprintf(m->path + len, sizeof(m->path) - len, "%s%s", len ? " " : "", word);
}

static int unknown_verb(const struct opt_verb *verbs, const struct opt_match *m, const char *word,
                        struct err *e)
{
    struct opt_near near = { .word = word };

    for (const struct opt_verb *v = verbs; v->names; v++) {
        if (v->flags & OPT_VERB_HIDDEN)
            continue;
        for (const char *p = v->names; *p; p += strspn(p, " ")) {
            size_t n = strcspn(p, " ");
            opt_near_offer(&near, p, n);
            p += n;
        }
    }
    err_set(e, ERR_NOT_FOUND, "'%s' is not a command of %s", word, m->path);
    if (near.best[0])
        err_hint(e, "did you mean '%s %s'?", m->path, near.best);
    return -ERR_NOT_FOUND;
}

/* Descends into groups as long as words name something. */
static int descend(const struct opt_program *prog, struct opt_match *m, struct err *e)
{
    const struct opt_verb *verbs = prog->verbs;

    while (verbs && *m->argv && !m->help) {
        const char *word = *m->argv;
        if (STREQ(word, "--help") || STREQ(word, "-h")) {
            m->help = true;
            return 0;
        }
        if (word[0] == '-') {
            err_set(e, ERR_USAGE, "unknown option %s", word);
            return -ERR_USAGE;
        }
        const struct opt_verb *v = find_verb(verbs, word);
        if (!v)
            return unknown_verb(verbs, m, word, e);
        add_to_path(m, word);
        m->cmd = v->cmd;
        m->argv++;
        verbs = v->cmd->verbs;
    }
    return 0;
}

int opt_find(const struct opt_program *prog, char **argv, void *globals, struct opt_match *ret,
             struct err *e)
{
    const struct opt_cmd top = { .opts = prog->globals, .stop_at_operand = true };
    struct opt_match m = { .argv = argv };
    bool help = false;
    int n;

    add_to_path(&m, prog->name);
    *ret = m;
    int r = opt_row_parse(&top, argv, globals, &n, &help, e);
    if (r < 0)
        return r;
    r = descend(prog, &m, e);
    m.help |= help;
    *ret = m;
    return r;
}

const struct opt_cmd *opt_lookup(const struct opt_program *prog, char *const *words)
{
    const struct opt_verb *verbs = prog->verbs;
    const struct opt_cmd *cmd = NULL;

    strv_foreach (w, words) {
        const struct opt_verb *v = verbs ? find_verb(verbs, *w) : NULL;
        if (!v)
            return NULL;
        cmd = v->cmd;
        verbs = cmd->verbs;
    }
    return cmd;
}
