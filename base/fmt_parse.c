/* SPDX-License-Identifier: MIT */
/* Parsing templates into nodes. */
#include "base/fmt_node.h"

#include "base/str.h"

#include <ctype.h>

struct parser {
    struct fmt_template *t;
    const char *at; /* in the text between actions */
    bool trim_next; /* the last action ended in " -}}" */
    struct fmt_lex lex;
    struct fmt_token tok; /* the next one, not yet consumed */
    int depth;
    struct err *e;
};

static int advance(struct parser *p)
{
    return fmt_lex_next(&p->lex, &p->tok, p->e);
}

static bool is_keyword(const struct parser *p, const char *word)
{
    return p->tok.kind == FMT_TOKEN_WORD && STREQ(p->tok.text, word);
}

static int unexpected(struct parser *p, const char *where)
{
    static const char *const names[] = {
        [FMT_TOKEN_END] = "}}",     [FMT_TOKEN_DOT] = ".",    [FMT_TOKEN_OPEN] = "(",
        [FMT_TOKEN_CLOSE] = ")",    [FMT_TOKEN_PIPE] = "|",   [FMT_TOKEN_COMMA] = ",",
        [FMT_TOKEN_DECLARE] = ":=", [FMT_TOKEN_ASSIGN] = "=",
    };
    const char *text = p->tok.text ? p->tok.text : names[p->tok.kind];

    return fmt_node_error(p->e, p->tok.pos, "unexpected \"%s\" in %s", text, where);
}

static int parse_pipe(struct parser *p, struct fmt_pipe **ret);

/* .A.B that touches what stands before it. */
static int parse_fields(struct parser *p, struct fmt_operand *o)
{
    struct fmt_name **tail = &o->fields;

    while (*tail)
        tail = &(*tail)->next;
    while (p->tok.kind == FMT_TOKEN_FIELD && !p->tok.spaced) {
        *tail = fmt_node_alloc(p->t, sizeof(**tail));
        if (!*tail)
            return err_nomem(p->e);
        (*tail)->name = p->tok.text;
        tail = &(*tail)->next;
        int r = advance(p);
        if (r < 0)
            return r;
    }
    return 0;
}

static int parse_parens(struct parser *p, struct fmt_operand *o)
{
    int r = advance(p);

    if (r < 0)
        return r;
    if (++p->depth > FMT_DEPTH_MAX)
        return fmt_node_error(p->e, p->tok.pos, "nested too deep");
    r = parse_pipe(p, &o->pipe);
    if (r < 0)
        return r;
    p->depth--;
    if (p->tok.kind != FMT_TOKEN_CLOSE)
        return unexpected(p, "parentheses");
    o->kind = FMT_OPERAND_PIPE;
    return 0;
}

static void word_operand(struct fmt_operand *o, const char *word)
{
    static const struct {
        const char *word;
        enum json_type type;
    } constants[] = { { "true", JSON_TRUE }, { "false", JSON_FALSE }, { "nil", JSON_NULL } };

    o->kind = FMT_OPERAND_FUNC;
    o->name = word;
    for (size_t i = 0; i < ARRAY_LEN(constants); i++) {
        if (STREQ(word, constants[i].word)) {
            o->kind = FMT_OPERAND_VALUE;
            o->value.type = constants[i].type;
        }
    }
}

/* A literal keeps the token's text, which lives in the template's memory and is never written. */
static void literal_operand(struct fmt_operand *o, const struct fmt_token *tok)
{
    o->kind = FMT_OPERAND_VALUE;
    o->value.type = tok->kind == FMT_TOKEN_STRING ? JSON_STRING : JSON_NUMBER;
    o->value.text = (char *)tok->text;
}

static bool starts_operand(enum fmt_token_kind kind)
{
    return kind >= FMT_TOKEN_DOT && kind <= FMT_TOKEN_OPEN;
}

static int parse_operand(struct parser *p, struct fmt_operand **ret)
{
    struct fmt_operand *o = fmt_node_alloc(p->t, sizeof(*o));
    int r = 0;

    if (!o)
        return err_nomem(p->e);
    *ret = o;
    o->pos = p->tok.pos;
    if (p->tok.kind == FMT_TOKEN_FIELD) {
        p->tok.spaced = false;
        return parse_fields(p, o);
    }
    if (p->tok.kind == FMT_TOKEN_VAR) {
        o->kind = FMT_OPERAND_VAR;
        o->name = p->tok.text;
    } else if (p->tok.kind == FMT_TOKEN_WORD) {
        word_operand(o, p->tok.text);
    } else if (p->tok.kind == FMT_TOKEN_OPEN) {
        r = parse_parens(p, o);
    } else if (p->tok.kind != FMT_TOKEN_DOT) {
        literal_operand(o, &p->tok);
    }
    if (r < 0)
        return r;
    r = advance(p);
    return r < 0 ? r : parse_fields(p, o);
}

