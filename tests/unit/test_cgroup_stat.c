/* SPDX-License-Identifier: MIT */
/* Tests of statistics on a directory of files as the kernel writes them. */
#include "cgroup/cgroup_stat.h"
#include "unit.h"

static void file_make(const char *name, const char *text)
{
    int fd = openat(unit_dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fs_write_all(fd, text, strlen(text)), 0);
    close(fd);
}

static struct cgroup here(void)
{
    return (struct cgroup){ .fd = unit_dirfd, .abs_path = (char *)"GROUP" };
}

#define CPU_STAT                                                                                   \
    "usage_usec 30\nuser_usec 20\nsystem_usec 10\nnr_periods 5\nnr_throttled 4\n"                  \
    "throttled_usec 3\nnr_bursts 2\nburst_usec 1\n"

START_TEST(all_that_the_kernel_tells)
{
    const struct cgroup cg = here();
    AUTO_CGROUP_STAT struct cgroup_stat s = { 0 };
    struct err e = ERR_INIT;

    file_make("cpu.stat", CPU_STAT);
    file_make("memory.current", "5000\n");
    file_make("memory.max", "8192\n");
    file_make("memory.peak", "6000\n");
    file_make("memory.swap.current", "7\n");
    file_make("memory.swap.max", "max\n");
    file_make("memory.stat", "anon 1000\nfile 3000\ninactive_anon 9\ninactive_file 2000\n");
    file_make("memory.events", "low 1\nhigh 2\nmax 3\noom 4\noom_kill 5\noom_group_kill 6\n");
    file_make("memory.pressure", "some avg10=1.50 avg60=0.25 avg300=0.00 total=77\n"
                                 "full avg10=0.50 avg60=0.00 avg300=0.00 total=66\n");
    file_make("pids.current", "3\n");
    file_make("pids.max", "max\n");
    file_make("io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n"
                         "253:16 \n254:1 rbytes=9 cost.usage=8 wios=7\n");
    file_make("hugetlb.2MB.max", "max\n");
    file_make("hugetlb.2MB.current", "1\n");
    file_make("hugetlb.2MB.rsvd.max", "4194304\n");
    file_make("hugetlb.2MB.rsvd.current", "2097152\n");
    file_make("hugetlb.2MB.events", "max 11\n");
    unit_ok(cgroup_stat_read(&cg, CGROUP_STAT_PRESSURE | CGROUP_STAT_DETAIL, &s, &e), &e);
    ck_assert_uint_eq(s.cpu.usage, 30);
    ck_assert_uint_eq(s.cpu.user, 20);
    ck_assert_uint_eq(s.cpu.system, 10);
    ck_assert_uint_eq(s.cpu.throttled, 4);
    ck_assert_uint_eq(s.cpu.burst_usec, 1);
    ck_assert(!s.cpu.psi.there);
    ck_assert(s.memory.there);
    ck_assert_uint_eq(s.memory.current, 5000);
    ck_assert_uint_eq(s.memory.max, 8192);
    ck_assert_uint_eq(s.memory.swap_max, CGROUP_STAT_NO_LIMIT);
    ck_assert_uint_eq(s.memory.anon, 1000);
    ck_assert_uint_eq(s.memory.inactive_file, 2000);
    ck_assert_uint_eq(s.memory.oom_events, 4);
    ck_assert_uint_eq(s.memory.oom_kills, 5);
    ck_assert_uint_eq(cgroup_stat_working_set(&s.memory), 3000);
    ck_assert_str_eq(json_map_get(&s.memory_raw, "inactive_anon"), "9");
    ck_assert(s.memory.psi.there);
    ck_assert_double_eq(s.memory.psi.some.avg10, 1.5);
    ck_assert_uint_eq(s.memory.psi.full.total, 66);
    ck_assert_uint_eq(s.pids, 3);
    ck_assert_uint_eq(s.pids_max, CGROUP_STAT_NO_LIMIT);
    ck_assert_uint_eq(s.n_io, 2);
    ck_assert_uint_eq(s.io[0].dios, 6);
    ck_assert_uint_eq(s.io[1].minor, 1);
    ck_assert_uint_eq(s.io[1].rbytes, 9);
    ck_assert_uint_eq(s.io[1].wios, 7);
    ck_assert_uint_eq(s.n_hugetlb, 1);
    ck_assert_str_eq(s.hugetlb[0].size, "2MB");
    ck_assert_uint_eq(s.hugetlb[0].current, 2097152);
    ck_assert_uint_eq(s.hugetlb[0].max, 4194304);
    ck_assert_uint_eq(s.hugetlb[0].events, 11);
}
END_TEST

START_TEST(controllers_that_are_off_and_groups_that_are_gone)
{
    const struct cgroup cg = here();
    AUTO_CGROUP_STAT struct cgroup_stat s = { 0 };
    struct err e = ERR_INIT;

    unit_fails(cgroup_stat_read(&cg, 0, &s, &e), ERR_NOT_FOUND, &e);
    ck_assert_str_eq(e.msg, "cgroup GROUP is gone");
    file_make("cpu.stat", "usage_usec 30\nuser_usec 20\nsystem_usec 10\n");
    unit_ok(cgroup_stat_read(&cg, CGROUP_STAT_PRESSURE | CGROUP_STAT_DETAIL, &s, &e), &e);
    ck_assert_uint_eq(s.cpu.usage, 30);
    ck_assert_uint_eq(s.cpu.periods, 0);
    ck_assert(!s.memory.there);
    ck_assert_uint_eq(s.memory.max, CGROUP_STAT_NO_LIMIT);
    ck_assert_uint_eq(s.pids_max, CGROUP_STAT_NO_LIMIT);
    ck_assert_uint_eq(s.n_io + s.n_hugetlb + s.memory_raw.n, 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("cgroup_stat");

    tcase_add_checked_fixture(t, unit_dir_make, unit_dir_remove);
    tcase_add_test(t, all_that_the_kernel_tells);
    tcase_add_test(t, controllers_that_are_off_and_groups_that_are_gone);
    return unit_run(t);
}
