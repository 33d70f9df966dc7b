/* SPDX-License-Identifier: MIT */
/* hako-oci's state on disk, and the statuses that follow from it. */
#include "base/mem.h"
#include "base/proc.h"
#include "base/str.h"
#include "runtime/statefile.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

static struct statefile sample(pid_t pid)
{
    struct statefile s = { 0 };

    s.state.oci_version = str_dup("1.3.0");
    s.state.id = str_dup("box");
    s.state.bundle = str_dup("/b");
    s.state.status = STATE_CREATED;
    s.state.pid = pid;
    s.start_time = proc_start_time(pid);
    return s;
}

START_TEST(made_once_opened_often)
{
    struct err e = ERR_INIT;
    struct stat st;
    int dir;

    unit_ok(statefile_make(unit_dirfd, "box", &dir, &e), &e);
    fstat(dir, &st);
    ck_assert_uint_eq(st.st_mode & 07777, 0700);
    close(dir);
    unit_fails(statefile_make(unit_dirfd, "box", &dir, &e), ERR_EXISTS, &e);
    unit_ok(statefile_open(unit_dirfd, "box", &dir, &e), &e);
    close(dir);
    unit_fails(statefile_open(unit_dirfd, "other", &dir, &e), ERR_NOT_FOUND, &e);
    ck_assert_str_eq(e.msg, "container \"other\" does not exist");
    unit_fails(statefile_make(unit_dirfd, "../up", &dir, &e), ERR_INVALID, &e);
    unit_fails(statefile_open(unit_dirfd, "..", &dir, &e), ERR_INVALID, &e);
}
END_TEST

START_TEST(saved_and_loaded)
{
    CLEANUP(statefile) struct statefile s = sample(getpid());
    CLEANUP(statefile) struct statefile got = { 0 };
    struct err e = ERR_INIT;

    unit_fails(statefile_load(unit_dirfd, "box", &got, &e), ERR_NOT_FOUND, &e);
    s.cgroup = str_dup("/hako/box");
    unit_ok(statefile_save(unit_dirfd, &s, &e), &e);
    unit_ok(statefile_load(unit_dirfd, "box", &got, &e), &e);
    ck_assert_str_eq(got.state.id, "box");
    ck_assert_str_eq(got.cgroup, "/hako/box");
    ck_assert_uint_eq(got.start_time, s.start_time);
}
END_TEST

START_TEST(statuses)
{
    pid_t pid = fork();

    if (pid == 0) {
        pause();
        _exit(0);
    }
    CLEANUP(statefile) struct statefile s = sample(pid);
    ck_assert_int_eq(statefile_status(unit_dirfd, &s, NULL), STATE_RUNNING);
    ck_assert_int_eq(mkfifoat(unit_dirfd, STATEFILE_FIFO, 0600), 0);
    ck_assert_int_eq(statefile_status(unit_dirfd, &s, NULL), STATE_RUNNING);
    int reader = openat(unit_dirfd, STATEFILE_FIFO, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ck_assert_int_eq(statefile_status(unit_dirfd, &s, NULL), STATE_CREATED);
    close(reader);
    /* The same pid, another process. */
    s.start_time++;
    ck_assert_int_eq(statefile_status(unit_dirfd, &s, NULL), STATE_STOPPED);
    s.start_time--;
    kill(pid, SIGKILL);
    proc_wait(pid);
    ck_assert_int_eq(statefile_status(unit_dirfd, &s, NULL), STATE_STOPPED);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("statefile");

    tcase_add_checked_fixture(t, unit_dir_make, unit_dir_remove);
    tcase_add_test(t, made_once_opened_often);
    tcase_add_test(t, saved_and_loaded);
    tcase_add_test(t, statuses);
    return unit_run(t);
}
