/* SPDX-License-Identifier: MIT */
/* What every unit test needs beside libcheck: running one case, a directory, naming an error. */
#pragma once

#include "base/err.h"
#include "base/fs.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

/* Runs the test case, each test in a process of its own; the program's exit code. The time that a
 * test may take only ends a hang: a starved machine needs a minute for what takes a second. */
static inline int unit_run(TCase *t)
{
    Suite *s = suite_create("unit");

    tcase_set_timeout(t, 300);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* A fallible call must succeed, or fail with this kind; `e` tells what it did instead. */
#define unit_ok(call, e)                                                                           \
    do {                                                                                           \
        int unit_r = (call);                                                                       \
        ck_assert_msg(unit_r >= 0, "%s: %d: %s", #call, unit_r, (e)->msg);                         \
    } while (0)
#define unit_fails(call, want, e)                                                                  \
    do {                                                                                           \
        int unit_r = (call);                                                                       \
        ck_assert_msg(unit_r == -(int)(want), "%s: %d, expected %d: %s", #call, unit_r,            \
                      -(int)(want), unit_r < 0 ? (e)->msg : "it succeeded");                       \
        ck_assert_int_eq((e)->kind, (want));                                                       \
    } while (0)

/* "hako-test-…" for what all tests share, as the tree of cgroups: each of them has process ids of
 * its own, so that two that run side by side may well have the same. In a static buffer. */
static inline const char *unit_name(void)
{
    static char name[32];
    unsigned long long number;

    ck_assert_int_eq(getrandom(&number, sizeof(number), 0), sizeof(number));
    snprintf(name, sizeof(name), "hako-test-%016llx", number);
    return name;
}

/* A temporary directory for the tests of a case: `unit_dir` opened as `unit_dirfd`. Use
 * tcase_add_checked_fixture(t, unit_dir_make, unit_dir_remove). */
static char unit_dir[64] __attribute__((unused));
static int unit_dirfd __attribute__((unused)) = -1;

static inline void unit_dir_make(void)
{
    const char *base = getenv("TMPDIR");

    snprintf(unit_dir, sizeof(unit_dir), "%.40s/unit.XXXXXX", base ? base : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(unit_dir));
    unit_dirfd = open(unit_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_ge(unit_dirfd, 0);
}

static inline void unit_dir_remove(void)
{
    struct err e;

    unit_ok(fs_rm_rf(AT_FDCWD, unit_dir, &e), &e);
    close(unit_dirfd);
}
