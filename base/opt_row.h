/* SPDX-License-Identifier: MIT */
/* Rows of an option table: finding them and setting their fields. For base/opt_*.c. */
#pragma once

#include "base/opt.h"

/* Walks the tables of a command: NULL gives the first row, NULL comes after the last. */
const struct opt *opt_row_next(const struct opt_cmd *cmd, const struct opt *o);

/* The row of a long name or alias (`len` bytes), or of a letter; NULL when there is none. */
const struct opt *opt_row_by_name(const struct opt_cmd *cmd, const char *name, size_t len);
const struct opt *opt_row_by_letter(const struct opt_cmd *cmd, char letter);

/* False for OPT_FLAG and OPT_SWITCH: their value is only ever joined by "=". */
bool opt_row_takes_value(const struct opt *o);
/* What stands for the value in --help: "KEY=VALUE", "int"; "" for a flag. */
const char *opt_row_arg(const struct opt *o);
const char *opt_row_kind(const struct opt *o);
/* The size of the field that the kind needs; 0 for OPT_CALL. */
size_t opt_row_size(const struct opt *o);

/* Sets the row's field in `args` from the text; ERR_INVALID. OPT_IGNORED rows set nothing. */
int opt_row_set(const struct opt *o, const char *value, void *args, struct err *e);

/* opt_parse() into a struct that exists. The operands are moved to the front of argv. */
int opt_row_parse(const struct opt_cmd *cmd, char **argv, void *args, int *ret_noperands,
                  bool *ret_help, struct err *e);

/* True when `list` (words separated by spaces) has the word of `len` bytes. */
bool opt_row_in_list(const char *list, const char *word, size_t len);

/* Keeps the best of the names offered: the nearest to `word` of those near enough to be meant. */
struct opt_near {
    const char *word;
    char best[64];
    unsigned distance;
};
void opt_near_offer(struct opt_near *n, const char *name, size_t len);
