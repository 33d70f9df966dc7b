/* SPDX-License-Identifier: MIT */
/* Tests of the out-of-memory watch: trees of files as the kernel writes them, lines of its log. */
#include "cgroup/cgroup_oom.h"
#include "unit.h"

#include <string.h>
#include <sys/stat.h>

static struct err e;
static struct cgroup cg;
static struct cgroup_oom watch;
static struct oom oom;

static void put(const char *name, const char *text)
{
    int fd = openat(unit_dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fs_write_all(fd, text, strlen(text)), 0);
    close(fd);
}

/* The counters of the group in a directory, its own and those with what is below it. */
static void counters(const char *dir, int own, int all, int kills)
{
    char name[64];
    char text[128];

    snprintf(name, sizeof(name), "%s/memory.events.local", dir);
    snprintf(text, sizeof(text), "low 0\nhigh 0\nmax 9\noom %d\noom_kill 0\noom_group_kill 0\n",
             own);
    put(name, text);
    snprintf(name, sizeof(name), "%s/memory.events", dir);
    snprintf(text, sizeof(text), "low 0\nhigh 0\nmax 9\noom %d\noom_kill %d\n", all, kills);
    put(name, text);
}

/* top/ is the tree's root, top/pod/ctr the group, top/pod/ctr/sub one that it has made. */
static void start(void)
{
    static const char *const dirs[] = { "top", "top/pod", "top/pod/ctr", "top/pod/ctr/sub",
                                        "top/pod/ctr/sub/leaf" };

    unit_dir_make();
    for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
        ck_assert_int_eq(mkdirat(unit_dirfd, dirs[i], 0700), 0);
        if (i > 0)
            counters(dirs[i], 0, 0, 0);
    }
    put("top/pod/memory.max", "134217728\n");
    put("top/pod/ctr/memory.max", "67108864\n");
    put("top/pod/ctr/memory.swap.max", "max\n");
    put("top/pod/ctr/memory.peak", "60000000\n");
    put("top/pod/ctr/sub/memory.max", "max\n");
    put("top/pod/ctr/sub/leaf/memory.max", "16777216\n");
    cg = (struct cgroup){ .path = (char *)"/pod/ctr", .abs_path = (char *)"GROUP" };
    cg.fd = openat(unit_dirfd, "top/pod/ctr", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cgroup_oom_open(&cg, &watch);
    ck_assert_int_ge(watch.fd, 0);
}

static void stop(void)
{
    cgroup_oom_close(&watch);
    oom_free(&oom);
    close(cg.fd);
    unit_dir_remove();
}

/* One kill that the counters tell of: the line about it. */
static const char *line_of_look(void)
{
    static char text[512];
    AUTO_BUF struct buf line = { 0 };

    ck_assert_int_eq(cgroup_oom_look(&watch, &cg, &oom, &e), 1);
    cgroup_oom_text(&oom, &line);
    snprintf(text, sizeof(text), "%s", line.data);
    ck_assert_int_eq(cgroup_oom_look(&watch, &cg, &oom, &e), 0);
    return text;
}

START_TEST(own_limit)
{
    ck_assert_int_eq(cgroup_oom_look(&watch, &cg, &oom, &e), 0);
    counters("top/pod/ctr", 1, 1, 0); /* hit, but nobody was killed */
    ck_assert_int_eq(cgroup_oom_look(&watch, &cg, &oom, &e), 0);
    counters("top/pod/ctr", 2, 2, 1);
    ck_assert_str_eq(line_of_look(),
                     "out of memory: the limit of 64MiB (memory.max of /pod/ctr) was "
                     "hit; killed a process; peak 57.22MiB");
    ck_assert_int_eq(oom.cause, OOM_LIMIT);
    ck_assert_uint_eq(oom.kills, 1);
    counters("top/pod/ctr", 3, 3, 4);
    put("top/pod/ctr/memory.swap.max", "33554432\n");
    put("top/pod/ctr/memory.swap.events", "high 0\nmax 3\nfail 0\n");
    ck_assert_str_eq(line_of_look(),
                     "out of memory: the limit of 64MiB and of swap's 32MiB "
                     "(memory.max and memory.swap.max of /pod/ctr) was hit; killed a "
                     "process, the last of 4; peak 57.22MiB");
}
END_TEST

