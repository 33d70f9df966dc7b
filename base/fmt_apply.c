/* SPDX-License-Identifier: MIT */
/* Applying a template to a value. */
#include "base/fmt_func.h"
#include "base/fmt_node.h"

#include "base/str.h"

#include <ctype.h>

typedef const struct json_value value;

#define VARS_MAX 64

struct eval {
    value *root;
    const struct fmt_method *methods;
    struct {
        const char *name;
        value *value;
    } vars[VARS_MAX];
    size_t nvars;
    struct fmt_made made;
    struct buf *out;
    struct err *e;
};

static int eval_pipe(struct eval *ev, const struct fmt_pipe *pipe, value *dot, value **ret);
static int eval_nodes(struct eval *ev, const struct fmt_node *n, value *dot);

/* A field of an object. Go refuses names that a struct lacks and lets maps lack them; a name that
 * starts with a capital is taken for a struct's. */
static int eval_field(struct eval *ev, value *v, const char *name, struct fmt_pos pos, value **ret)
{
    if (!v || v->type == JSON_NULL)
        return fmt_node_error(ev->e, pos, "nothing here that could have a field .%s", name);
    if (v->type != JSON_OBJECT)
        return fmt_node_error(ev->e, pos, "can't evaluate field %s: not an object", name);
    *ret = json_value_get(v, name);
    if (!*ret && isupper((unsigned char)*name))
        return fmt_node_error(ev->e, pos, "map has no entry for key \"%s\"", name);
    return 0;
}

static int eval_var(struct eval *ev, const struct fmt_operand *o, value **ret)
{
    if (*o->name == '\0') {
        *ret = ev->root;
        return 0;
    }
    for (size_t i = ev->nvars; i > 0; i--) {
        if (STREQ(ev->vars[i - 1].name, o->name)) {
            *ret = ev->vars[i - 1].value;
            return 0;
        }
    }
    return fmt_node_error(ev->e, o->pos, "undefined variable \"$%s\"", o->name);
}

static int eval_call(struct eval *ev, const struct fmt_operand *first, value *dot,
                     value *const *piped, value **ret);

/* An operand's value up to, not including, the field `stop` (NULL: all of them). */
static int eval_operand(struct eval *ev, const struct fmt_operand *o, value *dot,
                        const struct fmt_name *stop, value **ret)
{
    int r = 0;
    value *v = dot;

    switch (o->kind) {
    case FMT_OPERAND_DOT: break;
    case FMT_OPERAND_VAR: r = eval_var(ev, o, &v); break;
    case FMT_OPERAND_VALUE: v = &o->value; break;
    case FMT_OPERAND_PIPE: r = eval_pipe(ev, o->pipe, dot, &v); break;
    case FMT_OPERAND_FUNC: {
        struct fmt_operand alone = *o;
        alone.next = NULL;
        r = eval_call(ev, &alone, dot, NULL, &v);
        break;
    }
    }
    for (const struct fmt_name *f = o->fields; r >= 0 && f != stop; f = f->next)
        r = eval_field(ev, v, f->name, o->pos, &v);
    if (r >= 0)
        *ret = v;
    return r;
}

/* `and` and `or` look no further than the argument that decides. */
static bool decides(const char *func, value *v)
{
    return STREQ(func, "and") ? !fmt_value_truth(v) : STREQ(func, "or") && fmt_value_truth(v);
}

/* A function with its arguments; a piped value is the last of them. */
static int eval_call(struct eval *ev, const struct fmt_operand *first, value *dot,
                     value *const *piped, value **ret)
{
    const struct fmt_func *f = fmt_func_find(first->name);
    value *args[FMT_ARGS_MAX];
    size_t n = 0;
    bool decided = false;

    if (!f)
        return fmt_node_error(ev->e, first->pos, "function \"%s\" not defined", first->name);
    for (const struct fmt_operand *o = first->next; o && !decided; o = o->next) {
        if (n == FMT_ARGS_MAX - 1)
            return fmt_node_error(ev->e, o->pos, "too many arguments for %s", f->name);
        int r = eval_operand(ev, o, dot, NULL, &args[n]);
        if (r < 0)
            return r;
        decided = decides(f->name, args[n++]);
    }
    if (piped && !decided)
        args[n++] = *piped;
    if (n < f->min_args || n > f->max_args)
        return fmt_node_error(ev->e, first->pos, "wrong number of args for %s: want %zu, got %zu",
                              f->name, n < f->min_args ? f->min_args : f->max_args, n);
    int r = f->call(&ev->made, args, n, ret, ev->e);
    if (r < 0 && r != -ERR_NOMEM)
        return err_wrap(ev->e, "template: %d:%d", first->pos.line, first->pos.col);
    return r;
}

