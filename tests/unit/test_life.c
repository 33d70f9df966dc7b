/* SPDX-License-Identifier: MIT */
/* The life lock: held, lost, ended, waited for, and never inherited. */
#include "engine/life.h"

#include "base/proc.h"
#include "tests/unit/unit.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

static struct err e;
static struct paths paths;
static struct container c;

static void start(void)
{
    char root[96];
    char run[96];

    unit_dir_make();
    snprintf(root, sizeof(root), "%s/lib", unit_dir);
    snprintf(run, sizeof(run), "%s/run", unit_dir);
    unit_ok(paths_open(root, run, &paths, &e), &e);
    c = (struct container)CONTAINER_INIT;
    memset(c.id, 'a', ID_LEN);
}

static void stop(void)
{
    container_close(&c);
    paths_close(&paths);
    unit_dir_remove();
}

/* A monitor in a process of its own, with a child of its own; both wait for a signal. Returns when
 * the lock is taken. */
static pid_t monitor(pid_t *ret_child)
{
    int ready[2];
    pid_t child = 0;

    ck_assert_int_eq(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        int life;
        struct container own = CONTAINER_INIT;
        memcpy(own.id, c.id, sizeof(own.id));
        if (life_take(&paths, &own, &life, &e) < 0)
            _exit(1);
        child = fork();
        if (child > 0 && write(ready[1], &child, sizeof(child)) != sizeof(child))
            _exit(1);
        for (;;)
            pause();
    }
    close(ready[1]);
    ck_assert_int_eq(read(ready[0], &child, sizeof(child)), sizeof(child));
    close(ready[0]);
    *ret_child = child;
    unit_ok(container_make_run(&paths, &c, &e), &e);
    return pid;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    ck_assert_int_ge(proc_wait(pid), 0);
}

START_TEST(dies_with_its_process_alone)
{
    pid_t child;

    ck_assert(!life_lost(&c));
    pid_t pid = monitor(&child);
    ck_assert(life_held(c.run_fd));
    ck_assert(!life_lost(&c));
    end(pid);
    ck_assert(life_lost(&c)); /* although the child has all descriptors */
    ck_assert(!life_held(c.run_fd));
    life_wait(&c);
    kill(child, SIGKILL);
    life_forget(&c);
    ck_assert(!life_lost(&c));
}
END_TEST

START_TEST(keeps_sweepers_away_and_they_it)
{
    AUTO_FD int block = -1;
    pid_t child;

    pid_t pid = monitor(&child);
    ck_assert_int_eq(life_block(c.run_fd, &block, &e), 0);
    end(pid);
    kill(child, SIGKILL);
    ck_assert_int_eq(life_block(c.run_fd, &block, &e), 1);
    ck_assert(life_held(c.run_fd));
}
END_TEST

/* What a sweeper removes between mkdir and the lock is made again. */
START_TEST(makes_a_removed_directory_again)
{
    AUTO_FD int life = -1;
    struct stat st;
    char path[96];

    unit_ok(container_make_run(&paths, &c, &e), &e);
    snprintf(path, sizeof(path), "containers/%s", c.id);
    unit_ok(fs_rm_rf(paths.run_fd, path, &e), &e);
    unit_ok(life_take(&paths, &c, &life, &e), &e);
    ck_assert_int_eq(fstatat(paths.run_fd, path, &st, 0), 0);
    life_end(&c, &life);
    ck_assert_int_eq(life, -EBADF);
    ck_assert(!life_lost(&c));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("life");

    tcase_add_checked_fixture(t, start, stop);
    tcase_add_test(t, dies_with_its_process_alone);
    tcase_add_test(t, keeps_sweepers_away_and_they_it);
    tcase_add_test(t, makes_a_removed_directory_again);
    return unit_run(t);
}
