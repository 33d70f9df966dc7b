/* SPDX-License-Identifier: MIT */
/* Option and command tables: one row drives parsing, --help, completion and the man-page check. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the field behind a row is. Strings point into argv and are never copied; vectors are the
 * caller's, freed by opt_free().
 */
enum opt_kind {
    OPT_FLAG = 1, /* bool: --x, --x=true, --x=false */
    OPT_SWITCH,   /* int64_t, written as a flag: 1 or 0; as the defaults say when it is not given */
    OPT_STRING,   /* const char *: the last one wins */
    OPT_STRV,     /* char **: each occurrence appends a copy */
    OPT_LIST,     /* char **: as OPT_STRV, split at commas */
    OPT_INT,      /* int64_t within min..max */
    OPT_SIZE,     /* int64_t, bytes: "64m" (num_size); "-1" too when min is -1 */
    OPT_DURATION, /* int64_t, nanoseconds (num_duration) */
    OPT_NANO,     /* int64_t, 1e-9: "0.5" (num_nano) */
    OPT_OCTAL,    /* uint32_t, at most `max` */
    OPT_ENUM,     /* int: the index in `choices` */
    OPT_CALL,     /* anything: `parse` gets the text and the field */
};

enum opt_flags {
    OPT_HIDDEN = 1,  /* works, but --help, completion and the man page do not speak of it */
    OPT_IGNORED = 2, /* accepted for old scripts and without effect; hidden, needs no field */
};

struct opt;

/* Parses `value` into the field; failures are ERR_INVALID and say what is wrong with the value. */
typedef int (*opt_parse_fn)(const struct opt *o, const char *value, void *field, struct err *e);

/* Writes the words that may stand in a place and start with `prefix`, one a line, each with an
 * optional "\tdescription"; ":file" or ":dir" alone on a line asks the shell for paths. `ctx` is
 * what the program gave to opt_complete(). Never fails: no words is an answer. */
typedef void (*opt_words_fn)(void *ctx, const char *prefix, struct buf *out);

/* Operands or values that are paths. */
void opt_words_file(void *ctx, const char *prefix, struct buf *out);
void opt_words_dir(void *ctx, const char *prefix, struct buf *out);

/* One option. A table ends with an empty row. */
struct opt {
    char letter;      /* 'e', or 0 */
    const char *name; /* "env", without dashes; NULL for a letter alone */
    enum opt_kind kind : 8;
    unsigned offset : 24; /* of the field in the args struct; with `size` from OPT_AT() */
    unsigned size;
    const char *arg;            /* the value in --help: "KEY=VALUE"; NULL: after the kind */
    const char *help;           /* one line without a full stop */
    unsigned flags;             /* enum opt_flags */
    const char *aliases;        /* more long names, separated by spaces */
    int64_t min, max;           /* OPT_INT; max 0 with min 0: any */
    const char *const *choices; /* OPT_ENUM: the words, NULL-terminated */
    opt_parse_fn parse;         /* OPT_CALL */
    opt_words_fn words;         /* completes the value; NULL: nothing known */
};

/* The two columns that say where a row's field is. */
#define OPT_AT(type, field) offsetof(type, field), sizeof(((type *)0)->field)

/*
 * What a command does. `args` is its parsed struct, `operands` the NULL-terminated rest. Returns
 * an exit code >= 0, or a negative error.
 */
typedef int (*opt_run_fn)(void *ctx, const void *args, char **operands, struct err *e);

struct opt_verb;

#define OPT_MORE 2

/* A command, or a group of commands (then `verbs` is set and `run` is not). */
struct opt_cmd {
    const char *usage;      /* what follows its name: "[OPTIONS] IMAGE [COMMAND] [ARG...]" */
    const char *summary;    /* one line without a full stop */
    const struct opt *opts; /* may be NULL */
    const struct opt *more_opts[OPT_MORE]; /* more tables over the same struct, or NULL */
    size_t args_size;
    const void *defaults; /* an args struct to start from; NULL: all zero */
    int min_operands;
    int max_operands;     /* -1: any number */
    bool stop_at_operand; /* options end at the first operand (run, create, exec) */
    int (*fail_code)(const struct err *e); /* exit code of a failure; NULL: 1 */
    opt_words_fn words;                    /* completes operands */
    opt_run_fn run;
    const struct opt_verb *verbs;
};