/* {{.Label "x"}}: the last field is a method of what stands before it. */
static int eval_method(struct eval *ev, const struct fmt_operand *first, value *dot,
                       value *const *piped, value **ret)
{
    const struct fmt_name *last = first->fields;
    const struct fmt_method *m = ev->methods;
    AUTO_BUF struct buf b = { 0 };
    value *arg = piped ? *piped : NULL;
    int r = 0;

    while (last && last->next)
        last = last->next;
    while (m && m->name && last && !STREQ(m->name, last->name))
        m++;
    if (!last || !m || !m->name)
        return fmt_node_error(ev->e, first->pos, "%s%s is not a method but has arguments",
                              last ? "." : "", last ? last->name : "this value");
    if (first->next)
        r = eval_operand(ev, first->next, dot, NULL, &arg);
    if (r < 0)
        return r;
    const char *text = json_value_str(arg);
    if (!text || (first->next && (first->next->next || piped)))
        return fmt_node_error(ev->e, first->pos, ".%s takes one string", m->name);
    value *self;
    r = eval_operand(ev, first, dot, last, &self);
    if (r >= 0)
        r = m->call(self, text, &b, ev->e);
    if (r < 0)
        return r;
    *ret = fmt_value_text(&ev->made, JSON_STRING, &b);
    return *ret ? 0 : err_nomem(ev->e);
}

static int eval_command(struct eval *ev, const struct fmt_command *c, value *dot,
                        value *const *piped, value **ret)
{
    const struct fmt_operand *first = c->operands;

    if (first->kind == FMT_OPERAND_FUNC && !first->fields)
        return eval_call(ev, first, dot, piped, ret);
    if (first->next || piped)
        return eval_method(ev, first, dot, piped, ret);
    return eval_operand(ev, first, dot, NULL, ret);
}

static int declare(struct eval *ev, const char *name, value *v, struct fmt_pos pos)
{
    if (ev->nvars == VARS_MAX)
        return fmt_node_error(ev->e, pos, "more than %d variables", VARS_MAX);
    ev->vars[ev->nvars].name = name;
    ev->vars[ev->nvars++].value = v;
    return 0;
}

static int assign(struct eval *ev, const char *name, value *v, struct fmt_pos pos)
{
    for (size_t i = ev->nvars; i > 0; i--) {
        if (STREQ(ev->vars[i - 1].name, name)) {
            ev->vars[i - 1].value = v;
            return 0;
        }
    }
    return fmt_node_error(ev->e, pos, "undefined variable \"$%s\"", name);
}

/* The pipe's value, its variables left alone. */
static int eval_commands(struct eval *ev, const struct fmt_pipe *pipe, value *dot, value **ret)
{
    value *v = NULL;
    value *piped = NULL;

    for (const struct fmt_command *c = pipe->commands; c; c = c->next) {
        int r = eval_command(ev, c, dot, c == pipe->commands ? NULL : &piped, &v);
        if (r < 0)
            return r;
        piped = v;
    }
    *ret = v;
    return 0;
}

static int eval_pipe(struct eval *ev, const struct fmt_pipe *pipe, value *dot, value **ret)
{
    int r = eval_commands(ev, pipe, dot, ret);

    if (r >= 0 && pipe->nvars > 1)
        r = fmt_node_error(ev->e, pipe->pos, "too many declarations");
    if (r >= 0 && pipe->nvars == 1)
        r = pipe->assign ? assign(ev, pipe->vars[0], *ret, pipe->pos)
                         : declare(ev, pipe->vars[0], *ret, pipe->pos);
    return r;
}

