/* SPDX-License-Identifier: MIT */
/* Tests of groups on this machine's v2 tree, in a group of the test's own. */
#include "base/fs.h"
#include "base/proc.h"
#include "base/str.h"
#include "cgroup/cgroup.h"
#include "cgroup/cgroup_control.h"
#include "unit.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>

static struct cgroup_tree tree = CGROUP_TREE_INIT;
static char top[64];

static bool can_run(void)
{
    struct err e = ERR_INIT;

    if (geteuid() == 0 && cgroup_tree_open(&tree, &e) >= 0)
        return true;
    fprintf(stderr, "SKIP: groups cannot be made here: %s\n", e.msg);
    return false;
}

static void begin(void)
{
    struct err e = ERR_INIT;

    /* libcheck's handler would pass the signal on to the whole process group. */
    signal(SIGTERM, SIG_DFL);
    if (tree.fd < 0)
        unit_ok(cgroup_tree_open(&tree, &e), &e);
    snprintf(top, sizeof(top), "/%s", unit_name());
}

static void end(void)
{
    struct err e = ERR_INIT;
    struct cgroup cg = CGROUP_INIT;

    if (cgroup_open(&tree, top, &cg, &e) >= 0) {
        cgroup_kill(&cg, &e);
        cgroup_close(&cg);
    }
    unit_ok(cgroup_remove(&tree, top, &e), &e);
}

static struct cgroup make(const char *name)
{
    struct cgroup cg = CGROUP_INIT;
    struct err e = ERR_INIT;
    AUTO_FREE char *path = str_fmt("%s/%s", top, name);

    unit_ok(cgroup_create(&tree, path, NULL, 0, &cg, &e), &e);
    return cg;
}

/* A process that is born in the group and sleeps. */
static pid_t sleeper(const struct cgroup *cg)
{
    pid_t pid = proc_clone(0, cg->fd, NULL);

    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        for (;;)
            pause();
    return pid;
}

START_TEST(a_group_is_made_with_its_parents)
{
    struct cgroup cg = make("a/b/c");
    struct err e = ERR_INIT;
    struct stat st;

    ck_assert_int_eq(stat(cg.abs_path, &st), 0);
    ck_assert(str_ends(cg.abs_path, "/a/b/c"));
    ck_assert(!cgroup_populated(&cg));
    unit_ok(cgroup_remove(&tree, cg.path, &e), &e);
    ck_assert_int_lt(stat(cg.abs_path, &st), 0);
    unit_ok(cgroup_remove(&tree, cg.path, &e), &e);
    unit_fails(cgroup_open(&tree, cg.path, &cg, &e), ERR_NOT_FOUND, &e);
    cgroup_close(&cg);
}
END_TEST

START_TEST(processes_are_born_listed_and_killed)
{
    struct cgroup cg = make("kill"), below = make("kill/below");
    pid_t a = sleeper(&cg), b = sleeper(&below);
    AUTO_FREE pid_t *pids = NULL;
    struct err e = ERR_INIT;
    size_t n = 0;

    unit_ok(cgroup_procs(&cg, &pids, &n, &e), &e);
    ck_assert_uint_eq(n, 2);
    ck_assert((pids[0] == a && pids[1] == b) || (pids[0] == b && pids[1] == a));
    ck_assert(cgroup_populated(&cg));
    unit_ok(cgroup_kill(&cg, &e), &e);
    ck_assert_int_eq(proc_exit_code(proc_wait(a)), 128 + SIGKILL);
    ck_assert_int_eq(proc_exit_code(proc_wait(b)), 128 + SIGKILL);
    unit_ok(cgroup_remove(&tree, cg.path, &e), &e);
    unit_ok(cgroup_kill(&cg, &e), &e);
    cgroup_close(&cg);
    cgroup_close(&below);
}
END_TEST

/* Forks and ends, and so does the child, for ever: no list of processes is true for long. */
static void run_away(const struct cgroup *cg)
{
    pid_t pid = proc_clone(0, cg->fd, NULL);

    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        while (fork() == 0)
            ;
    if (pid == 0)
        _exit(0);
    proc_wait(pid);
}

/* What a kernel before 5.14 lacks, here may not be written. */
static void hide_kill(const struct cgroup *cg)
{
    AUTO_FREE char *file = str_fmt("%s/cgroup.kill", cg->abs_path);

    ck_assert_int_eq(mount(file, file, NULL, MS_BIND, NULL), 0);
    ck_assert_int_eq(mount(NULL, file, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL), 0);
    ck_assert_int_lt(fs_put(cg->fd, "cgroup.kill", "1"), 0);
}