static int parse_command(struct parser *p, struct fmt_command **ret)
{
    struct fmt_command *c = fmt_node_alloc(p->t, sizeof(*c));

    if (!c)
        return err_nomem(p->e);
    *ret = c;
    struct fmt_operand **tail = &c->operands;
    if (!starts_operand(p->tok.kind))
        return unexpected(p, "command");
    while (starts_operand(p->tok.kind)) {
        int r = parse_operand(p, tail);
        if (r < 0)
            return r;
        tail = &(*tail)->next;
    }
    return 0;
}

/* "$x :=", "$x =", "$i, $x :=" before a pipe; p is left as it was when there is none. */
static int parse_declaration(struct parser *p, struct fmt_pipe *pipe)
{
    struct parser saved = *p;

    while (p->tok.kind == FMT_TOKEN_VAR && pipe->nvars < 2) {
        pipe->vars[pipe->nvars++] = p->tok.text;
        int r = advance(p);
        if (r < 0)
            return r;
        bool done = p->tok.kind == FMT_TOKEN_DECLARE || p->tok.kind == FMT_TOKEN_ASSIGN;
        if (done)
            pipe->assign = p->tok.kind == FMT_TOKEN_ASSIGN;
        else if (p->tok.kind != FMT_TOKEN_COMMA)
            break;
        r = advance(p);
        if (r < 0 || done)
            return r;
    }
    *p = saved;
    pipe->nvars = 0;
    return 0;
}

static int parse_pipe(struct parser *p, struct fmt_pipe **ret)
{
    struct fmt_pipe *pipe = fmt_node_alloc(p->t, sizeof(*pipe));

    if (!pipe)
        return err_nomem(p->e);
    *ret = pipe;
    pipe->pos = p->tok.pos;
    int r = parse_declaration(p, pipe);
    struct fmt_command **tail = &pipe->commands;
    while (r >= 0) {
        r = parse_command(p, tail);
        if (r < 0 || p->tok.kind != FMT_TOKEN_PIPE)
            return r;
        tail = &(*tail)->next;
        r = advance(p);
    }
    return r;
}

static int end_of_action(struct parser *p)
{
    return p->tok.kind == FMT_TOKEN_END ? 0 : unexpected(p, "action");
}

/* The end of a {{…}} that starts at `p` (after the braces), quotes and comments respected. */
static const char *action_end(const char *p)
{
    char quote = '\0';

    for (; *p; p++) {
        if (quote == '\0' && p[0] == '}' && p[1] == '}')
            return p;
        if (quote == '"' && *p == '\\' && p[1])
            p++;
        else if (quote && *p == quote)
            quote = '\0';
        else if (!quote && (*p == '"' || *p == '`'))
            quote = *p;
    }
    return NULL;
}

/* What follows a comment that starts at p, or NULL when none does. */
static const char *comment_end(const char *p)
{
    if (p[0] != '/' || p[1] != '*')
        return NULL;
    const char *end = strstr(p, "*/");
    return end ? end + 2 : NULL;
}

static int add_node(struct parser *p, struct fmt_node ***tail, enum fmt_node_kind kind)
{
    struct fmt_node *n = fmt_node_alloc(p->t, sizeof(*n));

    if (!n)
        return err_nomem(p->e);
    n->kind = kind;
    **tail = n;
    *tail = &n->next;
    return 0;
}

/* Text up to the next action; the trim markers of both neighbours take their share. */
static int add_text(struct parser *p, const char *start, const char *end, bool trim_end,
                    struct fmt_node ***tail)
{
    while (p->trim_next && start < end && isspace((unsigned char)*start))
        start++;
    while (trim_end && end > start && isspace((unsigned char)end[-1]))
        end--;
    if (start == end)
        return 0;
    struct fmt_node **at = *tail;
    int r = add_node(p, tail, FMT_NODE_TEXT);
    if (r < 0)
        return r;
    (*at)->text = start;
    (*at)->len = (size_t)(end - start);
    return 0;
}

/*
 * Goes to the next action: adds the text before it and lexes its first token. Returns 0 at the end
 * of the template, 1 inside an action; comments are skipped.
 */