enum opt_verb_flags {
    OPT_VERB_COMMON = 1, /* listed first in the program's --help */
    OPT_VERB_HIDDEN = 2,
};

/* The names under which a command is found. A table ends with an empty row. */
struct opt_verb {
    const char *names; /* "ls ps list": the first is the one that --help lists */
    const struct opt_cmd *cmd;
    unsigned flags; /* enum opt_verb_flags */
};

struct opt_program {
    const char *name; /* "hako" */
    const char *summary;
    const struct opt *globals; /* before the command; offsets into the caller's globals struct */
    const struct opt_verb *verbs;
};

/* A command line up to and with the command's name. */
struct opt_match {
    const struct opt_cmd *cmd; /* NULL: no command was given */
    char path[96]; /* "hako container ls": first names of the groups, the verb as typed */
    char **argv;   /* what follows */
    bool help;     /* --help (or -h) stood before the command, or instead of one */
};

/*
 * Parses the global options and finds the command. `argv` starts after argv[0]. An unknown option
 * is ERR_USAGE, an unknown command ERR_NOT_FOUND, each with the nearest name as hint. A group with
 * nothing behind it is a match whose cmd has verbs. ret->path is set after a failure too.
 */
int opt_find(const struct opt_program *prog, char **argv, void *globals, struct opt_match *ret,
             struct err *e);

struct opt_parsed {
    void *args;      /* malloc'd, cmd->args_size bytes; give it to opt_free() */
    char **operands; /* inside argv, NULL-terminated */
    int noperands;
    bool help; /* --help was met; nothing after it was looked at */
};

/*
 * Parses a command's options and splits off its operands; argv is permuted in place. A grammar
 * error (unknown option, missing or bad value) is ERR_USAGE; its hint is "did you mean --name?"
 * where a name is near. *ret is valid, and must be freed, after a failure too.
 */
int opt_parse(const struct opt_cmd *cmd, char **argv, struct opt_parsed *ret, struct err *e);

/* ERR_USAGE unless the number of operands is one that the command takes. */
int opt_check_operands(const struct opt_cmd *cmd, const char *path, int noperands, struct err *e);

void opt_free(const struct opt_cmd *cmd, struct opt_parsed *p);

/* The command (or group) that the words name, NULL when they name none. */
const struct opt_cmd *opt_lookup(const struct opt_program *prog, char *const *words);
/* True when one of the verb's names is `name`. */
bool opt_verb_is(const struct opt_verb *v, const char *name);
/* The verb's first name into a buffer; returns it. */
const char *opt_verb_name(const struct opt_verb *v, char *buf, size_t len);

/* What --help prints. `width` is the terminal's, 0 when there is none. */
void opt_help_program(const struct opt_program *prog, size_t width, struct buf *out);
void opt_help(const struct opt_program *prog, const struct opt_cmd *cmd, const char *path,
              size_t width, struct buf *out);

/*
 * Completion: `words` are the command line's after the program's name, the last one being typed
 * (it may be ""). Writes candidates as opt_words_fn says.
 */
void opt_complete(const struct opt_program *prog, void *ctx, char *const *words, struct buf *out);
/* A script for "bash", "zsh" or "fish" that calls `PROGRAM __complete`; ERR_INVALID for others. */
int opt_script(const struct opt_program *prog, const char *shell, struct buf *out, struct err *e);

/* Every visible option of the command, one a line: "-e, --env\tSTRV\tKEY=VALUE"; for the check of
 * man pages. Aliases follow their name as ", --net". */
void opt_dump(const struct opt_cmd *cmd, struct buf *out);

/* A mistake in the tables (a row whose field has the wrong size, a name twice, no help …) as a
 * sentence, or NULL when there is none. For unit tests. */
const char *opt_table_error(const struct opt_cmd *cmd);
