/* SPDX-License-Identifier: MIT */
/* Classes of service on a directory that looks like resctrl: no machine of the tests has one. */
#include "base/fs.h"
#include "runtime/resctrl.h"
#include "tests/unit/unit.h"

#include <fcntl.h>

static struct err e;
static int root;

static void make(const char *path, const char *text)
{
    int fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fs_write_all(fd, text, strlen(text)), 0);
    close(fd);
}

static void holds(const char *path, const char *text)
{
    char have[256];

    ck_assert_int_ge(fs_read_small(root, path, have, sizeof(have)), 0);
    ck_assert_str_eq(have, text);
}

static void start(void)
{
    unit_dir_make();
    root = unit_dirfd;
    mkdirat(root, "gold", 0755);
    mkdirat(root, "gold/mon_groups", 0755);
    make("gold/tasks", "");
    make("gold/schemata", "    MB:0=100;1= 70\n    L3:0=7f0;1=01f\n");
    mkdirat(root, "info", 0755);
    make("info/last_cmd_status", "ok\n");
    make("tasks", "");
}

static void finish(void)
{
    unit_dir_remove();
}

START_TEST(lines_are_put_together_as_the_spec_has_it)
{
    char *more[] = { (char *)"L2:0=f", (char *)"MB:0=20", NULL };
    struct config_intel_rdt rdt = { .l3_cache_schema = (char *)"L3:0=f\nMB:0=10\nL3CODE:0=3",
                                    .mem_bw_schema = (char *)"MB:0=50",
                                    .schemata = more };
    AUTO_FREE char *first = resctrl_lines(&rdt, false);
    AUTO_FREE char *last = resctrl_lines(&rdt, true);
    ck_assert_str_eq(first, "L3:0=f\nL3CODE:0=3\nMB:0=50\n");
    ck_assert_str_eq(last, "L2:0=f\nMB:0=20\n");
    rdt.mem_bw_schema = NULL;
    AUTO_FREE char *alone = resctrl_lines(&rdt, false);
    ck_assert_str_eq(alone, "L3:0=f\nMB:0=10\nL3CODE:0=3\n");
    rdt = (struct config_intel_rdt){ 0 };
    AUTO_FREE char *none = resctrl_lines(&rdt, true);
    ck_assert_str_eq(none, "");
}
END_TEST

START_TEST(a_class_that_exists_is_entered_when_it_has_what_is_wanted)
{
    struct config_intel_rdt rdt = { .clos_id = (char *)"gold" };

    unit_ok(resctrl_enter(root, &rdt, "box", 42, &e), &e);
    holds("gold/tasks", "42");
    rdt.l3_cache_schema = (char *)"L3:1=1F;0=07F0";
    rdt.mem_bw_schema = (char *)"MB:1=70";
    unit_ok(resctrl_enter(root, &rdt, "box", 43, &e), &e);
    holds("gold/tasks", "43");
    static const char *const others[] = { "L3:0=7f1", "L3:2=1f", "L2:0=1", "L3:0", "L3:0=7f0;1=1" };
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        rdt.l3_cache_schema = (char *)(uintptr_t)others[i];
        unit_fails(resctrl_enter(root, &rdt, "box", 44, &e), ERR_INVALID, &e);
        ck_assert_ptr_nonnull(
            strstr(e.msg, "/linux/intelRdt/closID: class gold exists with other"));
    }
    holds("gold/tasks", "43");
    unit_ok(resctrl_leave(root, &rdt, "box", &e), &e);
    ck_assert_int_eq(faccessat(root, "gold", F_OK, 0), 0);
}
END_TEST

