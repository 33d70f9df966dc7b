/* SPDX-License-Identifier: MIT */
/* Layers that are refused: hostile names and links, too much of something, damage. */
#include "tests/unit/layer_tar.h"

static const struct {
    char type; /* of a tar header: '0' file, '1' hard link, '5' directory */
    const char *name;
    const char *link;
    enum err_kind kind;
    const char *says;
} hostile[] = {
    { '0', "/abs", NULL, ERR_INVALID, "absolute name" },
    { '0', "../up", NULL, ERR_INVALID, ".." },
    { '0', "a/../../up", NULL, ERR_INVALID, ".." },
    { '0', "a/..", NULL, ERR_INVALID, ".." },
    { '5', "..", NULL, ERR_INVALID, ".." },
    { '1', "h", "/etc/passwd", ERR_INVALID, "hard link to /etc/passwd" },
    { '1', "h", "../outside", ERR_INVALID, "hard link to ../outside" },
    { '1', "h", "dir", ERR_INVALID, "not a file" },
    { '0', "file/child", NULL, ERR_INVALID, "not a directory" },
    { '0', "dangling/child", NULL, ERR_INVALID, "symbolic link to nowhere" },
    { '0', "loop/child", NULL, ERR_SYS, "loop" },
    { '0', "dir/.wh.", NULL, ERR_INVALID, "whiteout" },
    { '0', "dir/.wh...", NULL, ERR_INVALID, "whiteout" },
    { '0', "dir/.wh..", NULL, ERR_INVALID, "whiteout" },
    { '0', ".wh.x/child", NULL, ERR_INVALID, "whiteout" },
    { '0', ".", NULL, ERR_INVALID, "root is not a directory" },
};

START_TEST(refusals)
{
    struct archive_entry *ent =
        entry(hostile[_i].name, (hostile[_i].type == '5' ? S_IFDIR : S_IFREG) | 0644);
    struct err e;

    ck_assert_int_eq(mkdirat(unit_dirfd, "elsewhere", 0755), 0);
    close(openat(unit_dirfd, "outside", O_WRONLY | O_CREAT, 0644));
    add_dir("dir", 0755);
    add_file("file", "x");
    add_symlink("dangling", "nowhere");
    add_symlink("loop", "loop");
    add_symlink("link-out", unit_dir);
    if (hostile[_i].link)
        archive_entry_copy_hardlink(ent, hostile[_i].link);
    put(ent, hostile[_i].type == '0' ? "x" : NULL);
    unit_fails(unpack(&e), hostile[_i].kind, &e);
    ck_assert_msg(strcasestr(e.msg, hostile[_i].says), "%s", e.msg);
    ck_assert_msg(str_starts(e.msg, "entry "), "%s", e.msg);
    ck_assert_int_ne(faccessat(unit_dirfd, "up", F_OK, 0), 0);
    struct stat st;
    ck_assert_int_eq(fstatat(unit_dirfd, "outside", &st, 0), 0);
    ck_assert_uint_eq(st.st_nlink, 1);
}
END_TEST

START_TEST(limits_hold)
{
    static const struct entry_limits limits[] = {
        { .entries = 2, .devices = 9, .bytes = 99 },
        { .entries = 9, .devices = 1, .bytes = 99 },
        { .entries = 9, .devices = 9, .bytes = 5 },
    };
    struct err e;

    add_file("a", "123");
    for (int i = 0; i < 2; i++) {
        struct archive_entry *ent = entry(i ? "b" : "c", S_IFCHR | 0644);
        archive_entry_set_rdevmajor(ent, 1);
        put(ent, NULL);
    }
    add_file("d", "456");
    unit_fails(unpack_with(&limits[_i], &e), ERR_LIMIT, &e);
}
END_TEST

START_TEST(too_long)
{
    char name[5000] = "";
    struct err e;

    if (_i == 0)
        memset(name, 'x', 256);
    else
        for (int i = 0; i < 480; i++)
            strcat(name, "123456789/");
    add_file(name, "x");
    unit_fails(unpack(&e), ERR_LIMIT, &e);
}
END_TEST

START_TEST(truncated)
{
    AUTO_FREE char *text = malloc(5000);
    struct err e;

    memset(text, 'x', 4999);
    text[4999] = '\0';
    add_file("a", "first");
    add_file("big", text);
    finish_tar();
    tar_len = _i == 0 ? 4096 : 1600;
    unit_fails(unpack(&e), ERR_CORRUPT, &e);
}
END_TEST

START_TEST(garbage)
{
    struct err e;

    finish_tar();
    memset(tar_data, 'g', 4096);
    tar_len = 4096;
    unit_fails(unpack(&e), ERR_CORRUPT, &e);
}
END_TEST

static ssize_t give_error(void *arg, const void **ret, struct err *e)
{
    if (tar_at >= 2048)
        return err_set(e, ERR_TIMEOUT, "the stream is no more");
    return give(arg, ret, e);
}

START_TEST(stream_errors_pass)
{
    static const struct entry_limits limits = ENTRY_LIMITS;
    struct err e;

    add_file("a", "1");
    add_file("b", "2");
    add_file("c", "3");
    finish_tar();
    unit_fails(unpack_layer(root, give_error, NULL, &limits, &result, &e), ERR_TIMEOUT, &e);
    ck_assert_ptr_nonnull(strstr(e.msg, "the stream is no more"));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("refuse");

    if (getuid() != 0)
        return 77; /* owners and devices need root */
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, refusals, 0, ARRAY_LEN(hostile));
    tcase_add_loop_test(t, limits_hold, 0, 3);
    tcase_add_loop_test(t, too_long, 0, 2);
    tcase_add_loop_test(t, truncated, 0, 2);
    tcase_add_test(t, garbage);
    tcase_add_test(t, stream_errors_pass);
    return unit_run(t);
}
