/* SPDX-License-Identifier: MIT */
/* Tokens of a template's actions. */
#include "base/fmt_node.h"

#include "base/str.h"

#include <ctype.h>

struct fmt_pos fmt_lex_pos(const char *start, const char *at)
{
    struct fmt_pos pos = { .line = 1, .col = 1 };

    for (const char *p = start; p < at; p++) {
        pos.col++;
        if (*p == '\n') {
            pos.line++;
            pos.col = 1;
        }
    }
    return pos;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static const char *word_end(const struct fmt_lex *lex, const char *p)
{
    while (p < lex->end && is_word(*p))
        p++;
    return p;
}

/* One escape sequence after the backslash; returns what follows it, or NULL. */
static const char *unescape(const char *p, const char *end, struct buf *out)
{
    static const char from[] = "abfnrtv\\'\"";
    static const char to[] = "\a\b\f\n\r\t\v\\'\"";
    const char *at = p < end ? memchr(from, *p, sizeof(from) - 1) : NULL;

    if (at) {
        buf_char(out, to[at - from]);
        return p + 1;
    }
    if (end - p >= 3 && *p == 'x' && isxdigit((unsigned char)p[1]) &&
        isxdigit((unsigned char)p[2])) {
        char hex[3] = { p[1], p[2], '\0' };
        buf_char(out, (char)strtol(hex, NULL, 16));
        return p + 3;
    }
    return NULL;
}

/* "…" with escapes or `…` without; lex->at is at the quote. */
static int quoted(struct fmt_lex *lex, struct fmt_token *tok, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };
    char quote = *lex->at;
    const char *p = lex->at + 1;

    while (p && p < lex->end && *p != quote) {
        if (*p == '\\' && quote == '"') {
            p = unescape(p + 1, lex->end, &b);
            continue;
        }
        if (*p == '\n' && quote == '"')
            p = NULL;
        else
            buf_char(&b, *p++);
    }
    if (!p || p >= lex->end)
        return fmt_node_error(e, tok->pos, "unterminated or badly escaped string");
    tok->kind = FMT_TOKEN_STRING;
    tok->text = fmt_node_str(lex->t, b.data ? b.data : "", b.len);
    lex->at = p + 1;
    return tok->text && !b.failed ? 0 : err_nomem(e);
}

/* A decimal or 0x integer, or a fraction; hexadecimal becomes decimal. */
static int number(struct fmt_lex *lex, struct fmt_token *tok, struct err *e)
{
    char text[40];
    char *end;
    const char *p = lex->at + (*lex->at == '-' || *lex->at == '+');

    while (p < lex->end &&
           (is_word(*p) || *p == '.' || (str_has("+-", *p) && str_has("eE", p[-1]))))
        p++;
    snprintf(text, sizeof(text), "%.*s", (int)(p - lex->at), lex->at);
    errno = 0;
    long long whole = strtoll(text, &end, strchr(text, 'x') ? 16 : 10);
    if (*end == '\0' && errno == 0) {
        snprintf(text, sizeof(text), "%lld", whole);
    } else {
        strtod(text, &end);
        if (*end != '\0' || end == text)
            return fmt_node_error(e, tok->pos, "bad number \"%s\"", text);
    }
    tok->kind = FMT_TOKEN_NUMBER;
    tok->text = fmt_node_str(lex->t, text, strlen(text));
    lex->at = p;
    return tok->text ? 0 : err_nomem(e);
}

static int named(struct fmt_lex *lex, struct fmt_token *tok, enum fmt_token_kind kind, int skip,
                 struct err *e)
{
    const char *start = lex->at + skip;
    const char *end = word_end(lex, start);

    tok->kind = kind;
    tok->text = fmt_node_str(lex->t, start, (size_t)(end - start));
    lex->at = end;
    return tok->text ? 0 : err_nomem(e);
}

static int punctuation(struct fmt_lex *lex, struct fmt_token *tok, struct err *e)
{
    static const struct {
        const char *text;
        enum fmt_token_kind kind;
    } marks[] = {
        { "(", FMT_TOKEN_OPEN },  { ")", FMT_TOKEN_CLOSE },    { "|", FMT_TOKEN_PIPE },
        { ",", FMT_TOKEN_COMMA }, { ":=", FMT_TOKEN_DECLARE }, { "=", FMT_TOKEN_ASSIGN },
        { ".", FMT_TOKEN_DOT },
    };

    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        size_t len = strlen(marks[i].text);
        if ((size_t)(lex->end - lex->at) >= len && memcmp(lex->at, marks[i].text, len) == 0) {
            tok->kind = marks[i].kind;
            lex->at += len;
            return 0;
        }
    }
    return fmt_node_error(e, tok->pos, "unexpected \"%c\"", *lex->at);
}

int fmt_lex_next(struct fmt_lex *lex, struct fmt_token *ret, struct err *e)
{
    *ret = (struct fmt_token){ .kind = FMT_TOKEN_END };
    while (lex->at < lex->end && isspace((unsigned char)*lex->at)) {
        lex->at++;
        ret->spaced = true;
    }
    ret->pos = fmt_lex_pos(lex->start, lex->at);
    if (lex->at >= lex->end)
        return 0;
    char c = lex->at[0];
    char next = lex->at + 1 < lex->end ? lex->at[1] : '\0';
    bool digit = isdigit((unsigned char)c);
    if (c == '"' || c == '`')
        return quoted(lex, ret, e);
    if (digit || (str_has("-+.", c) && isdigit((unsigned char)next)))
        return number(lex, ret, e);
    if (c == '.' && is_word(next))
        return named(lex, ret, FMT_TOKEN_FIELD, 1, e);
    if (c == '$')
        return named(lex, ret, FMT_TOKEN_VAR, 1, e);
    if (is_word(c))
        return named(lex, ret, FMT_TOKEN_WORD, 0, e);
    return punctuation(lex, ret, e);
}
