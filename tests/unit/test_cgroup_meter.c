/* SPDX-License-Identifier: MIT */
/* Tests of look after look on a directory of files as the kernel writes them. */
#include "cgroup/cgroup_meter.h"

#include "base/str.h"
#include "unit.h"

#include <sys/resource.h>

static struct err e;

static void file_make(const char *name, const char *text)
{
    int fd = openat(unit_dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fs_write_all(fd, text, strlen(text)), 0);
    close(fd);
}

static struct cgroup here(void)
{
    return (struct cgroup){ .fd = dup(unit_dirfd), .abs_path = str_dup("GROUP") };
}

static void make_all(void)
{
    file_make("cpu.stat", "usage_usec 30\nuser_usec 20\nsystem_usec 10\n");
    file_make("memory.current", "5000\n");
    file_make("memory.max", "max\n");
    file_make("memory.stat", "anon 1000\nfile 3000\ninactive_anon 9\ninactive_file 2000\n");
    file_make("pids.current", "3\n");
    file_make("io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n"
                         "253:16 \n254:1 rbytes=9 cost.usage=8 wbytes=7\n");
    file_make("cpu.pressure", "some avg10=1.50 avg60=0.25 avg300=0.00 total=77\n"
                              "full avg10=0.50 avg60=0.00 avg300=0.00 total=66\n");
    file_make("io.pressure", "some avg10=broken\n");
}

START_TEST(reads_what_is_there_now)
{
    struct cgroup cg = here();
    struct cgroup_meter m = CGROUP_METER_INIT;
    struct cgroup_meter_reading r;

    make_all();
    unit_ok(cgroup_meter_open(&cg, CGROUP_STAT_PRESSURE, &m, &e), &e);
    ck_assert_int_eq(cg.fd, -1);
    unit_ok(cgroup_meter_read(&m, &r, &e), &e);
    ck_assert_uint_eq(r.cpu.usage, 30);
    ck_assert_uint_eq(r.cpu.system, 10);
    ck_assert_uint_eq(r.memory.max, CGROUP_STAT_NO_LIMIT);
    ck_assert_uint_eq(cgroup_stat_working_set(&r.memory), 3000);
    ck_assert_uint_eq(r.pids, 3);
    ck_assert_uint_eq(r.read, 10);
    ck_assert_uint_eq(r.written, 9);
    ck_assert_double_eq(r.cpu.psi.some.avg10, 1.5);
    ck_assert_uint_eq(r.cpu.psi.full.total, 66);
    ck_assert(!r.memory.psi.there);
    ck_assert(!r.io_psi.there);
    ck_assert_int_gt(r.time, 0);

    file_make("cpu.stat", "usage_usec 31\n");
    file_make("memory.max", "8192\n");
    unit_ok(cgroup_meter_read(&m, &r, &e), &e);
    ck_assert_uint_eq(r.cpu.usage, 31);
    ck_assert_uint_eq(r.memory.max, 8192);
    cgroup_meter_close(&m);
    cgroup_meter_close(&m);
}
END_TEST

START_TEST(tells_what_is_not_there)
{
    struct cgroup cg = here();
    struct cgroup_meter m = CGROUP_METER_INIT;
    struct cgroup_meter_reading r;

    unit_fails(cgroup_meter_open(&cg, 0, &m, &e), ERR_NOT_FOUND, &e);
    ck_assert_str_eq(e.msg, "cgroup GROUP is gone");
    ck_assert_int_ge(cg.fd, 0);
    file_make("cpu.stat", "usage_usec 30\n");
    file_make("cpu.pressure", "some avg10=1.50 avg60=0.25 avg300=0.00 total=77\n");
    unit_ok(cgroup_meter_open(&cg, 0, &m, &e), &e);
    unit_ok(cgroup_meter_read(&m, &r, &e), &e);
    ck_assert(!r.memory.there);
    ck_assert(!r.pids_there);
    ck_assert(!r.io_there);
    ck_assert(!r.cpu.psi.there);
    cgroup_meter_close(&m);
}
END_TEST

START_TEST(without_descriptors_to_spare)
{
    struct cgroup cg = here();
    struct cgroup_meter m = CGROUP_METER_INIT;
    struct cgroup_meter_reading r;
    struct rlimit files;

    make_all();
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = (rlim_t)cg.fd + 1;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
    unit_ok(cgroup_meter_open(&cg, CGROUP_STAT_PRESSURE, &m, &e), &e);
    ck_assert_int_lt(m.fd[CGROUP_METER_IO], 0);
    files.rlim_cur++; /* one is enough to look */
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
    unit_ok(cgroup_meter_read(&m, &r, &e), &e);
    ck_assert_uint_eq(r.cpu.usage, 30);
    ck_assert_uint_eq(r.pids, 3);
    ck_assert_uint_eq(r.read, 10);
    ck_assert(!r.memory.psi.there);
    cgroup_meter_close(&m);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("cgroup_meter");

    tcase_add_checked_fixture(t, unit_dir_make, unit_dir_remove);
    tcase_add_test(t, reads_what_is_there_now);
    tcase_add_test(t, tells_what_is_not_there);
    tcase_add_test(t, without_descriptors_to_spare);
    return unit_run(t);
}
