/* SPDX-License-Identifier: MIT */
/* Frames of text redrawn in place: what is cut, what is erased. */
#include "cli/screen.h"

#include "base/str.h"
#include "tests/unit/unit.h"

#define H "\033[H"
#define K "\033[K\n"
#define J "\033[J"

static const struct {
    const char *text;
    unsigned rows, cols;
    const char *want;
} frames[] = {
    { "one\ntwo\n", 24, 80, H "one" K "two" K J },
    { "one\ntwo\n", 0, 0, H "one" K "two" K J },
    { "", 24, 80, H J },
    { "one\n\nthree\n", 4, 80, H "one" K K "three" K J },
    { "one\n\nthree\n", 3, 80, H "one" K "… 2 more" K J },
    { "abcdef\näöüäöü\n", 24, 4, H "abcd" K "äöüä" K J },
    { "abcd\n", 24, 4, H "abcd" K J },
    { "no end", 24, 80, H "no end" K J },
};

START_TEST(draws_what_fits)
{
    AUTO_BUF struct buf out = { 0 };

    screen_frame(frames[_i].text, frames[_i].rows, frames[_i].cols, &out);
    ck_assert_str_eq(out.data, frames[_i].want);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("screen");

    tcase_add_loop_test(t, draws_what_fits, 0, (int)ARRAY_LEN(frames));
    return unit_run(t);
}
