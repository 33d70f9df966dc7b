/* SPDX-License-Identifier: MIT */
/* What the systemd driver refuses before it asks systemd for anything. */
#include "cgroup/cgroup_driver.h"
#include "tests/unit/unit.h"

#include <string.h>

/* Nobody has mounted cgroup v2: process 1 is a systemd with the kernel's older hierarchies alone.
 */
START_TEST(version_1_alone)
{
    char path[] = "cgroup2:";
    const struct cgroup_tree t = { .fd = -1, .path = path, .mixed = true, .unseen = true };
    const struct cgroup_want w = { .id = "box" };
    struct cgroup cg = CGROUP_INIT;
    struct err e = ERR_INIT;

    unit_fails(cgroup_systemd.create(&t, "/system.slice/hako-box.scope", &w, &cg, &e),
               ERR_UNSUPPORTED, &e);
    ck_assert_ptr_nonnull(strstr(e.msg, "systemd keeps its groups in cgroup v1 here"));
    ck_assert_ptr_nonnull(strstr(e.hint, "--cgroup-manager=cgroupfs"));
    ck_assert_int_eq(cg.fd, -1);
    ck_assert_int_eq(cg.holder, 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("cgroup_systemd");

    tcase_add_test(t, version_1_alone);
    return unit_run(t);
}
