/* SPDX-License-Identifier: MIT */
/* Errors: filled once, wrapped on the way up, sent between processes. */
#include "base/err.h"
#include "base/mem.h"
#include "tests/unit/unit.h"

#include <string.h>
#include <sys/socket.h>

START_TEST(system_call)
{
    struct err e = ERR_INIT;

    errno = EACCES;
    ck_assert_int_eq(err_sys(&e, "open", "/srv"), -ERR_SYS);
    ck_assert_int_eq(e.kind, ERR_SYS);
    ck_assert_int_eq(e.errnum, EACCES);
    ck_assert_str_eq(e.op, "open");
    ck_assert_str_eq(e.path, "/srv");
    ck_assert_str_eq(e.msg, "open /srv: Permission denied");
    errno = ENOENT;
    err_sysf(&e, "rename", "%s to %s", "a", "b");
    ck_assert_str_eq(e.msg, "rename a to b: No such file or directory");
    err_errnum(&e, EBUSY, "unshare", NULL);
    ck_assert_str_eq(e.msg, "unshare: Device or resource busy");
    ck_assert_str_eq(e.path, "");
    ck_assert_int_eq(err_errnum(&e, ENOMEM, "clone", NULL), -ERR_NOMEM);
}
END_TEST

START_TEST(other_kinds)
{
    struct err e = ERR_INIT;

    ck_assert_int_eq(err_set(&e, ERR_NOT_FOUND, "no such %s: %d", "thing", 3), -ERR_NOT_FOUND);
    ck_assert_str_eq(e.msg, "no such thing: 3");
    ck_assert_int_eq(e.errnum, 0);
    ck_assert_int_eq(err_nomem(&e), -ERR_NOMEM);
    ck_assert_str_eq(e.msg, "out of memory");
}
END_TEST

START_TEST(wrapping)
{
    struct err e = ERR_INIT;

    errno = EPERM;
    err_sys(&e, "mount", "/proc");
    ck_assert_int_eq(err_wrap(&e, "container %s", "web"), -ERR_SYS);
    ck_assert_int_eq(err_wrap(&e, "start"), -ERR_SYS);
    ck_assert_str_eq(e.msg, "start: container web: mount /proc: Operation not permitted");
    ck_assert_str_eq(e.path, "/proc");
    ck_assert_int_eq(e.errnum, EPERM);
}
END_TEST

START_TEST(deepest_hint_wins)
{
    struct err e = ERR_INIT;

    err_set(&e, ERR_IN_USE, "taken");
    ck_assert_int_eq(err_hint(&e, "remove %s first", "it"), -ERR_IN_USE);
    err_hint(&e, "another remedy");
    ck_assert_str_eq(e.hint, "remove it first");
    err_set(&e, ERR_EXISTS, "a new error");
    ck_assert_str_eq(e.hint, "");
}
END_TEST

/* A cut text says that it is cut, and never in the middle of a UTF-8 character. */
START_TEST(long_texts_are_cut)
{
    struct err e = ERR_INIT;
    char text[4 * ERR_MSG_MAX];

    for (size_t shift = 0; shift < 3; shift++) {
        memset(text, 'x', shift);
        for (size_t i = shift; i + 2 < sizeof(text); i += 2)
            memcpy(text + i, "é", 3);
        err_set(&e, ERR_INVALID, "%s", text);
        ck_assert_uint_lt(strlen(e.msg), ERR_MSG_MAX);
        ck_assert_uint_gt(strlen(e.msg), ERR_MSG_MAX - 8);
        size_t len = strlen(e.msg);
        ck_assert_str_eq(e.msg + len - 3, "…");
        ck_assert_mem_eq(e.msg + len - 5, "é", 2);
        errno = EIO;
        err_sys(&e, "read", text);
        ck_assert(strstr(e.msg, "Input/output error") != NULL);
        ck_assert_uint_lt(strlen(e.path), ERR_PATH_MAX);
        for (int i = 0; i < 100; i++)
            err_wrap(&e, "%s", text);
        ck_assert_uint_lt(strlen(e.msg), ERR_MSG_MAX);
    }
}
END_TEST

START_TEST(collects_the_first)
{
    struct err sum = ERR_INIT;
    struct err e = ERR_INIT;

    err_collect(&sum, 0, &e);
    ck_assert_int_eq(sum.kind, ERR_NONE);
    err_collect(&sum, err_set(&e, ERR_STATE, "first"), &e);
    ck_assert_int_eq(e.kind, ERR_NONE);
    err_collect(&sum, err_set(&e, ERR_LIMIT, "second"), &e);
    ck_assert_int_eq(sum.kind, ERR_STATE);
    ck_assert_str_eq(sum.msg, "first");
}
END_TEST

START_TEST(crosses_a_socket)
{
    struct err sent = ERR_INIT;
    struct err got = ERR_INIT;
    int fd[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
    errno = ENOTDIR;
    err_sys(&sent, "open", "/a/b");
    err_hint(&sent, "make it a directory");
    ck_assert_int_eq(err_send(fd[0], &sent), 0);
    ck_assert_int_eq(err_recv(fd[1], &got), 0);
    ck_assert_mem_eq(&sent, &got, sizeof(sent));
    close(fd[0]);
    errno = EIO;
    ck_assert_int_eq(err_recv(fd[1], &got), -1);
    ck_assert_int_eq(errno, 0);
    close(fd[1]);
}
END_TEST

START_TEST(refuses_half_an_error)
{
    struct err e = ERR_INIT;
    int fd[2];

    ck_assert_int_eq(pipe(fd), 0);
    ck_assert_int_eq(write(fd[1], &e, 40), 40);
    close(fd[1]);
    ck_assert_int_eq(err_recv(fd[0], &e), -1);
    ck_assert_int_eq(errno, EPROTO);
    close(fd[0]);
}
END_TEST

/* What comes from another process need not be well-formed. */
START_TEST(mends_what_it_receives)
{
    struct err bad;
    struct err got;
    int fd[2];

    memset(&bad, 'A', sizeof(bad));
    ck_assert_int_eq(pipe(fd), 0);
    ck_assert_int_eq(err_send(fd[1], &bad), 0);
    ck_assert_int_eq(err_recv(fd[0], &got), 0);
    ck_assert_int_eq(got.kind, ERR_CORRUPT);
    ck_assert_uint_eq(strlen(got.msg), ERR_MSG_MAX - 1);
    ck_assert_uint_eq(strlen(got.hint), ERR_HINT_MAX - 1);
    close(fd[0]);
    close(fd[1]);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("err");

    tcase_add_test(t, system_call);
    tcase_add_test(t, other_kinds);
    tcase_add_test(t, wrapping);
    tcase_add_test(t, deepest_hint_wins);
    tcase_add_test(t, long_texts_are_cut);
    tcase_add_test(t, collects_the_first);
    tcase_add_test(t, crosses_a_socket);
    tcase_add_test(t, refuses_half_an_error);
    tcase_add_test(t, mends_what_it_receives);
    return unit_run(t);
}
