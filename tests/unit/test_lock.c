/* SPDX-License-Identifier: MIT */
/* One lock an object: exclusive between descriptors, gone with them. */
#include "base/lock.h"
#include "base/mem.h"
#include "base/proc.h"
#include "tests/unit/unit.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

START_TEST(excludes_and_releases)
{
    struct err e = ERR_INIT;
    struct stat st;
    int first = -1;
    int second = -1;

    unit_ok(lock_take(unit_dirfd, "lock", false, &first, &e), &e);
    ck_assert_int_eq(fstat(first, &st), 0);
    ck_assert_int_eq(st.st_mode & 07777, 0600);
    unit_fails(lock_take(unit_dirfd, "lock", false, &second, &e), ERR_IN_USE, &e);
    ck_assert_int_eq(second, -1);
    close(first);
    unit_ok(lock_take(unit_dirfd, "lock", false, &second, &e), &e);
    close(second);
}
END_TEST

START_TEST(dies_with_its_holder)
{
    struct err e = ERR_INIT;
    int ready[2];
    int fd = -1;
    char c;

    ck_assert_int_eq(pipe(ready), 0);
    pid_t holder = fork();
    if (holder == 0) {
        if (lock_take(unit_dirfd, "lock", false, &fd, &e) < 0 || write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
    }
    ck_assert_int_eq(read(ready[0], &c, 1), 1);
    unit_fails(lock_take(unit_dirfd, "lock", false, &fd, &e), ERR_IN_USE, &e);
    kill(holder, SIGKILL);
    ck_assert_int_eq(waitpid(holder, NULL, 0), holder);
    unit_ok(lock_take(unit_dirfd, "lock", true, &fd, &e), &e);
    close(fd);
    close(ready[0]);
    close(ready[1]);
}
END_TEST

START_TEST(waits_for_its_turn)
{
    struct err e = ERR_INIT;
    int fd = -1;
    int status;

    unit_ok(lock_take(unit_dirfd, "lock", false, &fd, &e), &e);
    pid_t waiter = fork();
    if (waiter == 0) {
        close(fd); /* the lock is shared with this copy until then */
        _exit(lock_take(unit_dirfd, "lock", true, &fd, &e) == 0 ? 7 : 1);
    }
    for (char state = 0; state != 'S' && state != 'Z'; state = proc_state(waiter))
        usleep(1000);
    ck_assert_int_eq(waitpid(waiter, &status, WNOHANG), 0);
    close(fd);
    ck_assert_int_eq(waitpid(waiter, &status, 0), waiter);
    ck_assert_int_eq(WEXITSTATUS(status), 7);
}
END_TEST

START_TEST(follows_no_symlink)
{
    struct err e = ERR_INIT;
    int fd = -1;

    ck_assert_int_eq(symlinkat("elsewhere", unit_dirfd, "lock"), 0);
    unit_fails(lock_take(unit_dirfd, "lock", false, &fd, &e), ERR_SYS, &e);
    ck_assert_int_eq(faccessat(unit_dirfd, "elsewhere", F_OK, 0), -1);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("lock");

    tcase_add_checked_fixture(t, unit_dir_make, unit_dir_remove);
    tcase_add_test(t, excludes_and_releases);
    tcase_add_test(t, dies_with_its_holder);
    tcase_add_test(t, waits_for_its_turn);
    tcase_add_test(t, follows_no_symlink);
    return unit_run(t);
}