START_TEST(without_cgroup_kill_nobody_forks_away)
{
    for (int round = 0; round < 20; round++) {
        struct cgroup cg = make("chase");
        struct err e = ERR_INIT;
        AUTO_FREE char *file = str_fmt("%s/cgroup.kill", cg.abs_path);

        hide_kill(&cg);
        for (int i = 0; i < 4; i++)
            run_away(&cg);
        unit_ok(cgroup_kill(&cg, &e), &e);
        ck_assert(!cgroup_frozen(&cg));
        umount2(file, MNT_DETACH);
        unit_ok(cgroup_remove(&tree, cg.path, &e), &e);
        cgroup_close(&cg);
    }
}
END_TEST

START_TEST(a_full_tree_names_its_limit)
{
    struct cgroup cg = make("full"), below = CGROUP_INIT;
    struct err e = ERR_INIT;
    AUTO_FREE char *path = str_fmt("%s/a/b", cg.path);
    AUTO_FREE char *want = str_fmt("%s/cgroup.max.descendants is 1: it is full", cg.abs_path);

    ck_assert_int_eq(fs_put(cg.fd, "cgroup.max.descendants", "1"), 0);
    unit_fails(cgroup_create(&tree, path, NULL, 0, &below, &e), ERR_SYS, &e);
    ck_assert_int_eq(e.errnum, EAGAIN);
    ck_assert_str_eq(e.hint, want);
    cgroup_close(&cg);
}
END_TEST

/* Files that need no controller, so that every machine can do it. */
START_TEST(an_update_that_fails_puts_back_what_it_wrote)
{
    struct cgroup cg = make("undo");
    struct json_pair both[] = { { (char *)"cgroup.max.depth", (char *)"5" },
                                { (char *)"cgroup.max.descendants", (char *)"many" } };
    struct config_resources r = { .unified = { both, 1 } };
    const struct cgroup_change change = { .now = &r, .named = &r };
    struct err e = ERR_INIT;
    char text[32];

    unit_ok(cgroup_update(&tree, &cg, &change, &e), &e);
    both[0].val = (char *)"6";
    r.unified.n = 2;
    unit_fails(cgroup_update(&tree, &cg, &change, &e), ERR_SYS, &e);
    ck_assert_msg(strstr(e.msg, "write \"many\" to ") && strstr(e.msg, "/cgroup.max.descendants: "),
                  "%s", e.msg);
    ck_assert_int_gt(fs_read_small(cg.fd, "cgroup.max.depth", text, sizeof(text)), 0);
    ck_assert_str_eq(text, "5");
    cgroup_close(&cg);
}
END_TEST

START_TEST(a_birth_that_the_kernel_refuses_is_explained)
{
    struct cgroup cg = make("threads"), below = make("threads/below");
    struct err e = ERR_INIT;

    ck_assert_int_eq(fs_put(cg.fd, "cgroup.type", "threaded"), 0);
    pid_t pid = proc_clone(0, below.fd, NULL);
    if (pid == 0)
        _exit(0);
    ck_assert_int_lt(pid, 0);
    err_sys(&e, "clone3", NULL);
    ck_assert_int_eq(e.errnum, EOPNOTSUPP);
    cgroup_explain_birth(below.fd, &e);
    ck_assert_msg(strstr(e.hint, "of the type \"domain invalid\""), "%s", e.hint);
    cgroup_close(&below);
    cgroup_close(&cg);
}
END_TEST

START_TEST(a_used_group_is_not_taken_again)
{
    struct cgroup cg = make("used"), again = make("used");
    pid_t pid = sleeper(&cg);
    struct err e = ERR_INIT;
    AUTO_FREE char *want = str_fmt("pid %d (", (int)pid);

    cgroup_close(&again);
    unit_fails(cgroup_create(&tree, cg.path, NULL, 0, &again, &e), ERR_IN_USE, &e);
    unit_fails(cgroup_remove(&tree, cg.path, &e), ERR_IN_USE, &e);
    ck_assert_msg(strstr(e.msg, want), "%s", e.msg);
    unit_ok(cgroup_signal(&cg, SIGTERM, &e), &e);
    ck_assert_int_eq(proc_exit_code(proc_wait(pid)), 128 + SIGTERM);
    cgroup_close(&cg);
}
END_TEST

START_TEST(removal_waits_for_the_dying)
{
    struct cgroup cg = make("dying");
    pid_t pid = sleeper(&cg);
    struct err e = ERR_INIT;

    if (fork() == 0) {
        while (proc_state(getppid()) != 'S') /* it waits */
            usleep(1000);
        cgroup_kill(&cg, &e);
        _exit(0);
    }
    unit_ok(cgroup_remove(&tree, cg.path, &e), &e);
    ck_assert_int_eq(proc_exit_code(proc_wait(pid)), 128 + SIGKILL);
    cgroup_close(&cg);
}
END_TEST

