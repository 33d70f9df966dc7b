/* SPDX-License-Identifier: MIT */
/* The user's terminal: raw mode and back, its size, and the keys that detach. */
#pragma once

#include "base/err.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#define TERM_KEYS_DEFAULT "ctrl-p,ctrl-q"
#define TERM_KEYS_MAX     16

/* A filter that looks for a sequence of keys in what is typed. Zero-initialised: looks for none. */
struct term_keys {
    char seq[TERM_KEYS_MAX];
    size_t len;
    size_t matched; /* keys of the sequence that were held back so far */
};

/* docker's --detach-keys: letters, or ctrl-X with X a letter or one of @ [ \ ] ^ _, separated by
 * commas. ERR_USAGE. NULL and "": the default. */
int term_keys_parse(const char *text, struct term_keys *ret, struct err *e);

/*
 * Takes `len` typed bytes and writes those that are for the container to `out`, which has room for
 * len + TERM_KEYS_MAX; their count goes to *ret_len. True when the sequence is complete; what came
 * after it is dropped. The beginning of a sequence is held back until it proves to be none.
 */
bool term_keys_filter(struct term_keys *k, const char *in, size_t len, char *out, size_t *ret_len);

/* A terminal in raw mode. TERM_INIT, or after term_restore(): none. */
struct term {
    int fd;
    bool raw;
    struct termios saved;
};
#define TERM_INIT                                                                                  \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

/* Puts the terminal on `fd` in raw mode; anything but a terminal is left alone. */
int term_raw(struct term *t, int fd, struct err *e);
/* Puts it back as it was found. May be called again. */
void term_restore(struct term *t);
DEFINE_CLEANUP(struct term, term, term_restore(p))

/* False when fd is no terminal, or one that does not know its size. */
bool term_size(int fd, unsigned *ret_rows, unsigned *ret_cols);
/* Of standard input's terminal, else of standard output's. */
bool term_own_size(unsigned *ret_rows, unsigned *ret_cols);
