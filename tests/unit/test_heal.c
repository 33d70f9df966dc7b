/* SPDX-License-Identifier: MIT */
/* Containers on disk, their two locks, and the repair of what killed holders leave. */
#include "engine/heal.h"

#include "base/proc.h"
#include "base/str.h"
#include "engine/life.h"
#include "engine/names.h"
#include "tests/unit/trees.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char id[ID_LEN + 1];

static void start(void)
{
    trees_make();
    unit_ok(id_new(id, &e), &e);
}

static bool there(int tree, const char *sub)
{
    return trees_have(tree, sub, id);
}

/* A stopped container "web" on disk. */
static void make(bool auto_remove)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;
    AUTO_FD int lock = -1;

    unit_ok(container_make(&trees, id, &c, &lock, &e), &e);
    c.record.id = str_dup(id);
    c.record.name = str_dup("web");
    c.record.network_mode = str_dup("none");
    c.record.auto_remove = auto_remove;
    unit_ok(names_claim(&trees, "web", id, &e), &e);
    unit_ok(container_save_record(&c, &e), &e);
}

static pid_t run_monitor(void)
{
    return trees_run_monitor(id);
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

START_TEST(locks)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;
    int lock = -1;
    int second = -1;
    int ready[2];
    char byte;

    make(false);
    unit_ok(container_open(&trees, id, &c, &e), &e);
    ck_assert_str_eq(c.record.name, "web");
    ck_assert_int_eq(c.status.state, RECORD_CREATED);
    ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
    pid_t holder = fork();
    if (holder == 0) {
        if (container_lock(&c, true, &lock, &e) < 0 || write(ready[1], "", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(ready[1]);
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    unit_fails(container_lock(&c, false, &second, &e), ERR_IN_USE, &e);
    end(holder);
    unit_ok(container_lock(&c, false, &lock, &e), &e);
    unit_fails(container_lock(&c, false, &second, &e), ERR_IN_USE, &e);
    close(lock);
    unit_ok(fs_rm_rf(trees.root_fd, "containers", &e), &e);
    unit_fails(container_lock(&c, true, &lock, &e), ERR_NOT_FOUND, &e);
}
END_TEST

START_TEST(the_life_lock_tells)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;

    make(false);
    pid_t m = run_monitor();
    unit_ok(container_open(&trees, id, &c, &e), &e);
    ck_assert(container_running(&c));
    ck_assert(!life_lost(&c));
    unit_ok(heal(&trees, &c, &e), &e);
    ck_assert(container_running(&c));
    end(m);
    ck_assert(life_lost(&c));
    life_wait(&c);
}
END_TEST

START_TEST(a_dead_monitors_container_is_stopped)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;

    make(false);
    end(run_monitor());
    unit_ok(heal_open(&trees, "web", &c, &e), &e);
    ck_assert_int_eq(c.status.state, RECORD_STOPPED);
    ck_assert_int_eq(c.status.exit_code, 137);
    ck_assert_int_eq(c.status.pid, 0);
    ck_assert_ptr_nonnull(strstr(c.status.error, "monitor"));
    ck_assert(there(trees.root_fd, "containers/%s/exit.json"));
    unit_ok(fs_rm_rf(trees.run_fd, "containers", &e), &e); /* a reboot */
    container_close(&c);
    c = (struct container)CONTAINER_INIT;
    unit_ok(heal_open(&trees, id, &c, &e), &e);
    ck_assert_int_eq(c.status.exit_code, 137);
}
END_TEST

START_TEST(one_with_rm_vanishes)
{
    struct container c = CONTAINER_INIT;

    make(true);
    end(run_monitor());
    unit_fails(heal_open(&trees, "web", &c, &e), ERR_NOT_FOUND, &e);
    ck_assert_str_eq(e.msg, "No such container: web");
    ck_assert(!there(trees.root_fd, "containers/%s"));
    ck_assert(!there(trees.run_fd, "containers/%s"));
    ck_assert(!there(trees.root_fd, "names/web"));
}
END_TEST

START_TEST(many_healers)
{
    pid_t pids[20];

    make(false);
    end(run_monitor());
    for (int i = 0; i < 20; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            struct container c = CONTAINER_INIT;
            _exit(heal_open(&trees, "web", &c, &e) < 0 || c.status.exit_code != 137);
        }
    }
    for (int i = 0; i < 20; i++) {
        int status;
        waitpid(pids[i], &status, 0);
        ck_assert_int_eq(status, 0);
    }
}
END_TEST

START_TEST(garbage)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;
    int lock = -1;

    make(false);
    unit_ok(heal_garbage(&trees, &e), &e);
    ck_assert(there(trees.root_fd, "containers/%s/record.json"));
    ck_assert(there(trees.root_fd, "names/web"));
    unit_ok(id_new(id, &e), &e);
    unit_ok(container_make(&trees, id, &c, &lock, &e), &e);
    unit_ok(container_make_run(&trees, &c, &e), &e);
    unit_ok(names_claim(&trees, "making", id, &e), &e);
    unit_ok(heal_garbage(&trees, &e), &e); /* its maker holds the lock */
    ck_assert(there(trees.root_fd, "containers/%s"));
    ck_assert(there(trees.run_fd, "containers/%s"));
    ck_assert(there(trees.root_fd, "names/making"));
    close(lock);
    container_close(&c);
    c = (struct container)CONTAINER_INIT;
    unit_ok(fs_mkdir_p(trees.root_fd, "containers/not-an-id", 0700, &e), &e);
    unit_ok(heal_garbage(&trees, &e), &e);
    ck_assert(!there(trees.root_fd, "containers/%s"));
    ck_assert(!there(trees.run_fd, "containers/%s"));
    ck_assert(!there(trees.root_fd, "names/making"));
    ck_assert(there(trees.root_fd, "containers/not-an-id"));
    ck_assert(there(trees.root_fd, "names/web"));
}
END_TEST

START_TEST(damaged)
{
    struct container c = CONTAINER_INIT;

    make(false);
    AUTO_FREE char *path = str_fmt("containers/%s/record.json", id);
    int fd = openat(trees.root_fd, path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    ck_assert_int_eq(write(fd, "{\"id\":", 6), 6);
    close(fd);
    ck_assert_int_lt(heal_open(&trees, "web", &c, &e), 0);
    ck_assert_ptr_nonnull(strstr(e.msg, "record.json"));
    unit_ok(heal_garbage(&trees, &e), &e);
    ck_assert(there(trees.root_fd, "containers/%s/record.json"));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("heal");

    tcase_add_checked_fixture(t, start, trees_remove);
    tcase_add_test(t, locks);
    tcase_add_test(t, the_life_lock_tells);
    tcase_add_test(t, a_dead_monitors_container_is_stopped);
    tcase_add_test(t, one_with_rm_vanishes);
    tcase_add_test(t, many_healers);
    tcase_add_test(t, garbage);
    tcase_add_test(t, damaged);
    return unit_run(t);
}
