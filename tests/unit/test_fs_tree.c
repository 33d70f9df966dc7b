/* SPDX-License-Identifier: MIT */
/* Listing directories and removing trees. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "tests/unit/unit.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void touch(const char *path)
{
    AUTO_FD int fd = openat(unit_dirfd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

    ck_assert_msg(fd >= 0, "create %s", path);
}

static bool there(const char *path)
{
    return faccessat(unit_dirfd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void dir(const char *path, mode_t mode)
{
    struct err e;

    unit_ok(fs_mkdir_p(unit_dirfd, path, mode, &e), &e);
}

START_TEST(lists)
{
    AUTO_STRV char **names = NULL;
    struct err e = ERR_INIT;

    dir("d/sub", 0755);
    touch("d/.hidden");
    touch("d/file");
    unit_ok(fs_list(unit_dirfd, "d", &names, &e), &e);
    ck_assert_uint_eq(strv_len(names), 3);
    ck_assert(strv_has(names, "sub") && strv_has(names, ".hidden") && strv_has(names, "file"));
    AUTO_STRV char **none = NULL;
    unit_ok(fs_list(unit_dirfd, "missing", &none, &e), &e);
    ck_assert_uint_eq(strv_len(none), 0);
    AUTO_STRV char **bad = NULL;
    unit_fails(fs_list(unit_dirfd, "d/file", &bad, &e), ERR_SYS, &e);
    ck_assert_ptr_null(bad);
}
END_TEST

START_TEST(removes_anything)
{
    struct err e = ERR_INIT;

    touch("file");
    dir("empty", 0755);
    dir("tree/a/b/c", 0755);
    dir("tree/closed/in", 0755);
    touch("tree/a/1");
    touch("tree/a/b/2");
    ck_assert_int_eq(mkfifoat(unit_dirfd, "tree/fifo", 0600), 0);
    ck_assert_int_eq(fchmodat(unit_dirfd, "tree/closed", 0, 0), 0);
    unit_ok(fs_rm_rf(unit_dirfd, "file", &e), &e);
    unit_ok(fs_rm_rf(unit_dirfd, "empty", &e), &e);
    unit_ok(fs_rm_rf(unit_dirfd, "tree", &e), &e);
    unit_ok(fs_rm_rf(unit_dirfd, "missing", &e), &e);
    unit_ok(fs_rm_rf(unit_dirfd, "missing/below", &e), &e);
    ck_assert(!there("file") && !there("empty") && !there("tree"));
}
END_TEST

START_TEST(removes_deep_and_wide)
{
    struct err e = ERR_INIT;
    char name[16];
    AUTO_FD int at = dup(unit_dirfd);

    for (int i = 0; i < 2000; i++) {
        ck_assert_int_eq(mkdirat(at, "d", 0755), 0);
        if (i % 100 == 50) { /* something to be seen on the way back */
            ck_assert_int_eq(mkdirat(at, "e", 0755), 0);
            ck_assert_int_eq(mknodat(at, "e/f", S_IFREG | 0600, 0), 0);
        }
        int next = openat(at, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        ck_assert_int_ge(next, 0);
        close(at);
        at = next;
    }
    dir("wide", 0755);
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof(name), "wide/%d", i);
        touch(name);
    }
    const struct rlimit few = { .rlim_cur = 64, .rlim_max = 64 };
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    unit_ok(fs_rm_rf(unit_dirfd, "d", &e), &e);
    unit_ok(fs_rm_rf(unit_dirfd, "e", &e), &e);
    unit_ok(fs_rm_rf(unit_dirfd, "wide", &e), &e);
    ck_assert(!there("d") && !there("wide"));
}
END_TEST

START_TEST(follows_no_symlink)
{
    struct err e = ERR_INIT;

    dir("kept/inner", 0755);
    touch("kept/inner/file");
    dir("tree", 0755);
    ck_assert_int_eq(symlinkat("../kept", unit_dirfd, "tree/link"), 0);
    ck_assert_int_eq(symlinkat("kept", unit_dirfd, "link"), 0);
    unit_ok(fs_rm_rf(unit_dirfd, "tree", &e), &e);
    unit_ok(fs_rm_rf(unit_dirfd, "link", &e), &e);
    ck_assert(!there("tree") && !there("link") && there("kept/inner/file"));
}
END_TEST

START_TEST(stops_at_mounts)
{
    struct err e = ERR_INIT;
    char path[128];

    dir("tree/mnt", 0755);
    snprintf(path, sizeof(path), "%s/tree/mnt", unit_dir);
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return; /* not root */
    ck_assert_int_eq(mount("tmpfs", path, "tmpfs", 0, NULL), 0);
    touch("tree/mnt/precious");
    unit_fails(fs_rm_rf(unit_dirfd, "tree", &e), ERR_SYS, &e);
    ck_assert(there("tree/mnt/precious"));
    ck_assert_int_eq(umount2(path, MNT_DETACH), 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("fs_tree");

    tcase_add_checked_fixture(t, unit_dir_make, unit_dir_remove);
    tcase_add_test(t, lists);
    tcase_add_test(t, removes_anything);
    tcase_add_test(t, removes_deep_and_wide);
    tcase_add_test(t, follows_no_symlink);
    tcase_add_test(t, stops_at_mounts);
    return unit_run(t);
}
