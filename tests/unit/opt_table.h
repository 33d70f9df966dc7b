/* SPDX-License-Identifier: MIT */
/* A program with commands and an option of every kind, for tests of option tables. */
#pragma once

#include "base/opt.h"
#include "base/str.h"
#include "tests/unit/unit.h"

struct args {
    bool detach;
    bool tty;
    const char *name;
    char **env;
    char **list;
    int64_t count;
    int64_t memory;
    int64_t timeout;
    int64_t cpus;
    uint32_t mode;
    int color;
    int called;
};

static const char *const colors[] = { "red", "green", NULL };

static inline int call(const struct opt *o, const char *value, void *field, struct err *e)
{
    if (STREQ(value, "bad"))
        return err_set(e, ERR_INVALID, "bad value");
    *(int *)field += 1;
    return 0;
}

static inline void name_words(void *ctx, const char *prefix, struct buf *out)
{
    ck_assert_str_eq(ctx, "context");
    if (str_starts("web", prefix))
        buf_str(out, "web\tA container\n");
}

static inline int run(void *ctx, const void *args, char **operands, struct err *e)
{
    return 0;
}

#define AT(field) OPT_AT(struct args, field)
static const struct opt opts[] = {
    { 'd', "detach", OPT_FLAG, AT(detach), NULL, "Run in the background" },
    { 't', "tty", OPT_FLAG, AT(tty), NULL, "Give it a terminal" },
    { 'n', "name", OPT_STRING, AT(name), NULL, "Name the container", .aliases = "title nom",
      .words = name_words },
    { 'e', "env", OPT_STRV, AT(env), "KEY=VALUE", "Set an environment variable" },
    { 0, "list", OPT_LIST, AT(list), NULL, "Words separated by commas" },
    { 'c', "count", OPT_INT, AT(count), NULL, "A number from -1 to 10", .min = -1, .max = 10 },
    { 'm', "memory", OPT_SIZE, AT(memory), NULL, "A size, or -1", .min = -1 },
    { 0 },
};
static const struct opt more[] = {
    { 0, "timeout", OPT_DURATION, AT(timeout), NULL, "How long to wait" },
    { 0, "cpus", OPT_NANO, AT(cpus), NULL, "How many cpus" },
    { 0, "mode", OPT_OCTAL, AT(mode), NULL, "A file's mode", .max = 07777 },
    { 0, "color", OPT_ENUM, AT(color), NULL, "A color", .choices = colors },
    { 0, "call", OPT_CALL, AT(called), "X", "A callback" },
    { 0, "secret", OPT_FLAG, AT(tty), NULL, NULL, OPT_HIDDEN },
    { 0, "kernel-memory", OPT_STRING, 0, 0, NULL, NULL, OPT_IGNORED },
    { 0 },
};
static struct opt callable[ARRAY_LEN(more)];
static const struct args defaults = { .count = 7 };

static struct opt_cmd cmd = {
    .usage = "[OPTIONS] IMAGE [COMMAND]",
    .summary = "Run a thing",
    .opts = opts,
    .args_size = sizeof(struct args),
    .defaults = &defaults,
    .min_operands = 1,
    .max_operands = -1,
    .run = run,
};
static struct opt_cmd ps = { .usage = "", .summary = "List things", .run = run };
static const struct opt_verb container_verbs[] = { { "run", &cmd }, { "ls list ps", &ps }, { 0 } };
static const struct opt_cmd container = { .summary = "Manage things", .verbs = container_verbs };
static const struct opt_verb verbs[] = {
    { "run", &cmd, OPT_VERB_COMMON },     { "ps", &ps }, { "container", &container },
    { "__hidden", &ps, OPT_VERB_HIDDEN }, { 0 },
};
struct globals {
    const char *root;
    bool version;
};
static const struct opt globals[] = {
    { 0, "root", OPT_STRING, OPT_AT(struct globals, root), "DIR", "Where state lives",
      .words = opt_words_dir },
    { 'v', "version", OPT_FLAG, OPT_AT(struct globals, version), NULL, "Print the version" },
    { 0 },
};
static const struct opt_program prog __attribute__((unused)) = {
    .name = "prog",
    .summary = "A program",
    .globals = globals,
    .verbs = verbs,
};

static inline void setup(void)
{
    memcpy(callable, more, sizeof(more));
    callable[4].parse = call;
    cmd.more_opts[0] = callable;
    cmd.stop_at_operand = false;
}

/* The line's words, in memory that lives until the next call: opt_parse() permutes them. */
static inline char **words_of(const char *line, const char *sep)
{
    static char text[512];
    static char *words[64];
    size_t n = 0;

    snprintf(text, sizeof(text), "%s", line);
    for (char *rest = text, *w; (w = strsep(&rest, sep));)
        words[n++] = w;
    words[n] = NULL;
    return words;
}
