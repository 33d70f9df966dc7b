/* SPDX-License-Identifier: MIT */
/* Writing a container's log: whole lines, pieces, times, torn records, many lines at once. */
#include "engine/monitor/logfile.h"

#include "base/str.h"
#include "tests/unit/unit.h"

#include <string.h>

static struct err e;
static int fd;

static void start(void)
{
    unit_dir_make();
    unit_ok(logfile_open(unit_dirfd, &fd, &e), &e);
}

static void stop(void)
{
    close(fd);
    unit_dir_remove();
}

/* The log without the times, which it checks. */
static char *text(void)
{
    AUTO_FREE char *all = NULL;
    char *out = calloc(1, 1u << 20);
    size_t n = 0;

    unit_ok(fs_read(unit_dirfd, LOGFILE_NAME, 1u << 20, &all, NULL, &e), &e);
    for (char *line = all; *line;) {
        char *end = strchr(line, '\n');
        char *rest = strchr(line, ' ');
        ck_assert_msg(end && rest && rest - line == LOGFILE_TIME, "%s", line);
        ck_assert_int_eq(line[LOGFILE_TIME - 1], 'Z');
        memcpy(out + n, rest + 1, (size_t)(end - rest));
        n += (size_t)(end - rest);
        line = end + 1;
    }
    return out;
}

static void write_text(int stream, const char *s)
{
    unit_ok(logfile_write(fd, stream, s, strlen(s), &e), &e);
}

START_TEST(times)
{
    char buf[LOGFILE_TIME + 1];

    logfile_time(1000000000000000007, buf);
    ck_assert_str_eq(buf, "2001-09-09T01:46:40.000000007Z");
    logfile_time(0, buf);
    ck_assert_str_eq(buf, "1970-01-01T00:00:00.000000000Z");
}
END_TEST

START_TEST(lines_and_pieces)
{
    write_text(1, "one\ntwo\n");
    write_text(2, "bad\n");
    write_text(1, "prompt> ");
    write_text(1, "\n");
    write_text(1, "\n\n");
    write_text(1, "");
    AUTO_FREE char *got = text();
    ck_assert_str_eq(got, "stdout F one\nstdout F two\nstderr F bad\nstdout P prompt> \n"
                          "stdout F \nstdout F \nstdout F \n");
}
END_TEST

START_TEST(many_lines_in_one_chunk)
{
    AUTO_FREE char *chunk = calloc(1, 8192);
    size_t lines = 0;

    for (int i = 0; i < 1000; i++)
        sprintf(chunk + strlen(chunk), "%d\n", i);
    write_text(1, chunk);
    AUTO_FREE char *got = text();
    for (const char *p = got; *p; p = strchr(p, '\n') + 1)
        ck_assert_int_eq(atoi(p + strlen("stdout F ")), (int)lines++);
    ck_assert_uint_eq(lines, 1000);
}
END_TEST

START_TEST(torn_record)
{
    static const char torn[] = "2026-01-01T00:00:00.00";

    close(fd);
    int raw = openat(unit_dirfd, LOGFILE_NAME, O_WRONLY | O_APPEND);
    ck_assert_int_eq(fs_write_all(raw, torn, strlen(torn)), 0);
    close(raw);
    unit_ok(logfile_open(unit_dirfd, &fd, &e), &e);
    write_text(1, "after\n");
    AUTO_FREE char *all = NULL;
    unit_ok(fs_read(unit_dirfd, LOGFILE_NAME, 4096, &all, NULL, &e), &e);
    ck_assert(str_starts(all, "2026-01-01T00:00:00.00\n20"));
    ck_assert(str_ends(all, " stdout F after\n"));
}
END_TEST

START_TEST(follows_no_symlink)
{
    int other;

    ck_assert_int_eq(symlinkat("elsewhere", unit_dirfd, "link"), 0);
    ck_assert_int_eq(renameat(unit_dirfd, "link", unit_dirfd, LOGFILE_NAME), 0);
    unit_fails(logfile_open(unit_dirfd, &other, &e), ERR_SYS, &e);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("logfile");

    tcase_add_checked_fixture(t, start, stop);
    tcase_add_test(t, times);
    tcase_add_test(t, lines_and_pieces);
    tcase_add_test(t, many_lines_in_one_chunk);
    tcase_add_test(t, torn_record);
    tcase_add_test(t, follows_no_symlink);
    return unit_run(t);
}
