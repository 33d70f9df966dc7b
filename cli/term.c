/* SPDX-License-Identifier: MIT */
/* The user's terminal: raw mode and back, its size, and the keys that detach. */
#include "cli/term.h"

#include "base/str.h"

#include <ctype.h>
#include <sys/ioctl.h>

/* The byte that one word of the grammar stands for, or -1. */
static int key_of(const char *word)
{
    const char *ctrl = str_after(word, "ctrl-");

    if (!ctrl)
        return word[0] != '\0' && word[1] == '\0' ? (unsigned char)word[0] : -1;
    if (ctrl[0] == '\0' || ctrl[1] != '\0')
        return -1;
    int c = tolower((unsigned char)ctrl[0]);
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 1;
    return c == '@' || (c >= '[' && c <= '_') ? c - '@' : -1;
}

int term_keys_parse(const char *text, struct term_keys *ret, struct err *e)
{
    struct term_keys k = { .len = 0 };
    const char *keys = str_empty(text) ? TERM_KEYS_DEFAULT : text;
    AUTO_STRV char **words = strv_split(keys, ',', false);

    if (!words)
        return err_nomem(e);
    strv_foreach (word, words) {
        int c = key_of(*word);
        if (c < 0)
            return err_set(e, ERR_USAGE, "invalid detach keys (%s): unknown key \"%s\"", keys,
                           *word);
        if (k.len == TERM_KEYS_MAX)
            return err_set(e, ERR_USAGE, "invalid detach keys (%s): more than %d", keys,
                           TERM_KEYS_MAX);
        k.seq[k.len++] = (char)c;
    }
    *ret = k;
    return 0;
}

/* A byte that does not go on with the sequence: the longest part of what was held back that is
 * still a beginning stays held, the rest is let go. */
static size_t let_go(struct term_keys *k, char *out)
{
    size_t gone = 0;

    while (k->matched > 0) {
        out[gone] = k->seq[gone];
        gone++;
        k->matched--;
        if (memcmp(k->seq, k->seq + gone, k->matched) == 0)
            break;
    }
    return gone;
}

bool term_keys_filter(struct term_keys *k, const char *in, size_t len, char *out, size_t *ret_len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        while (k->matched > 0 && in[i] != k->seq[k->matched])
            n += let_go(k, out + n);
        if (k->len == 0 || in[i] != k->seq[k->matched]) {
            out[n++] = in[i];
            continue;
        }
        if (++k->matched == k->len) {
            *ret_len = n;
            k->matched = 0;
            return true;
        }
    }
    *ret_len = n;
    return false;
}

int term_raw(struct term *t, int fd, struct err *e)
{
    if (tcgetattr(fd, &t->saved) < 0)
        return 0;
    struct termios raw = t->saved;
    cfmakeraw(&raw);
    if (tcsetattr(fd, TCSANOW, &raw) < 0)
        return err_sys(e, "set raw mode of", "the terminal");
    t->fd = fd;
    t->raw = true;
    return 0;
}

void term_restore(struct term *t)
{
    if (t->raw)
        tcsetattr(t->fd, TCSANOW, &t->saved);
    t->raw = false;
}

bool term_size(int fd, unsigned *ret_rows, unsigned *ret_cols)
{
    struct winsize w;

    if (ioctl(fd, TIOCGWINSZ, &w) < 0 || w.ws_row == 0 || w.ws_col == 0)
        return false;
    *ret_rows = w.ws_row;
    *ret_cols = w.ws_col;
    return true;
}

bool term_own_size(unsigned *ret_rows, unsigned *ret_cols)
{
    return term_size(STDIN_FILENO, ret_rows, ret_cols) ||
           term_size(STDOUT_FILENO, ret_rows, ret_cols);
}