START_TEST(frozen_processes_stand_still_and_can_be_killed)
{
    struct cgroup cg = make("freeze");
    volatile uint64_t *ticks =
        mmap(NULL, sizeof(*ticks), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct err e = ERR_INIT;
    pid_t pid = proc_clone(0, cg.fd, NULL);

    if (pid == 0)
        for (;; usleep(1000))
            ++*ticks;
    while (*ticks == 0)
        usleep(1000);
    ck_assert(!cgroup_frozen(&cg));
    unit_ok(cgroup_freeze(&cg, &e), &e);
    ck_assert(cgroup_frozen(&cg));
    uint64_t before = *ticks;
    usleep(50 * 1000);
    ck_assert_uint_eq(*ticks, before);
    unit_ok(cgroup_thaw(&cg, &e), &e);
    ck_assert(!cgroup_frozen(&cg));
    while (*ticks == before)
        usleep(1000);
    unit_ok(cgroup_freeze(&cg, &e), &e);
    unit_ok(cgroup_kill(&cg, &e), &e);
    ck_assert_int_eq(proc_exit_code(proc_wait(pid)), 128 + SIGKILL);
    cgroup_close(&cg);
}
END_TEST

START_TEST(entering_moves_a_process)
{
    struct cgroup from = make("from"), to = make("to");
    pid_t pid = sleeper(&from);
    struct err e = ERR_INIT;

    unit_ok(cgroup_enter(&to, pid, &e), &e);
    ck_assert(!cgroup_populated(&from));
    ck_assert(cgroup_populated(&to));
    unit_fails(cgroup_enter(&to, 0x7ffffff0, &e), ERR_SYS, &e);
    unit_ok(cgroup_kill(&to, &e), &e);
    proc_wait(pid);
    cgroup_close(&from);
    cgroup_close(&to);
}
END_TEST

static const struct {
    const char *given, *want;
} paths[] = {
    { NULL, "/hako/ID" },    { "", "/hako/ID" },
    { "/a/b", "/a/b" },      { "a/b", "/hako/a/b" },
    { "//a/./b//", "/a/b" }, { "/", NULL },
    { "/a/../b", NULL },     { "system.slice:hako:x", NULL },
    { "..", NULL },
};

START_TEST(paths_are_canonical)
{
    AUTO_FREE char *path = NULL;
    struct err e = ERR_INIT;

    if (!paths[_i].want) {
        unit_fails(cgroup_path(paths[_i].given, "ID", &path, &e), ERR_INVALID, &e);
        return;
    }
    unit_ok(cgroup_path(paths[_i].given, "ID", &path, &e), &e);
    ck_assert_str_eq(path, paths[_i].want);
}
END_TEST

/* Either the limit is set, or an error names controller, limit and holder before a group is made:
 * this machine decides which. */
START_TEST(limits_are_set_or_explained)
{
    struct config_memory m = { .limit = { true, 64 << 20 } };
    struct config_pids p = { .limit = { true, 20 } };
    struct config_resources r = { .memory = &m, .pids = &p };
    AUTO_FREE char *path = str_fmt("%s/limits", top);
    struct cgroup cg = CGROUP_INIT;
    struct err e = ERR_INIT;
    char text[32];

    unsigned missing = cgroup_control_missing(&tree, top, CGROUP_MEMORY | CGROUP_PIDS);
    if (missing == 0) {
        unit_ok(cgroup_check(path, &r, 0, &e), &e);
        unit_ok(cgroup_create(&tree, path, &r, 0, &cg, &e), &e);
        ck_assert_int_gt(fs_read_small(cg.fd, "memory.max", text, sizeof(text)), 0);
        ck_assert_str_eq(text, "67108864");
        ck_assert_int_gt(fs_read_small(cg.fd, "pids.max", text, sizeof(text)), 0);
        ck_assert_str_eq(text, "20");
        cgroup_close(&cg);
        return;
    }
    unit_fails(cgroup_check(path, &r, 0, &e), ERR_UNSUPPORTED, &e);
    unit_fails(cgroup_create(&tree, path, &r, 0, &cg, &e), ERR_UNSUPPORTED, &e);
    ck_assert_msg(strstr(e.msg, "memory (memory.limit) is "), "%s", e.msg);
    ck_assert_msg(strstr(e.msg, "pids (pids.limit) is "), "%s", e.msg);
    if (access("/sys/fs/cgroup/memory", F_OK) == 0)
        ck_assert_msg(strstr(e.msg, "held by cgroup v1 at /sys/fs/cgroup/memory"), "%s", e.msg);
    ck_assert_int_lt(faccessat(tree.fd, top + 1, F_OK, 0), 0);
}
END_TEST

START_TEST(every_controller_has_its_reason)
{
    for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++) {
        AUTO_BUF struct buf b = { 0 };
        AUTO_FREE char *place = NULL;
        unsigned bit = 1u << i;
        enum cgroup_control_state state = cgroup_control_state(&tree, "", bit, &place);
        ck_assert_int_eq(state == CGROUP_CONTROL_AVAILABLE,
                         !cgroup_control_missing(&tree, "", bit));
        cgroup_control_reason(&tree, "", bit, &b);
        ck_assert_msg(str_starts(b.data, "is "), "%s", b.data);
        ck_assert_msg(!place || strstr(b.data, place), "%s not in %s", place, b.data);
    }
}
END_TEST