static int next_action(struct parser *p, struct fmt_node ***tail)
{
    for (;;) {
        const char *open = strstr(p->at, "{{");
        const char *inside = open ? open + 2 : p->at + strlen(p->at);
        bool trim = open && inside[0] == '-' && isspace((unsigned char)inside[1]);
        int r = add_text(p, p->at, open ? open : inside, trim, tail);
        if (r < 0)
            return r;
        p->trim_next = false;
        p->at = inside;
        if (!open)
            return 0;
        inside += trim ? 2 : 0;
        const char *comment = comment_end(inside + (trim ? strspn(inside, " \t\r\n") : 0));
        const char *end = action_end(comment ? comment : inside);
        if (!end)
            return fmt_node_error(p->e, fmt_lex_pos(p->t->text, open), "unclosed action");
        p->trim_next = end - inside >= 2 && end[-1] == '-' && isspace((unsigned char)end[-2]);
        p->at = end + 2;
        if (comment)
            continue;
        p->lex.at = inside;
        p->lex.end = p->trim_next ? end - 1 : end;
        r = advance(p);
        return r < 0 ? r : 1;
    }
}

static int parse_nodes(struct parser *p, struct fmt_node **list, bool in_block);

static enum fmt_node_kind block_kind(const struct parser *p)
{
    static const struct {
        const char *word;
        enum fmt_node_kind kind;
    } blocks[] = {
        { "if", FMT_NODE_IF },
        { "with", FMT_NODE_WITH },
        { "range", FMT_NODE_RANGE },
    };

    for (size_t i = 0; i < ARRAY_LEN(blocks); i++)
        if (is_keyword(p, blocks[i].word))
            return blocks[i].kind;
    return FMT_NODE_PRINT;
}

/* {{if …}} and its like, from the keyword to behind {{end}}. */
static int parse_block(struct parser *p, struct fmt_node *n)
{
    int r = advance(p);

    if (r < 0)
        return r;
    if (++p->depth > FMT_DEPTH_MAX)
        return fmt_node_error(p->e, p->tok.pos, "nested too deep");
    r = parse_pipe(p, &n->pipe);
    if (r >= 0)
        r = end_of_action(p);
    if (r >= 0)
        r = parse_nodes(p, &n->body, true);
    if (r < 0)
        return r;
    if (is_keyword(p, "else")) {
        r = advance(p);
        if (r < 0)
            return r;
        enum fmt_node_kind kind = block_kind(p);
        if (kind != FMT_NODE_PRINT) { /* {{else if …}}: one {{end}} closes both */
            struct fmt_node **tail = &n->orelse;
            r = add_node(p, &tail, kind);
            r = r < 0 ? r : parse_block(p, n->orelse);
            p->depth--;
            return r;
        }
        r = end_of_action(p);
        if (r >= 0)
            r = parse_nodes(p, &n->orelse, true);
        if (r < 0)
            return r;
        if (is_keyword(p, "else"))
            return unexpected(p, "block");
    }
    p->depth--;
    r = advance(p);
    return r < 0 ? r : end_of_action(p);
}

/* Nodes up to the end of the template, or, in a block, up to {{else …}} or {{end}}, whose keyword
 * is then the current token. */
static int parse_nodes(struct parser *p, struct fmt_node **list, bool in_block)
{
    struct fmt_node **tail = list;

    for (;;) {
        int r = next_action(p, &tail);
        if (r < 0)
            return r;
        if (r == 0 && in_block)
            return fmt_node_error(p->e, fmt_lex_pos(p->t->text, p->at),
                                  "unexpected end: {{end}} is missing");
        if (r == 0)
            return 0;
        if (is_keyword(p, "end") || is_keyword(p, "else"))
            return in_block ? 0 : unexpected(p, "template");
        enum fmt_node_kind kind = block_kind(p);
        struct fmt_node **node = tail;
        r = add_node(p, &tail, kind);
        if (r >= 0 && kind != FMT_NODE_PRINT) {
            r = parse_block(p, *node);
        } else if (r >= 0) {
            r = parse_pipe(p, &(*node)->pipe);
            if (r >= 0)
                r = end_of_action(p);
        }
        if (r < 0)
            return r;
    }
}

int fmt_parse(const char *text, struct fmt_template **ret, struct err *e)
{
    CLEANUP(fmt_template) struct fmt_template *t = calloc(1, sizeof(*t));

    if (!t)
        return err_nomem(e);
    t->text = fmt_node_str(t, text, strlen(text));
    if (!t->text)
        return err_nomem(e);
    struct parser p = { .t = t, .at = t->text, .e = e };
    p.lex = (struct fmt_lex){ .t = t, .start = t->text };
    int r = parse_nodes(&p, &t->nodes, false);
    if (r < 0)
        return r;
    *ret = TAKE_PTR(t);
    return 0;
}
