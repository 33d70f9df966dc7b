/* SPDX-License-Identifier: MIT */
/* Detach keys, raw mode and the size of a terminal. */
#include "base/buf.h"
#include "base/str.h"
#include "cli/term.h"
#include "tests/unit/unit.h"

#include <pty.h>

static const struct {
    const char *text;
    const char *keys; /* NULL: refused */
} grammars[] = {
    { "ctrl-p,ctrl-q", "\x10\x11" },
    { NULL, "\x10\x11" },
    { "", "\x10\x11" },
    { "a", "a" },
    { "a,b,c", "abc" },
    { "ctrl-a,d", "\x01"
                  "d" },
    { "ctrl-[,ctrl-],ctrl-^,ctrl-_,ctrl-\\", "\x1b\x1d\x1e\x1f\x1c" },
    { "ctrl-Z", "\x1a" },
    { "ctrl-", NULL },
    { "ctrl-1", NULL },
    { "ctrl-ab", NULL },
    { "ab", NULL },
    { "a,,b", NULL },
    { "a,", NULL },
    { "a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a", NULL },
};

START_TEST(parses_keys)
{
    struct term_keys k;
    struct err e = ERR_INIT;
    int r = term_keys_parse(grammars[_i].text, &k, &e);

    ck_assert_int_eq(r, grammars[_i].keys ? 0 : -ERR_USAGE);
    if (r < 0)
        return;
    ck_assert_uint_eq(k.len, strlen(grammars[_i].keys));
    ck_assert_mem_eq(k.seq, grammars[_i].keys, k.len);
}
END_TEST

static const struct {
    const char *keys;
    const char *typed; /* "|": the end of one read */
    const char *passed;
    bool detached;
} typings[] = {
    { "p,q", "hello", "hello", false },
    { "p,q", "pq", "", true },
    { "p,q", "apqb", "a", true },
    { "p,q", "p|q", "", true },
    { "p,q", "ap", "a", false },
    { "p,q", "ap|b", "apb", false },
    { "p,q", "pp|q", "p", true },
    { "p,q", "ppp|x", "pppx", false },
    { "q", "abq", "ab", true },
    { "a,a,b", "aaab", "a", true },
    { "a,a,b", "a|a|a|a|b", "aa", true },
    { "a,b,a,b,c", "abababc", "ab", true },
    { "a,b,a,b,c", "abab|x", "ababx", false },
    { "a,b,a,c", "ababac", "ab", true },
};

START_TEST(filters)
{
    struct term_keys k;
    struct err e = ERR_INIT;
    AUTO_STRV char **reads = strv_split(typings[_i].typed, '|', false);
    AUTO_BUF struct buf passed = { 0 };
    bool detached = false;

    unit_ok(term_keys_parse(typings[_i].keys, &k, &e), &e);
    strv_foreach (part, reads) {
        char out[64];
        size_t n;
        ck_assert(!detached);
        detached = term_keys_filter(&k, *part, strlen(*part), out, &n);
        ck_assert_uint_le(n, strlen(*part) + TERM_KEYS_MAX);
        buf_add(&passed, out, n);
    }
    ck_assert_int_eq(detached, typings[_i].detached);
    ck_assert_str_eq(passed.data ? passed.data : "", typings[_i].passed);
}
END_TEST

/* Whatever is typed and however it is cut into reads: what passes and what is held back are what
 * was typed, up to the first place where the keys stand. */
START_TEST(filters_anything)
{
    static const char sequence[] = "aba";
    unsigned seed = 1;

    for (int round = 0; round < 20000; round++) {
        struct term_keys k = { .seq = "aba", .len = 3 };
        char typed[24];
        char out[64];
        size_t len = (size_t)(rand_r(&seed) % 20);
        size_t total = 0;
        size_t at = 0;
        bool detached = false;

        for (size_t i = 0; i < len; i++)
            typed[i] = (char)('a' + rand_r(&seed) % 2);
        typed[len] = '\0';
        while (at < len && !detached) {
            size_t part = 1 + (size_t)rand_r(&seed) % (len - at);
            size_t n;
            detached = term_keys_filter(&k, typed + at, part, out + total, &n);
            total += n;
            at += part;
        }
        const char *found = strstr(typed, sequence);
        ck_assert_int_eq(detached, found != NULL);
        size_t want = found ? (size_t)(found - typed) : len - k.matched;
        ck_assert_uint_eq(total, want);
        ck_assert_mem_eq(out, typed, total);
    }
}
END_TEST

START_TEST(no_keys_pass_everything)
{
    struct term_keys k = { .len = 0 };
    char out[32];
    size_t n;

    ck_assert(!term_keys_filter(&k, "\x10\x11", 2, out, &n));
    ck_assert_uint_eq(n, 2);
}
END_TEST

START_TEST(goes_raw_and_back)
{
    struct term t = TERM_INIT;
    struct err e = ERR_INIT;
    struct termios before;
    struct termios now;
    int master;
    int slave;

    ck_assert_int_eq(openpty(&master, &slave, NULL, NULL, NULL), 0);
    ck_assert_int_eq(tcgetattr(slave, &before), 0);
    unit_ok(term_raw(&t, slave, &e), &e);
    ck_assert_int_eq(tcgetattr(slave, &now), 0);
    ck_assert_uint_eq(now.c_lflag & (ICANON | ECHO | ISIG), 0);
    ck_assert_uint_eq(now.c_oflag & OPOST, 0);
    term_restore(&t);
    term_restore(&t);
    ck_assert_int_eq(tcgetattr(slave, &now), 0);
    ck_assert_uint_eq(now.c_lflag, before.c_lflag);
    ck_assert_uint_eq(now.c_iflag, before.c_iflag);
    ck_assert_uint_eq(now.c_oflag, before.c_oflag);
    close(master);
    close(slave);
}
END_TEST

START_TEST(leaves_files_alone)
{
    struct term t = TERM_INIT;
    struct err e = ERR_INIT;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    unsigned rows;
    unsigned cols;

    unit_ok(term_raw(&t, null, &e), &e);
    ck_assert(!t.raw);
    ck_assert(!term_size(null, &rows, &cols));
    close(null);
}
END_TEST

START_TEST(knows_its_size)
{
    struct winsize w = { .ws_row = 33, .ws_col = 77 };
    unsigned rows = 0;
    unsigned cols = 0;
    int master;
    int slave;

    ck_assert_int_eq(openpty(&master, &slave, NULL, NULL, &w), 0);
    ck_assert(term_size(slave, &rows, &cols));
    ck_assert_uint_eq(rows, 33);
    ck_assert_uint_eq(cols, 77);
    close(master);
    close(slave);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("term");

    tcase_add_loop_test(t, parses_keys, 0, (int)ARRAY_LEN(grammars));
    tcase_add_loop_test(t, filters, 0, (int)ARRAY_LEN(typings));
    tcase_add_test(t, filters_anything);
    tcase_add_test(t, no_keys_pass_everything);
    tcase_add_test(t, goes_raw_and_back);
    tcase_add_test(t, leaves_files_alone);
    tcase_add_test(t, knows_its_size);
    return unit_run(t);
}
