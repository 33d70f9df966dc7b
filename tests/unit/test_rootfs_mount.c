/* SPDX-License-Identifier: MIT */
/* Places for mounts: found or made inside the root, whatever the root has in their way. */
#include "base/mem.h"
#include "runtime/rootfs_mount.h"
#include "tests/unit/unit.h"

#include <sys/stat.h>

static int spot(const char *path, bool dir, enum rootfs_link link, struct err *e)
{
    struct mount_spot s = { .fd = -1 };
    int r = rootfs_mount_spot(unit_dirfd, path, dir, link, &s, e);

    if (r >= 0) {
        ck_assert_int_ge(s.fd, 0);
        close(s.fd);
    }
    return r;
}

static mode_t type_of(const char *path)
{
    struct stat st;

    return fstatat(unit_dirfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_mode & S_IFMT : 0;
}

START_TEST(made_as_needed)
{
    struct err e = ERR_INIT;

    unit_ok(spot("/a/b/c", true, ROOTFS_LINK_FOLLOW, &e), &e);
    unit_ok(spot("a/d/file", false, ROOTFS_LINK_FOLLOW, &e), &e);
    unit_ok(spot("/a/b/c", true, ROOTFS_LINK_REFUSE, &e), &e);
    unit_ok(spot("/dev/new", false, ROOTFS_LINK_REFUSE, &e), &e);
    ck_assert_uint_eq(type_of("a/b/c"), S_IFDIR);
    ck_assert_uint_eq(type_of("a/d/file"), S_IFREG);
}
END_TEST

START_TEST(dots_stay_inside)
{
    struct err e = ERR_INIT;

    unit_ok(spot("/../../../up", true, ROOTFS_LINK_FOLLOW, &e), &e);
    ck_assert_uint_eq(type_of("up"), S_IFDIR);
}
END_TEST

START_TEST(links_stay_inside)
{
    struct err e = ERR_INIT;

    mkdirat(unit_dirfd, "tmp", 0755);
    ck_assert_int_eq(symlinkat("/tmp", unit_dirfd, "abs"), 0);
    ck_assert_int_eq(symlinkat("../../../../tmp", unit_dirfd, "rel"), 0);
    unit_ok(spot("/abs/x", true, ROOTFS_LINK_FOLLOW, &e), &e);
    unit_ok(spot("/rel/y", false, ROOTFS_LINK_FOLLOW, &e), &e);
    ck_assert_uint_eq(type_of("tmp/x"), S_IFDIR);
    ck_assert_uint_eq(type_of("tmp/y"), S_IFREG);
    unit_fails(spot("/abs", true, ROOTFS_LINK_REFUSE, &e), ERR_INVALID, &e);
    ck_assert_str_eq(e.msg, "/abs is a symbolic link in the rootfs");
}
END_TEST

/* crun's dest-nofollow: the link itself is the place. */
START_TEST(a_link_can_be_the_place)
{
    struct err e = ERR_INIT;
    struct mount_spot s = { .fd = -1 };
    struct stat st;

    ck_assert_int_eq(symlinkat("nowhere", unit_dirfd, "link"), 0);
    unit_ok(rootfs_mount_spot(unit_dirfd, "/link", false, ROOTFS_LINK_COVER, &s, &e), &e);
    ck_assert_int_eq(fstat(s.fd, &st), 0);
    ck_assert(S_ISLNK(st.st_mode));
    ck_assert(s.linked);
    close(s.fd);
    unit_ok(rootfs_mount_spot(unit_dirfd, "/plain/dir", true, ROOTFS_LINK_FOLLOW, &s, &e), &e);
    ck_assert(!s.linked);
    close(s.fd);
    ck_assert_int_eq(symlinkat("plain", unit_dirfd, "to-plain"), 0);
    unit_ok(rootfs_mount_spot(unit_dirfd, "/to-plain/dir", true, ROOTFS_LINK_FOLLOW, &s, &e), &e);
    ck_assert(s.linked);
    close(s.fd);
}
END_TEST

START_TEST(magic_links_are_refused)
{
    struct err e = ERR_INIT;
    struct mount_spot s = { .fd = -1 };
    AUTO_FD int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

    unit_fails(rootfs_mount_spot(root, "/proc/self/root/tmp", true, ROOTFS_LINK_FOLLOW, &s, &e),
               ERR_SYS, &e);
    ck_assert_int_eq(e.errnum, ELOOP);
}
END_TEST

START_TEST(the_wrong_kind_is_an_error)
{
    struct err e = ERR_INIT;

    unit_ok(spot("/file", false, ROOTFS_LINK_FOLLOW, &e), &e);
    unit_fails(spot("/file", true, ROOTFS_LINK_FOLLOW, &e), ERR_SYS, &e);
    ck_assert_int_eq(e.errnum, ENOTDIR);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("rootfs_mount");

    tcase_add_checked_fixture(t, unit_dir_make, unit_dir_remove);
    tcase_add_test(t, made_as_needed);
    tcase_add_test(t, dots_stay_inside);
    tcase_add_test(t, links_stay_inside);
    tcase_add_test(t, a_link_can_be_the_place);
    tcase_add_test(t, magic_links_are_refused);
    tcase_add_test(t, the_wrong_kind_is_an_error);
    return unit_run(t);
}