/* A process of another program in the way of controllers is named. */
START_TEST(internal_processes_are_named)
{
    struct cgroup cg = make("inner");
    char *const sleep_argv[] = { (char[]){ "sleep" }, (char[]){ "1000" }, NULL };
    char name[32] = "";
    struct err e = ERR_INIT;
    pid_t pid = proc_clone(0, cg.fd, NULL);

    if (pid == 0) {
        execvp(sleep_argv[0], sleep_argv);
        _exit(127);
    }
    unsigned have = cgroup_control_read(&tree, ".", "cgroup.controllers");
    unsigned bit = have & CGROUP_MEMORY ? CGROUP_MEMORY : have & CGROUP_HUGETLB;
    AUTO_FREE char *comm = str_fmt("/proc/%d/comm", (int)pid);
    while (fs_read_small(AT_FDCWD, comm, name, sizeof(name)) > 0 && !STREQ(name, "sleep"))
        usleep(1000);
    if (bit == CGROUP_MEMORY) {
        unit_fails(cgroup_control_enable(&tree, cg.path, bit, &e), ERR_UNSUPPORTED, &e);
        ck_assert_msg(strstr(e.msg, "(sleep)"), "%s", e.msg);
    }
    unit_ok(cgroup_kill(&cg, &e), &e);
    proc_wait(pid);
    cgroup_close(&cg);
}
END_TEST

/* The end of one container takes the common parent away while another one begins. */
START_TEST(beginnings_survive_endings)
{
    struct config_hugepage huge = { .page_size = (char[]){ "2MB" }, .limit = 0 };
    struct config_resources r = { .hugepages = &huge, .n_hugepages = 1 };
    struct cgroup_tree own = { .path = tree.path };
    struct cgroup cg = make("tree/x");
    pid_t pids[3];
    struct err e = ERR_INIT;

    /* A tree of the test's own: nobody else's containers keep the parent there. */
    bool limits = cgroup_control_missing(&tree, cg.path, CGROUP_HUGETLB) == 0;
    if (limits)
        unit_ok(cgroup_control_enable(&tree, cg.path, CGROUP_HUGETLB, &e), &e);
    own.fd = cg.fd;
    for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
        pids[i] = fork();
        if (pids[i] != 0)
            continue;
        AUTO_FREE char *path = str_fmt(CGROUP_PARENT "/%d", (int)getpid());
        for (int n = 0; n < 2000; n++) {
            if (cgroup_create(&own, path, limits && n % 2 ? &r : NULL, 0, &cg, &e) < 0 ||
                cgroup_remove(&own, path, &e) < 0) {
                fprintf(stderr, "%d: %s\n", n, e.msg);
                _exit(1);
            }
            cgroup_close(&cg);
        }
        _exit(0);
    }
    int failed = 0;
    for (size_t i = 0; i < ARRAY_LEN(pids); i++)
        failed += proc_exit_code(proc_wait(pids[i])) != 0;
    ck_assert_int_eq(failed, 0);
    cgroup_close(&cg);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("cgroup");

    if (!can_run())
        return 77;
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, a_group_is_made_with_its_parents);
    tcase_add_test(t, processes_are_born_listed_and_killed);
    tcase_add_test(t, without_cgroup_kill_nobody_forks_away);
    tcase_add_test(t, a_full_tree_names_its_limit);
    tcase_add_test(t, an_update_that_fails_puts_back_what_it_wrote);
    tcase_add_test(t, a_birth_that_the_kernel_refuses_is_explained);
    tcase_add_test(t, a_used_group_is_not_taken_again);
    tcase_add_test(t, removal_waits_for_the_dying);
    tcase_add_test(t, frozen_processes_stand_still_and_can_be_killed);
    tcase_add_test(t, entering_moves_a_process);
    tcase_add_loop_test(t, paths_are_canonical, 0, ARRAY_LEN(paths));
    tcase_add_test(t, limits_are_set_or_explained);
    tcase_add_test(t, every_controller_has_its_reason);
    tcase_add_test(t, internal_processes_are_named);
    tcase_add_test(t, beginnings_survive_endings);
    return unit_run(t);
}