START_TEST(a_look_between_hit_and_kill)
{
    counters("top/pod/ctr", 1, 1, 0);
    ck_assert_int_eq(cgroup_oom_look(&watch, &cg, &oom, &e), 0);
    counters("top/pod/ctr", 1, 1, 1);
    ck_assert_ptr_nonnull(strstr(line_of_look(), "the limit of 64MiB (memory.max of /pod/ctr)"));
    counters("top/pod/ctr", 1, 2, 1);
    counters("top/pod/ctr/sub", 0, 1, 1);
    counters("top/pod/ctr/sub/leaf", 1, 1, 1);
    ck_assert_int_eq(cgroup_oom_look(&watch, &cg, &oom, &e), 0);
    ck_assert_int_eq(cgroup_oom_look(&watch, &cg, &oom, &e), 0);
    counters("top/pod/ctr", 1, 2, 2);
    ck_assert_ptr_nonnull(strstr(line_of_look(), "(memory.max of /pod/ctr/sub/leaf)"));
    counters("top/pod/ctr", 1, 2, 3); /* that hit has had its kill */
    ck_assert_ptr_nonnull(strstr(line_of_look(), "the host ran out"));
}
END_TEST

START_TEST(limit_above)
{
    counters("top/pod", 5, 5, 7); /* somebody else's */
    ck_assert_int_eq(cgroup_oom_look(&watch, &cg, &oom, &e), 0);
    counters("top/pod", 6, 6, 8);
    counters("top/pod/ctr", 0, 0, 1);
    ck_assert_str_eq(line_of_look(), "out of memory: the limit of 128MiB (memory.max of /pod) was "
                                     "hit; killed a process; peak 57.22MiB");
}
END_TEST

START_TEST(limit_below)
{
    counters("top/pod/ctr", 0, 1, 1);
    counters("top/pod/ctr/sub", 0, 1, 1);
    counters("top/pod/ctr/sub/leaf", 1, 1, 1);
    ck_assert_str_eq(line_of_look(),
                     "out of memory: the limit of 16MiB (memory.max of /pod/ctr/sub/leaf) was hit; "
                     "killed a process; peak 57.22MiB");
}
END_TEST

START_TEST(no_limit)
{
    counters("top/pod", 5, 5, 7); /* somebody else's, and before */
    ck_assert_int_eq(cgroup_oom_look(&watch, &cg, &oom, &e), 0);
    counters("top/pod/ctr", 0, 0, 1);
    ck_assert_str_eq(line_of_look(), "out of memory: the host ran out, no limit was hit; killed a "
                                     "process; peak 57.22MiB");
    ck_assert_int_eq(oom.cause, OOM_HOST);

    /* The root that is seen here is not the machine's. */
    counters("top", 0, 0, 0);
    cgroup_oom_close(&watch);
    cgroup_oom_open(&cg, &watch);
    counters("top/pod/ctr", 0, 0, 2);
    ck_assert_ptr_nonnull(
        strstr(line_of_look(), "a limit above the groups seen here was hit, or the host ran out"));
    counters("top", 1, 1, 3);
    counters("top/pod/ctr", 0, 0, 3);
    put("top/memory.max", "1073741824\n");
    ck_assert_ptr_nonnull(strstr(line_of_look(), "the limit of 1GiB (memory.max of /) was hit"));
}
END_TEST

START_TEST(no_controller)
{
    ck_assert_int_eq(unlinkat(unit_dirfd, "top/pod/ctr/memory.events", 0), 0);
    cgroup_oom_close(&watch);
    cgroup_oom_open(&cg, &watch);
    ck_assert_int_eq(watch.fd, -1);
    ck_assert_int_eq(cgroup_oom_look(&watch, &cg, &oom, &e), 0);
}
END_TEST

#define NODES "nodemask=(null),cpuset=x,mems_allowed=0"

