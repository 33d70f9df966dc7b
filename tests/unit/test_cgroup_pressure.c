/* SPDX-License-Identifier: MIT */
/* Tests of the grammar of pressure triggers, and of setting one on a directory without the file. */
#include "cgroup/cgroup_pressure.h"
#include "unit.h"

#include <string.h>

static struct err e;

static const struct {
    const char *spec;
    const char *full; /* or the error, which starts with a quote */
} rows[] = {
    { "memory", "memory:some:200ms/2s" },
    { "cpu:full", "cpu:full:200ms/2s" },
    { "io:some:150ms/1s", "io:some:150ms/1s" },
    { "io:1500us/1.5s", "io:some:1500us/1500ms" },
    { "memory:full:2/4", "memory:full:2s/4s" },
    { "memory:some:10s/10s", "memory:some:10s/10s" },
    { "", "\"\": resources are cpu, memory and io" },
    { "mem:some:1s/2s", "\"mem:some:1s/2s\": resources are cpu, memory and io" },
    { "memory:any", "\"memory:any\": expected some, full or STALL/WINDOW" },
    { "memory:", "\"memory:\": expected some, full or STALL/WINDOW" },
    { "memory:some:1s", "\"memory:some:1s\": expected some, full or STALL/WINDOW" },
    { "memory:some:1s/2s:x", "\"memory:some:1s/2s:x\": too many parts" },
    { "memory:1s/499ms", "\"memory:1s/499ms\": the window must be from 500ms to 10s" },
    { "memory:1s/11s", "\"memory:1s/11s\": the window must be from 500ms to 10s" },
    { "memory:3s/2s", "\"memory:3s/2s\": the stall must be longer than 0 and no longer than the "
                      "window" },
    { "memory:0/2s", "\"memory:0/2s\": the stall must be longer than 0 and no longer than the "
                     "window" },
    { "memory:x/2s", "\"memory:x/2s\": invalid value \"x\": expected a duration such as 10, 500ms, "
                     "30s or 1m30s" },
    { "memory:1s/",
      "\"memory:1s/\": invalid value \"\": expected a duration such as 10, 500ms, 30s "
      "or 1m30s" },
};

START_TEST(grammar)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_BUF struct buf text = { 0 };
        struct cgroup_pressure p;
        int r = cgroup_pressure_parse(rows[i].spec, &p, &e);
        if (r < 0) {
            ck_assert_int_eq(e.kind, ERR_INVALID);
            ck_assert_str_eq(e.msg, rows[i].full);
            continue;
        }
        cgroup_pressure_text(&p, &text);
        ck_assert_str_eq(text.data, rows[i].full);
    }
}
END_TEST

START_TEST(not_accounted)
{
    struct cgroup cg = { .fd = unit_dirfd, .abs_path = (char *)"GROUP" };
    struct cgroup_pressure p;
    int fd = -1;

    unit_ok(cgroup_pressure_parse("io", &p, &e), &e);
    unit_fails(cgroup_pressure_open(&cg, &p, &fd, &e), ERR_UNSUPPORTED, &e);
    ck_assert_str_eq(e.msg, "GROUP/io.pressure: pressure is not accounted here");
    ck_assert_str_eq(e.hint, "boot the kernel with psi=1");
    cg.fd = -1;
    unit_fails(cgroup_pressure_open(&cg, &p, &fd, &e), ERR_UNSUPPORTED, &e);
    ck_assert_ptr_nonnull(strstr(e.msg, "no cgroup of its own"));
    ck_assert_int_eq(fd, -1);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("cgroup_pressure");

    tcase_add_checked_fixture(t, unit_dir_make, unit_dir_remove);
    tcase_add_test(t, grammar);
    tcase_add_test(t, not_accounted);
    return unit_run(t);
}
