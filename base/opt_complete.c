/* SPDX-License-Identifier: MIT */
/* Completion: which words may stand where the cursor is. */
#include "base/opt_row.h"

#include "base/str.h"

void opt_words_file(void *ctx, const char *prefix, struct buf *out)
{
    buf_str(out, ":file\n");
}

void opt_words_dir(void *ctx, const char *prefix, struct buf *out)
{
    buf_str(out, ":dir\n");
}

static bool is_visible(const struct opt *o)
{
    return !(o->flags & (OPT_HIDDEN | OPT_IGNORED));
}

static void option_names(const struct opt_cmd *cmd, const char *prefix, struct buf *out)
{
    for (const struct opt *o = opt_row_next(cmd, NULL); o; o = opt_row_next(cmd, o)) {
        if (!is_visible(o))
            continue;
        if (o->name && (STREQ(prefix, "-") || str_starts(o->name, prefix + 2)))
            buf_fmt(out, "--%s\t%s\n", o->name, o->help);
        else if (o->letter && !o->name && STREQ(prefix, "-"))
            buf_fmt(out, "-%c\t%s\n", o->letter, o->help);
    }
    if (STREQ(prefix, "-") || str_starts("help", prefix + 2))
        buf_str(out, "--help\tPrint usage\n");
}

/* Candidates for an option's value, each after `lead` ("--name=" or ""). */
static void value_words(const struct opt *o, void *ctx, const char *lead, const char *prefix,
                        struct buf *out)
{
    static const char *const truth[] = { "true", "false", NULL };
    const char *const *choices = opt_row_takes_value(o) ? o->choices : truth;
    AUTO_BUF struct buf words = { 0 };

    for (; choices && *choices; choices++)
        if (str_starts(*choices, prefix))
            buf_fmt(&words, "%s\n", *choices);
    if (o->words)
        o->words(ctx, prefix, &words);
    for (const char *p = words.data; p && *p;) {
        size_t n = strcspn(p, "\n");
        buf_fmt(out, "%s%.*s\n", *p == ':' ? "" : lead, (int)n, p);
        p += n + (p[n] == '\n');
    }
}

/* The option whose value the word after `word` is, or NULL. */
static const struct opt *wants_next(const struct opt_cmd *cmd, const char *word)
{
    const struct opt *o = NULL;

    if (word[0] != '-' || word[1] == '\0')
        return NULL;
    if (word[1] == '-') {
        if (!strchr(word, '='))
            o = opt_row_by_name(cmd, word + 2, strlen(word + 2));
        return o && opt_row_takes_value(o) ? o : NULL;
    }
    for (const char *p = word + 1; *p; p++) {
        o = opt_row_by_letter(cmd, *p);
        if (!o || p[1] == '=')
            return NULL;
        if (opt_row_takes_value(o))
            return p[1] ? NULL : o;
    }
    return NULL;
}

/* Walks the finished words of a command. */
struct walk {
    const struct opt *pending; /* the last word's option waits for its value */
    size_t noperands;
    bool no_options; /* "--" or the first operand has ended them */
};

static void walk_word(struct walk *w, const struct opt_cmd *cmd, const char *word)
{
    if (w->pending) {
        w->pending = NULL;
        return;
    }
    if (!w->no_options && STREQ(word, "--")) {
        w->no_options = true;
        return;
    }
    if (!w->no_options && word[0] == '-' && word[1] != '\0') {
        w->pending = wants_next(cmd, word);
        return;
    }
    w->noperands++;
    w->no_options |= cmd->stop_at_operand;
}

static void verb_names(const struct opt_verb *verbs, const char *prefix, struct buf *out)
{
    for (const struct opt_verb *v = verbs; v->names; v++) {
        char name[32];
        if (!(v->flags & OPT_VERB_HIDDEN) &&
            str_starts(opt_verb_name(v, name, sizeof(name)), prefix))
            buf_fmt(out, "%s\t%s\n", name, v->cmd->summary);
    }
}

/* The last word, after `w`: a value, an option or an operand. */
static void last_word(const struct walk *w, const struct opt_cmd *cmd, void *ctx, const char *word,
                      struct buf *out)
{
    if (w->pending) {
        value_words(w->pending, ctx, "", word, out);
        return;
    }
    if (!w->no_options && word[0] == '-') {
        const char *eq = strchr(word, '=');
        size_t len = eq ? (size_t)(eq - word) : 0;
        const struct opt *o = len > 2 ? opt_row_by_name(cmd, word + 2, len - 2) : NULL;
        AUTO_FREE char *lead = o ? str_fmt("%.*s=", (int)len, word) : NULL;
        if (lead)
            value_words(o, ctx, lead, eq + 1, out);
        else if (!eq && (word[1] == '\0' || word[1] == '-'))
            option_names(cmd, word, out);
        return;
    }
    if (cmd->verbs)
        verb_names(cmd->verbs, word, out);
    else if (cmd->stop_at_operand && w->noperands > 0)
        buf_str(out, ":file\n");
    else if (cmd->words && (cmd->max_operands < 0 || (int)w->noperands < cmd->max_operands))
        cmd->words(ctx, word, out);
}

static const struct opt_cmd *verb_of(const struct opt_cmd *group, const char *word)
{
    for (const struct opt_verb *v = group->verbs; v && v->names; v++)
        if (opt_verb_is(v, word))
            return v->cmd;
    return NULL;
}

void opt_complete(const struct opt_program *prog, void *ctx, char *const *words, struct buf *out)
{
    const struct opt_cmd top = { .opts = prog->globals, .verbs = prog->verbs };
    const struct opt_cmd *cmd = &top;
    struct walk w = { 0 };

    if (!words || !*words)
        return;
    for (; words[1]; words++) {
        walk_word(&w, cmd, *words);
        if (cmd->verbs && w.noperands == 1) {
            cmd = verb_of(cmd, *words);
            if (!cmd)
                return;
            w = (struct walk){ 0 };
        }
    }
    last_word(&w, cmd, ctx, *words, out);
}
