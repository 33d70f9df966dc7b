/* SPDX-License-Identifier: MIT */
/* Runs a command in a group with the given linux.resources and tells what the group saw of it. */
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/str.h"
#include "cgroup/cgroup_oom.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>

/*
 * with-group PATH JSON COMMAND...
 * Prints "exit N", "oom kills N", "oom seen" if the watch told of it, what a kill was for, "cpu N"
 * (percent of one cpu while the command ran), "file VALUE" for every limit file in $SHOW.
 */

static int fail(const struct err *e)
{
    printf("error %s\n", e->msg);
    if (e->hint[0])
        printf("hint %s\n", e->hint);
    return 125;
}

static void warn(enum log_level level, const char *line)
{
    (void)level;
    printf("warning %s\n", line);
    fflush(stdout);
}

static uint64_t cpu_usec(const struct cgroup *cg)
{
    char text[512];

    if (fs_read_small(cg->fd, "cpu.stat", text, sizeof(text)) < 0)
        return 0;
    const char *usage = str_after(text, "usage_usec ");
    return usage ? strtoull(usage, NULL, 10) : 0;
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void show_files(const struct cgroup *cg)
{
    AUTO_STRV char **files = strv_split(getenv("SHOW") ? getenv("SHOW") : "", ' ', true);
    char text[256];

    strv_foreach (file, files)
        if (fs_read_small(cg->fd, *file, text, sizeof(text)) >= 0)
            printf("%s %s\n", *file, text);
        else
            printf("%s is not there\n", *file);
}

static int run(const struct cgroup *cg, char **argv)
{
    double start = now();
    pid_t pid = proc_clone(0, cg->fd, NULL);

    if (pid == 0) {
        execvp(argv[0], argv);
        _exit(127);
    }
    if (pid < 0) {
        perror("clone");
        return 125;
    }
    int code = proc_exit_code(proc_wait(pid));
    printf("cpu %.0f\n", (double)cpu_usec(cg) / 1e4 / (now() - start));
    return code;
}

static void tell(const struct cgroup *cg, struct cgroup_oom *watch, int code)
{
    struct pollfd p = { .fd = watch->fd, .events = POLLPRI };
    AUTO_OOM struct oom oom = { 0 };
    AUTO_BUF struct buf line = { 0 };
    struct err e;
    bool seen = poll(&p, 1, 0) == 1;
    bool found = cgroup_oom_look(watch, cg, &oom, &e) == 1;

    /* Of events that follow each other closely the kernel tells by a timer, late. */
    for (int i = 0; i < 20 && poll(&p, 1, 0) == 1; i++)
        cgroup_oom_look(watch, cg, &oom, &e);
    printf("exit %d\noom kills %" PRIu64 "\n", code, oom.kills);
    if (seen)
        printf("oom %s\n", poll(&p, 1, 0) == 0 ? "seen" : "seen for ever");
    if (found) {
        cgroup_oom_text(&oom, &line);
        printf("%s\n", line.data);
    }
}

int main(int argc, char **argv)
{
    AUTO_CGROUP_TREE struct cgroup_tree tree = CGROUP_TREE_INIT;
    AUTO_CGROUP struct cgroup cg = CGROUP_INIT;
    struct config_resources r;
    struct err e = ERR_INIT;

    if (argc < 4)
        return 2;
    log_set(warn, LOG_LVL_WARN);
    if (json_read(&config_resources_table, &r, argv[2], strlen(argv[2]), &e) < 0 ||
        cgroup_tree_open(&tree, &e) < 0 ||
        cgroup_create(&tree, argv[1], &r, CGROUP_ACCOUNT, &cg, &e) < 0)
        return fail(&e);
    AUTO_CGROUP_OOM struct cgroup_oom watch = CGROUP_OOM_INIT;
    cgroup_oom_open(&cg, &watch);
    show_files(&cg);
    fflush(stdout);
    int code = run(&cg, argv + 3);
    tell(&cg, &watch, code);
    if (cgroup_kill(&cg, &e) < 0 || cgroup_remove(&tree, cg.path, &e) < 0)
        return fail(&e);
    json_free(&config_resources_table, &r);
    return 0;
}
