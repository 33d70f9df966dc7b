/* SPDX-License-Identifier: MIT */
/* Messages between the launching process and its child. */
#include "runtime/sync.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static int pair[2];

static void open_pair(void)
{
    struct err e = ERR_INIT;

    unit_ok(sync_pair(pair, &e), &e);
}

START_TEST(messages_keep_their_bounds)
{
    struct sync_msg m;
    struct err sent = ERR_INIT, got = ERR_INIT;

    open_pair();
    errno = ENOENT;
    err_sys(&sent, "open", "/x");
    ck_assert_int_eq(sync_send_text(pair[0], SYNC_WARN, "careful"), 0);
    ck_assert_int_eq(sync_send_err(pair[0], &sent), 0);
    ck_assert_int_eq(sync_send(pair[0], SYNC_GO, 42, -1), 0);

    ck_assert_int_eq(sync_recv(pair[1], &m, NULL), 1);
    ck_assert_int_eq(m.kind, SYNC_WARN);
    ck_assert_str_eq(m.text, "careful");
    ck_assert_int_eq(sync_recv(pair[1], &m, NULL), 1);
    ck_assert_int_eq(sync_error(&m, "cmd", &got), -ERR_SYS);
    ck_assert_str_eq(got.msg, sent.msg);
    ck_assert_int_eq(got.errnum, ENOENT);
    ck_assert_int_eq(sync_recv(pair[1], &m, NULL), 1);
    ck_assert_int_eq(m.num, 42);
}
END_TEST

START_TEST(descriptors_come_along)
{
    struct sync_msg m;
    struct stat a, b;
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), got = -1;

    open_pair();
    ck_assert_int_eq(sync_send(pair[0], SYNC_PTY, 0, fd), 0);
    ck_assert_int_eq(sync_recv(pair[1], &m, &got), 1);
    ck_assert_int_ge(got, 0);
    fstat(fd, &a);
    fstat(got, &b);
    ck_assert_uint_eq(a.st_rdev, b.st_rdev);
}
END_TEST

START_TEST(the_end_is_told)
{
    struct sync_msg m;

    open_pair();
    close(pair[0]);
    ck_assert_int_eq(sync_recv(pair[1], &m, NULL), 0);
    /* A parent survives its child. */
    ck_assert_int_eq(sync_send(pair[1], SYNC_GO, 0, -1), -1);
    ck_assert_int_eq(errno, EPIPE);
}
END_TEST

START_TEST(exec_errors_have_kinds_and_words)
{
    static const struct {
        int errnum;
        enum err_kind kind;
        const char *text;
    } cases[] = {
        { ENOENT, ERR_CMD_NOT_FOUND, "exec x: no such file or directory" },
        { ENOTDIR, ERR_CMD_NOT_FOUND, "exec x: not a directory" },
        { EACCES, ERR_CMD_NOT_EXEC, "exec x: permission denied" },
        { ENOEXEC, ERR_CMD_NOT_EXEC, "exec x: exec format error" },
        { EISDIR, ERR_CMD_NOT_EXEC, "exec x: is a directory: permission denied" },
    };
    struct err e = ERR_INIT;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sync_msg m = { .kind = SYNC_ERRNO, .num = cases[i].errnum };
        unit_fails(sync_error(&m, "x", &e), cases[i].kind, &e);
        ck_assert_str_eq(e.msg, cases[i].text);
    }
}
END_TEST

START_TEST(a_damaged_report_is_an_error_all_the_same)
{
    struct sync_msg m = { .kind = SYNC_ERR };
    struct err e = ERR_INIT;

    m.err.kind = 12345;
    unit_fails(sync_error(&m, "x", &e), ERR_CORRUPT, &e);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("sync");

    tcase_add_test(t, messages_keep_their_bounds);
    tcase_add_test(t, descriptors_come_along);
    tcase_add_test(t, the_end_is_told);
    tcase_add_test(t, exec_errors_have_kinds_and_words);
    tcase_add_test(t, a_damaged_report_is_an_error_all_the_same);
    return unit_run(t);
}
