/* SPDX-License-Identifier: MIT */
/* cgroupsPath in systemd's form as a scope and its group. */
#include "cgroup/cgroup_unit.h"
#include "tests/unit/unit.h"

static const struct {
    const char *cgroups_path;
    bool user;
    const char *path; /* NULL: refused */
} rows[] = {
    { "machine.slice:libpod:abc", false, "/machine.slice/libpod-abc.scope" },
    { ":docker:abc", false, "/system.slice/docker-abc.scope" },
    { ":docker:abc", true, "/user.slice/docker-abc.scope" },
    { "a-b-c.slice::abc", false, "/a.slice/a-b.slice/a-b-c.slice/-abc.scope" },
    { "-.slice:x:y", false, "/x-y.scope" },
    { "-:x:y", false, "/x-y.scope" },
    { "machine.slice:libpod:", false, "/machine.slice/libpod-box.scope" },
    { NULL, false, "/system.slice/hako-box.scope" },
    { "", true, "/user.slice/hako-box.scope" },
    { "/machine/abc", false, NULL },
    { "a:b", false, NULL },
    { "a:b:c:d", false, NULL },
    { "machine:b:c", false, NULL },
    { "a--b.slice:b:c", false, NULL },
    { "-a.slice:b:c", false, NULL },
    { ".slice:b:c", false, NULL },
    { "../x.slice:b:c", false, NULL },
    { "machine.slice:b:c d", false, NULL },
};

START_TEST(paths)
{
    AUTO_CGROUP_UNIT struct cgroup_unit u = { 0 };
    struct err e = ERR_INIT;
    int r = cgroup_unit_make(rows[_i].cgroups_path, "box", NULL, rows[_i].user, &u, &e);

    if (!rows[_i].path) {
        unit_fails(r, ERR_INVALID, &e);
        return;
    }
    unit_ok(r, &e);
    ck_assert_str_eq(u.path, rows[_i].path);
}
END_TEST

START_TEST(subgroup)
{
    AUTO_CGROUP_UNIT struct cgroup_unit u = { 0 };
    struct json_map map = { 0 };
    struct err e = ERR_INIT;
    size_t len = 0;

    json_map_set(&map, "run.oci.systemd.subgroup", "inner");
    unit_ok(cgroup_unit_make(NULL, "box", &map, false, &u, &e), &e);
    ck_assert_str_eq(u.path, "/system.slice/hako-box.scope/inner");
    AUTO_FREE char *name = cgroup_unit_of(u.path, &len);
    ck_assert_str_eq(name, "hako-box.scope");
    ck_assert_str_eq(u.path + len, "/inner");
    json_map_set(&map, "run.oci.systemd.subgroup", "a/b");
    cgroup_unit_free(&u);
    unit_fails(cgroup_unit_make(NULL, "box", &map, false, &u, &e), ERR_INVALID, &e);
    json_map_free(&map);
}
END_TEST

START_TEST(no_scope)
{
    ck_assert_ptr_null(cgroup_unit_of("/hako/box", NULL));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("cgroup_unit");

    tcase_add_loop_test(t, paths, 0, ARRAY_LEN(rows));
    tcase_add_test(t, subgroup);
    tcase_add_test(t, no_scope);
    return unit_run(t);
}
