/* SPDX-License-Identifier: MIT */
/* The two trees in a temporary directory, and containers in them, for tests of the engine. */
#pragma once

#include "base/proc.h"
#include "base/str.h"
#include "engine/container.h"
#include "engine/life.h"
#include "engine/paths.h"
#include "tests/unit/unit.h"

#include <string.h>

static struct paths trees __attribute__((unused));
static struct err e __attribute__((unused));

static inline void trees_make(void)
{
    char root[96];
    char run[96];

    unit_dir_make();
    snprintf(root, sizeof(root), "%s/lib", unit_dir);
    snprintf(run, sizeof(run), "%s/run", unit_dir);
    unit_ok(paths_open(root, run, &trees, &e), &e);
}

static inline void trees_remove(void)
{
    paths_close(&trees);
    unit_dir_remove();
}

/* Is ROOT/sub or RUNROOT/sub there, with the id in place of %s? */
static inline bool trees_have(int tree, const char *sub, const char *id)
{
    char path[192];

    snprintf(path, sizeof(path), sub, id);
    return faccessat(tree, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A file in a container's directory. */
static inline void trees_write(int dirfd, const char *name, const char *text)
{
    AUTO_FD int fd = openat(dirfd, name, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fs_write_all(fd, text, strlen(text)), 0);
}

/* A process that does as a monitor does, until it is killed. */
static inline pid_t trees_run_monitor(const char *id)
{
    int ready[2];
    char byte;

    ck_assert_int_eq(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct container c = CONTAINER_INIT;
        int life;
        if (container_open(&trees, id, &c, &e) < 0 || container_make_run(&trees, &c, &e) < 0 ||
            life_take(&trees, &c, &life, &e) < 0)
            _exit(1);
        c.status.state = RECORD_RUNNING;
        c.status.pid = c.status.monitor_pid = getpid();
        c.status.pid_start = c.status.monitor_start = proc_start_time(getpid());
        if (container_save_status(&c, &e) < 0 || write(ready[1], "", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(ready[1]);
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return pid;
}