/* One turn of a range: $value, or $key and $value, then the body. */
static int eval_turn(struct eval *ev, const struct fmt_node *n, value *key, value *item)
{
    const struct fmt_pipe *pipe = n->pipe;
    size_t mark = ev->nvars;
    int r = 0;

    for (int i = 0; i < pipe->nvars && r >= 0; i++) {
        value *v = pipe->nvars == 2 && i == 0 ? key : item;
        r = pipe->assign ? assign(ev, pipe->vars[i], v, pipe->pos)
                         : declare(ev, pipe->vars[i], v, pipe->pos);
    }
    if (r >= 0)
        r = eval_nodes(ev, n->body, item);
    ev->nvars = mark;
    return r;
}

static int range_list(struct eval *ev, const struct fmt_node *n, value *list)
{
    for (size_t i = 0; i < list->n; i++) {
        AUTO_BUF struct buf b = { 0 };
        value *key = NULL;
        buf_fmt(&b, "%zu", i);
        if (n->pipe->nvars == 2 && !(key = fmt_value_text(&ev->made, JSON_NUMBER, &b)))
            return err_nomem(ev->e);
        int r = eval_turn(ev, n, key, &list->items[i]);
        if (r < 0)
            return r;
    }
    return 0;
}

static int range_map(struct eval *ev, const struct fmt_node *n, value *map)
{
    AUTO_FREE const struct json_member **sorted = fmt_value_sorted(map);

    if (!sorted)
        return err_nomem(ev->e);
    for (size_t i = 0; i < map->n; i++) {
        const struct json_value key = { .type = JSON_STRING, .text = sorted[i]->name };
        int r = eval_turn(ev, n, &key, &sorted[i]->value);
        if (r < 0)
            return r;
    }
    return 0;
}

static int eval_range(struct eval *ev, const struct fmt_node *n, value *dot)
{
    value *v;
    int r = eval_commands(ev, n->pipe, dot, &v);

    if (r < 0)
        return r;
    if (v && v->type != JSON_NULL && v->type < JSON_LIST)
        return fmt_node_error(ev->e, n->pipe->pos, "range can't iterate over this");
    if (!v || v->n == 0)
        return eval_nodes(ev, n->orelse, dot);
    return v->type == JSON_LIST ? range_list(ev, n, v) : range_map(ev, n, v);
}

/* {{if}} and {{with}}. */
static int eval_branch(struct eval *ev, const struct fmt_node *n, value *dot)
{
    value *v;
    int r = eval_pipe(ev, n->pipe, dot, &v);

    if (r < 0)
        return r;
    if (!fmt_value_truth(v))
        return eval_nodes(ev, n->orelse, dot);
    return eval_nodes(ev, n->body, n->kind == FMT_NODE_WITH ? v : dot);
}

static int eval_print(struct eval *ev, const struct fmt_node *n, value *dot)
{
    value *v;
    int r = eval_pipe(ev, n->pipe, dot, &v);

    if (r >= 0 && n->pipe->nvars == 0)
        fmt_value_print(v, ev->out);
    return r;
}

/* A list of nodes; variables that it declares end with it. */
static int eval_nodes(struct eval *ev, const struct fmt_node *n, value *dot)
{
    size_t mark = ev->nvars;
    int r = 0;

    for (; n && r >= 0; n = n->next) {
        size_t inner = ev->nvars;
        switch (n->kind) {
        case FMT_NODE_TEXT: buf_add(ev->out, n->text, n->len); break;
        case FMT_NODE_PRINT: r = eval_print(ev, n, dot); break;
        case FMT_NODE_IF:
        case FMT_NODE_WITH: r = eval_branch(ev, n, dot); break;
        case FMT_NODE_RANGE: r = eval_range(ev, n, dot); break;
        }
        if (n->kind != FMT_NODE_PRINT)
            ev->nvars = inner;
    }
    ev->nvars = mark;
    return r;
}

int fmt_apply(const struct fmt_template *t, const struct json_value *root,
              const struct fmt_method *methods, struct buf *out, struct err *e)
{
    struct eval ev = { .root = root, .methods = methods, .out = out, .e = e };
    int r = eval_nodes(&ev, t->nodes, root);

    fmt_value_free(&ev.made);
    if (r < 0)
        return r;
    return out->failed ? err_nomem(e) : 0;
}