static const struct {
    const char *text;
    enum oom_cause cause; /* OOM_UNSET: not taken */
    const char *cgroup, *task, *victim;
    int pid;
} lines[] = {
    { "oom-kill:constraint=CONSTRAINT_MEMCG," NODES
      ",oom_memcg=/pod,task_memcg=/pod/a,task=stress,pid=77,uid=0",
      OOM_LIMIT, "/pod", "/pod/a", "stress", 77 },
    { "oom-kill:constraint=CONSTRAINT_NONE," NODES
      ",global_oom,task_memcg=/pod/a,task=y,z,pid=7,uid=1000",
      OOM_HOST, NULL, "/pod/a", "y,z", 7 },
    { "oom-kill:constraint=CONSTRAINT_CPUSET," NODES ",global_oom,task_memcg=/a,task=b,pid=1,uid=0",
      OOM_CPUSET, NULL, "/a", "b", 1 },
    { "oom-kill:constraint=CONSTRAINT_MEMCG," NODES ",task_memcg=/a,task=b,pid=1,uid=0", OOM_UNSET,
      NULL, NULL, NULL, 0 },
    { "oom-kill:constraint=CONSTRAINT_NEW," NODES ",task_memcg=/a,task=b,pid=1,uid=0", OOM_UNSET,
      NULL, NULL, NULL, 0 },
    { "oom-kill:constraint=CONSTRAINT_MEMCG," NODES ",oom_memcg=/pod,task_memcg=/pod/a", OOM_UNSET,
      NULL, NULL, NULL, 0 },
    { "oom-kill:constraint=CONSTRAINT_CPUSET," NODES ",global_oom,task_memcg=/a,task=b,pid=1",
      OOM_UNSET, NULL, NULL, NULL, 0 },
    { "Memory cgroup out of memory: Killed process 7 (x), UID:0", OOM_UNSET, NULL, NULL, NULL, 0 },
    { "oom-kill:constraint=", OOM_UNSET, NULL, NULL, NULL, 0 },
    { "", OOM_UNSET, NULL, NULL, NULL, 0 },
};

static void same(const char *got, const char *want)
{
    if (want)
        ck_assert_str_eq(got, want);
    else
        ck_assert_ptr_null(got);
}

START_TEST(lines_of_the_log)
{
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        CLEANUP(cgroup_oom_line) struct cgroup_oom_line l = { 0 };
        char text[512];
        snprintf(text, sizeof(text), "%s", lines[i].text);
        ck_assert_msg(cgroup_oom_line_parse(text, &l) == (lines[i].cause != OOM_UNSET), "%s",
                      lines[i].text);
        ck_assert_int_eq(l.cause, lines[i].cause);
        same(l.cgroup, lines[i].cgroup);
        same(l.task, lines[i].task);
        same(l.victim, lines[i].victim);
        ck_assert_int_eq(l.pid, lines[i].pid);
    }
}
END_TEST

static const struct {
    struct oom is;
    const char *text;
} said[] = {
    { { .cause = OOM_LIMIT,
        .cgroup = (char *)"/hako/a",
        .limit = 64 << 20,
        .victim = (char *)"stress",
        .victim_pid = 7,
        .kills = 1 },
      "the limit of 64MiB (memory.max of /hako/a) was hit; killed stress (pid 7)" },
    { { .cause = OOM_LIMIT, .cgroup = (char *)"/a", .kills = 1 },
      "the limit (memory.max of /a) was hit; killed a process" },
    { { .cause = OOM_OUTSIDE, .cgroup = (char *)"/a", .victim = (char *)"x", .kills = 2 },
      "the limit of /a was hit, a group above those seen here; killed x, the last of 2" },
    { { .cause = OOM_CPUSET, .kills = 1, .peak = 1536 },
      "the memory nodes of its cpuset ran out; killed a process; peak 1.5KiB" },
    { { .cause = OOM_POLICY, .kills = 1 },
      "the memory nodes of its policy ran out; killed a process" },
};

START_TEST(one_line)
{
    for (size_t i = 0; i < ARRAY_LEN(said); i++) {
        AUTO_BUF struct buf line = { 0 };
        cgroup_oom_text(&said[i].is, &line);
        ck_assert_str_eq(line.data + strlen("out of memory: "), said[i].text);
    }
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("cgroup_oom");

    tcase_add_checked_fixture(t, start, stop);
    tcase_add_test(t, own_limit);
    tcase_add_test(t, a_look_between_hit_and_kill);
    tcase_add_test(t, limit_above);
    tcase_add_test(t, limit_below);
    tcase_add_test(t, no_limit);
    tcase_add_test(t, no_controller);
    tcase_add_test(t, lines_of_the_log);
    tcase_add_test(t, one_line);
    return unit_run(t);
}
