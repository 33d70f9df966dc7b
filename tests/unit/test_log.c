/* SPDX-License-Identifier: MIT */
/* Log lines reach the sink, up to the level, and errno survives. */
#include "base/log.h"
#include "base/mem.h"
#include "tests/unit/unit.h"

#include <string.h>

static char last[4096];
static enum log_level last_level;

static void keep(enum log_level level, const char *line)
{
    last_level = level;
    snprintf(last, sizeof(last), "%s", line);
    errno = EIO;
}

START_TEST(levels)
{
    log_set(keep, LOG_LVL_INFO);
    log_warn("a %s", "warning");
    ck_assert_str_eq(last, "a warning");
    ck_assert_int_eq(last_level, LOG_LVL_WARN);
    log_info("news");
    ck_assert_str_eq(last, "news");
    log_debug("detail");
    ck_assert_str_eq(last, "news");
}
END_TEST

START_TEST(no_sink_drops)
{
    log_set(NULL, LOG_LVL_DEBUG);
    log_warn("nobody hears this");
}
END_TEST

START_TEST(keeps_errno)
{
    log_set(keep, LOG_LVL_DEBUG);
    errno = ENOENT;
    log_debug("x");
    ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(long_lines_are_cut)
{
    char text[8192];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    log_set(keep, LOG_LVL_DEBUG);
    log_warn("%s", text);
    ck_assert_uint_gt(strlen(last), 1000);
    ck_assert_uint_lt(strlen(last), sizeof(text) - 1);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("log");

    tcase_add_test(t, levels);
    tcase_add_test(t, no_sink_drops);
    tcase_add_test(t, keeps_errno);
    tcase_add_test(t, long_lines_are_cut);
    return unit_run(t);
}
