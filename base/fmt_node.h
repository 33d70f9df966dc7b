/* SPDX-License-Identifier: MIT */
/* A parsed template: its tokens, nodes and memory. For base/fmt_*.c. */
#pragma once

#include "base/fmt.h"
#include "base/json_value.h"

#include <stdbool.h>

/* How deep blocks and parentheses may nest. */
#define FMT_DEPTH_MAX 64

struct fmt_pos {
    int line; /* from 1 */
    int col;
};

enum fmt_token_kind {
    FMT_TOKEN_END, /* of the action */
    FMT_TOKEN_DOT,
    FMT_TOKEN_FIELD, /* text: the name without its dot */
    FMT_TOKEN_VAR,   /* text: the name without "$" */
    FMT_TOKEN_WORD,
    FMT_TOKEN_STRING, /* text: unquoted */
    FMT_TOKEN_NUMBER,
    FMT_TOKEN_OPEN,
    FMT_TOKEN_CLOSE,
    FMT_TOKEN_PIPE,
    FMT_TOKEN_COMMA,
    FMT_TOKEN_DECLARE, /* := */
    FMT_TOKEN_ASSIGN,  /* = */
};

struct fmt_token {
    enum fmt_token_kind kind;
    const char *text; /* in the template's memory */
    struct fmt_pos pos;
    bool spaced; /* white space stands before it */
};

/* The inside of one {{…}}: `text` up to `end`. */
struct fmt_lex {
    struct fmt_template *t;
    const char *start; /* of the whole template */
    const char *at;
    const char *end;
};

/* Reads the next token. ERR_INVALID. */
int fmt_lex_next(struct fmt_lex *lex, struct fmt_token *ret, struct err *e);
struct fmt_pos fmt_lex_pos(const char *start, const char *at);

enum fmt_operand_kind {
    FMT_OPERAND_DOT,
    FMT_OPERAND_VAR,   /* name; "" is $ */
    FMT_OPERAND_FUNC,  /* name */
    FMT_OPERAND_VALUE, /* a literal */
    FMT_OPERAND_PIPE,  /* in parentheses */
};

struct fmt_name {
    struct fmt_name *next;
    const char *name;
};

struct fmt_operand {
    struct fmt_operand *next;
    enum fmt_operand_kind kind;
    const char *name;
    struct json_value value;
    struct fmt_pipe *pipe;
    struct fmt_name *fields; /* .A.B behind it */
    struct fmt_pos pos;
};

/* One command of a pipe: a value, or a function or method and its arguments. */
struct fmt_command {
    struct fmt_command *next;
    struct fmt_operand *operands;
};

struct fmt_pipe {
    const char *vars[2];
    int nvars;
    bool assign; /* "=" and not ":=" */
    struct fmt_command *commands;
    struct fmt_pos pos;
};

enum fmt_node_kind { FMT_NODE_TEXT, FMT_NODE_PRINT, FMT_NODE_IF, FMT_NODE_WITH, FMT_NODE_RANGE };

struct fmt_node {
    struct fmt_node *next;
    enum fmt_node_kind kind;
    const char *text;
    size_t len;
    struct fmt_pipe *pipe;
    struct fmt_node *body;
    struct fmt_node *orelse;
};

struct fmt_template {
    struct fmt_chunk *chunks;
    const char *text; /* a copy of the source */
    struct fmt_node *nodes;
};

/* Zeroed memory that lives as long as the template; NULL when it ran out. */
void *fmt_node_alloc(struct fmt_template *t, size_t size);
const char *fmt_node_str(struct fmt_template *t, const char *s, size_t len);

/* ERR_INVALID "template: LINE:COL: …". */
__attribute__((format(printf, 3, 4))) int fmt_node_error(struct err *e, struct fmt_pos pos,
                                                         const char *fmt, ...);
