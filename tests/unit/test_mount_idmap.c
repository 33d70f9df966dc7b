/* SPDX-License-Identifier: MIT */
/* Mappings in an option as crun writes them, and labels as options. */
#include "base/str.h"
#include "runtime/mount_idmap.h"
#include "runtime/mount_label.h"
#include "tests/unit/unit.h"

static struct config_id_mapping inside[] = {
    { .container_id = 0, .host_id = 1000, .size = 1 },
    { .container_id = 1, .host_id = 100000, .size = 65535 },
};
static const struct config box = { .lnx = { .uid_mappings = inside,
                                            .n_uid_mappings = 2,
                                            .gid_mappings = inside,
                                            .n_gid_mappings = 2 } };

static void is_mapping(const struct config_id_mapping *m, uint32_t disk, uint32_t host, uint32_t n)
{
    ck_assert_uint_eq(m->container_id, disk);
    ck_assert_uint_eq(m->host_id, host);
    ck_assert_uint_eq(m->size, n);
}

START_TEST(lists)
{
    CLEANUP(mount_idmap) struct mount_idmap m = { 0 };
    struct err e = ERR_INIT;

    unit_ok(mount_idmap_parse("uids=0-1-10#10-11-5;gids=0-100-10", &box, &m, &e), &e);
    ck_assert_uint_eq(m.n_uids, 2);
    ck_assert_uint_eq(m.n_gids, 1);
    is_mapping(&m.uids[0], 0, 1, 10);
    is_mapping(&m.uids[1], 10, 11, 5);
    is_mapping(&m.gids[0], 0, 100, 10);
}
END_TEST

START_TEST(relative_to_the_container)
{
    CLEANUP(mount_idmap) struct mount_idmap m = { 0 };
    struct err e = ERR_INIT;

    unit_ok(mount_idmap_parse("uids=@5-0-1#@6-3-10;gids=7-7-1", &box, &m, &e), &e);
    is_mapping(&m.uids[0], 5, 1000, 1);
    is_mapping(&m.uids[1], 6, 100002, 10);
    is_mapping(&m.gids[0], 7, 7, 1);
}
END_TEST

START_TEST(what_is_none)
{
    static const char *const bad[] = { "",
                                       "uids=0-1-10",
                                       "uids=0-1;gids=0-1-1",
                                       "uids=0-1-1-1;gids=0-1-1",
                                       "uids=a-1-1;gids=0-1-1",
                                       "uids=0-1-1;gids=",
                                       "uids=0-1-1;pids=0-1-1",
                                       "uids=@0-70000-1;gids=0-1-1",
                                       "uids=0-4294967296-1;gids=0-1-1" };

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct mount_idmap m = { 0 };
        struct err e = ERR_INIT;
        unit_fails(mount_idmap_parse(bad[i], &box, &m, &e), ERR_INVALID, &e);
        ck_assert_msg(strstr(e.msg, "idmap=") != NULL, "%s", e.msg);
    }
}
END_TEST

static char *labelled(const char *label, const char *type, const char *fs)
{
    struct config c = { .lnx.mount_label = str_dup(label) };
    AUTO_STRV char **data = NULL;
    struct err e = ERR_INIT;

    if (type)
        ck_assert_int_eq(json_map_set(&c.annotations, "run.oci.mount_context_type", type), 0);
    unit_ok(mount_label_add(&c, fs, &data, &e), &e);
    char *text = strv_join(data, "|");
    free(c.lnx.mount_label);
    json_map_free(&c.annotations);
    return text;
}

START_TEST(labels)
{
    static const char *const rows[][4] = {
        { "a:b:c:s0:c1,c2", NULL, "tmpfs", "context=a:b:c:s0:c1,c2" },
        { "a:b:c:s0", "rootcontext", "ext4", "rootcontext=a:b:c:s0" },
        { "", NULL, "tmpfs", "" },
        { "a:b:c:s0", NULL, "mqueue", "" },
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_FREE char *got = labelled(rows[i][0], rows[i][1], rows[i][2]);
        ck_assert_str_eq(got, rows[i][3]);
    }
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("mount_idmap");

    tcase_add_test(t, lists);
    tcase_add_test(t, relative_to_the_container);
    tcase_add_test(t, what_is_none);
    tcase_add_test(t, labels);
    return unit_run(t);
}