START_TEST(a_class_by_name_that_is_missing)
{
    struct config_intel_rdt rdt = { .clos_id = (char *)"silver" };

    unit_fails(resctrl_enter(root, &rdt, "box", 42, &e), ERR_NOT_FOUND, &e);
    ck_assert_str_eq(e.msg, "/linux/intelRdt/closID: class silver does not exist");
    /* To be made; here no kernel fills it, and it goes again. */
    rdt.mem_bw_schema = (char *)"MB:0=10";
    make("info/last_cmd_status", "Invalid schema\n");
    unit_fails(resctrl_enter(root, &rdt, "box", 42, &e), ERR_SYS, &e);
    ck_assert_ptr_nonnull(strstr(e.msg, "/linux/intelRdt: Invalid schema: write schemata"));
    ck_assert_int_lt(faccessat(root, "silver", F_OK, 0), 0);
    rdt = (struct config_intel_rdt){ 0 };
    unit_fails(resctrl_enter(root, &rdt, "box", 42, &e), ERR_SYS, &e);
    ck_assert_int_lt(faccessat(root, "box", F_OK, 0), 0);
}
END_TEST

START_TEST(monitoring_and_the_root_class)
{
    struct config_intel_rdt rdt = { .clos_id = (char *)"gold",
                                    .enable_monitoring = { .set = true, .val = true } };

    mkdirat(root, "gold/mon_groups/box", 0755);
    make("gold/mon_groups/box/tasks", "");
    unit_ok(resctrl_enter(root, &rdt, "box", 42, &e), &e);
    holds("gold/mon_groups/box/tasks", "42");
    unlinkat(root, "gold/mon_groups/box/tasks", 0); /* what the kernel does by itself */
    unit_ok(resctrl_leave(root, &rdt, "box", &e), &e);
    ck_assert_int_lt(faccessat(root, "gold/mon_groups/box", F_OK, 0), 0);
    rdt = (struct config_intel_rdt){ .clos_id = (char *)"/" };
    unit_ok(resctrl_enter(root, &rdt, "box", 7, &e), &e);
    holds("tasks", "7");
    rdt.enable_monitoring = (struct opt_bool){ .set = true, .val = true };
    unit_fails(resctrl_enter(root, &rdt, "box", 7, &e), ERR_SYS, &e);
    ck_assert_ptr_nonnull(strstr(e.msg, "/linux/intelRdt/enableMonitoring"));
}
END_TEST

START_TEST(an_update_goes_to_the_containers_class)
{
    struct config_intel_rdt rdt = { .clos_id = (char *)"gold" };
    struct config_intel_rdt to = { .mem_bw_schema = (char *)"MB:0=30" };

    AUTO_FREE char *was = NULL;

    make("gold/schemata", "MB:0=7\n");
    unit_ok(resctrl_update(root, &rdt, "box", &to, &was, &e), &e);
    holds("gold/schemata", "MB:0=30");
    resctrl_restore(root, &rdt, "box", was); /* the limits have failed */
    holds("gold/schemata", "MB:0=7\n");      /* no kernel's file: what was longer is not cut off */
    char *none = NULL;
    unit_fails(resctrl_update(root, NULL, "box", &to, &none, &e), ERR_NOT_FOUND, &e);
    ck_assert_ptr_nonnull(strstr(e.msg, "class box does not exist"));
    ck_assert_ptr_null(none);
    resctrl_restore(root, NULL, "box", "");
}
END_TEST

START_TEST(without_a_mount_there_is_none)
{
    int fd;

    if (resctrl_open(&fd, &e) >= 0)
        return;
    ck_assert_int_eq(e.kind, ERR_UNSUPPORTED);
    ck_assert_str_eq(e.msg, "/linux/intelRdt: no resctrl file system is mounted");
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("resctrl");

    tcase_add_checked_fixture(t, start, finish);
    tcase_add_test(t, lines_are_put_together_as_the_spec_has_it);
    tcase_add_test(t, a_class_that_exists_is_entered_when_it_has_what_is_wanted);
    tcase_add_test(t, a_class_by_name_that_is_missing);
    tcase_add_test(t, monitoring_and_the_root_class);
    tcase_add_test(t, an_update_goes_to_the_containers_class);
    tcase_add_test(t, without_a_mount_there_is_none);
    return unit_run(t);
}
