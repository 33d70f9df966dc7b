/* SPDX-License-Identifier: MIT */
/* Scratch directories of many writers at once: dropped by their owners, and taken for dead by
 * nobody. */
#include "image/scratch.h"

#include "base/log.h"
#include "base/proc.h"
#include "base/str.h"
#include "tests/unit/unit.h"

#include <sys/stat.h>

static struct store store;
static unsigned complaints;

static void complain(enum log_level level, const char *line)
{
    fprintf(stderr, "%s\n", line);
    complaints++;
}

static void setup(void)
{
    struct err e;

    unit_dir_make();
    unit_ok(store_open(unit_dir, &store, &e), &e);
    log_set(complain, LOG_LVL_WARN);
}

static void teardown(void)
{
    store_close(&store);
    unit_dir_remove();
}

static size_t left(void)
{
    AUTO_STRV char **names = NULL;
    struct err e;

    unit_ok(fs_list(store.fd, SCRATCH_DIR, &names, &e), &e);
    return strv_len(names);
}

static void put(int dir, const char *name, const char *text)
{
    AUTO_FD int fd = openat(dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fs_write_all(fd, text, strlen(text)), 0);
}

static struct scratch make(void)
{
    struct scratch sc = { 0 };
    AUTO_FD int lock = -1;
    struct err e;

    unit_ok(scratch_lock_store(&store, &lock, &e), &e);
    unit_ok(scratch_make(&store, "load", &sc, &e), &e);
    put(sc.fd, SCRATCH_MOVING, "layers/x\n");
    ck_assert_int_eq(mkdirat(sc.fd, SCRATCH_PINS, 0700), 0);
    return sc;
}

START_TEST(the_living_keep_theirs)
{
    struct scratch one = make();
    struct scratch two = make();

    ck_assert_uint_eq(left(), 2);
    scratch_drop(&store, &one);
    scratch_drop(&store, &one);
    ck_assert_uint_eq(left(), 1);
    scratch_drop(&store, &two);
    ck_assert_uint_eq(left(), 0);
    ck_assert_uint_eq(complaints, 0);
}
END_TEST

/* The owner died in the middle of making or of dropping it. */
START_TEST(one_without_a_lock_is_nobodys)
{
    struct scratch dead = make();
    AUTO_FREE char *name = dead.name;
    AUTO_FD int fd = dead.fd;
    AUTO_FD int lock = -1;
    struct err e;

    close(dead.lock_fd);
    unit_ok(scratch_lock_store(&store, &lock, &e), &e);
    ck_assert_uint_eq(left(), 0);
    ck_assert_int_eq(mkdirat(store.fd, SCRATCH_DIR "/load-1-0", 0700), 0);
    mem_close(&lock);
    unit_ok(scratch_lock_store(&store, &lock, &e), &e);
    ck_assert_uint_eq(left(), 0);
    ck_assert_uint_eq(complaints, 0);
}
END_TEST

START_TEST(many_writers)
{
    pid_t pids[6];

    for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            for (int n = 0; n < 500; n++) {
                struct scratch sc = make();
                scratch_drop(&store, &sc);
            }
            _exit(complaints > 0);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(pids); i++)
        ck_assert_int_eq(proc_exit_code(proc_wait(pids[i])), 0);
    ck_assert_uint_eq(left(), 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("scratch");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, the_living_keep_theirs);
    tcase_add_test(t, one_without_a_lock_is_nobodys);
    tcase_add_test(t, many_writers);
    return unit_run(t);
}
