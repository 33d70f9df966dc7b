/* SPDX-License-Identifier: MIT */
/* Paths that stay inside a root, whole files. Directories as a whole: test_fs_tree.c. */
#include "base/fs.h"
#include "base/mem.h"
#include "tests/unit/unit.h"

#include <string.h>
#include <sys/stat.h>

static void put(const char *path, const char *text)
{
    AUTO_FD int fd = openat(unit_dirfd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fs_write_all(fd, text, strlen(text)), 0);
}

static ino_t inode(int fd)
{
    struct stat st;

    ck_assert_int_eq(fstat(fd, &st), 0);
    return st.st_ino;
}

static ino_t inode_at(const char *path)
{
    struct stat st;

    ck_assert_msg(fstatat(unit_dirfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0, "no %s", path);
    return st.st_ino;
}

/* root/ is the root; outside/ beside it must never be reached. */
static void make_root(void)
{
    unit_dir_make();
    ck_assert_int_eq(mkdirat(unit_dirfd, "root", 0755), 0);
    ck_assert_int_eq(mkdirat(unit_dirfd, "root/etc", 0755), 0);
    ck_assert_int_eq(mkdirat(unit_dirfd, "outside", 0755), 0);
    put("root/etc/file", "inside");
    put("outside/file", "outside");
    ck_assert_int_eq(symlinkat("/etc", unit_dirfd, "root/absolute"), 0);
    ck_assert_int_eq(symlinkat("../../outside", unit_dirfd, "root/climber"), 0);
    ck_assert_int_eq(symlinkat("/made/by/link", unit_dirfd, "root/dangling"), 0);
    ck_assert_int_eq(symlinkat("loop", unit_dirfd, "root/loop"), 0);
}

static int open_root(void)
{
    int fd = openat(unit_dirfd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    return fd;
}

static const struct {
    const char *path;
    const char *is; /* below unit_dir; NULL: fails with `errnum` */
    int errnum;
} opens[] = {
    { "etc/file", "root/etc/file", 0 },
    { "/etc/file", "root/etc/file", 0 },
    { "absolute/file", "root/etc/file", 0 },
    { "../../../etc/file", "root/etc/file", 0 },
    { "etc/../../etc/file", "root/etc/file", 0 },
    { "climber/file", NULL, ENOENT },
    { "../outside/file", NULL, ENOENT },
    { "loop", NULL, ELOOP },
    { "missing", NULL, ENOENT },
};

START_TEST(opens_inside_only)
{
    AUTO_FD int root = open_root();
    AUTO_FD int fd = fs_open_in(root, opens[_i].path, O_RDONLY, 0);

    if (opens[_i].is) {
        ck_assert_int_ge(fd, 0);
        ck_assert_uint_eq(inode(fd), inode_at(opens[_i].is));
        ck_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    } else {
        ck_assert_int_eq(fd, -1);
        ck_assert_int_eq(errno, opens[_i].errnum);
    }
}
END_TEST

START_TEST(refuses_magic_links)
{
    AUTO_FD int root = open("/", O_PATH | O_CLOEXEC);

    ck_assert_int_eq(fs_open_in(root, "/proc/self/exe", O_RDONLY, 0), -1);
    ck_assert_int_eq(errno, ELOOP);
}
END_TEST

START_TEST(makes_directories_inside_only)
{
    AUTO_FD int root = open_root();
    AUTO_FD int plain = fs_mkdir_in(root, "/a/b//c/", 0700);
    AUTO_FD int again = fs_mkdir_in(root, "a/b/c", 0700);
    AUTO_FD int through = fs_mkdir_in(root, "absolute/sub/dir", 0755);
    AUTO_FD int top = fs_mkdir_in(root, "/", 0755);

    ck_assert_uint_eq(inode(plain), inode_at("root/a/b/c"));
    ck_assert_uint_eq(inode(again), inode(plain));
    ck_assert_uint_eq(inode(through), inode_at("root/etc/sub/dir"));
    ck_assert_uint_eq(inode(top), inode_at("root"));
    struct stat st;
    ck_assert_int_eq(fstat(plain, &st), 0);
    ck_assert_int_eq(st.st_mode & 07777, 0700);
    int climbed = fs_mkdir_in(root, "climber/new", 0755);
    if (climbed >= 0)
        close(climbed);
    ck_assert_int_eq(faccessat(unit_dirfd, "outside/new", F_OK, 0), -1);
    ck_assert_int_eq(fs_mkdir_in(root, "etc/file/below", 0755), -1);
    ck_assert_int_eq(errno, ENOTDIR);
}
END_TEST

START_TEST(makes_what_links_lead_to)
{
    AUTO_FD int root = open_root();
    ck_assert_int_eq(symlinkat("../by/hop", unit_dirfd, "root/etc/hop"), 0);
    ck_assert_int_eq(symlinkat("/etc/hop/on", unit_dirfd, "root/first"), 0);
    ck_assert_int_eq(symlinkat("../../../out", unit_dirfd, "root/etc/out"), 0);
    ck_assert_int_eq(symlinkat("loop2", unit_dirfd, "root/loop1"), 0);
    ck_assert_int_eq(symlinkat("loop1", unit_dirfd, "root/loop2"), 0);
    AUTO_FD int dangling = fs_mkdir_in(root, "dangling/sub", 0755);
    AUTO_FD int hops = fs_mkdir_in(root, "/first/last", 0755);
    AUTO_FD int clamped = fs_mkdir_in(root, "etc/out", 0755);

    ck_assert_uint_eq(inode(dangling), inode_at("root/made/by/link/sub"));
    ck_assert_uint_eq(inode(hops), inode_at("root/by/hop/on/last"));
    ck_assert_uint_eq(inode(clamped), inode_at("root/out"));
    ck_assert_int_eq(faccessat(unit_dirfd, "out", F_OK, 0), -1);
    ck_assert_int_eq(fs_mkdir_in(root, "loop1/x", 0755), -1);
    ck_assert_int_eq(errno, ELOOP);
}
END_TEST

START_TEST(touches_files)
{
    AUTO_FD int root = open_root();
    AUTO_FD int made = fs_touch_in(root, "/new/dir/file", 0600);
    AUTO_FD int there = fs_touch_in(root, "/etc/file", 0600);
    AUTO_FD int top = fs_touch_in(root, "plain", 0644);
    AUTO_FD int dir = fs_touch_in(root, "etc", 0644);

    ck_assert_uint_eq(inode(made), inode_at("root/new/dir/file"));
    ck_assert_uint_eq(inode(there), inode_at("root/etc/file"));
    ck_assert_uint_eq(inode(top), inode_at("root/plain"));
    ck_assert_uint_eq(inode(dir), inode_at("root/etc"));
    struct stat st;
    ck_assert_int_eq(fstat(made, &st), 0);
    ck_assert(S_ISREG(st.st_mode));
    ck_assert_int_eq(st.st_size, 0);
    ck_assert_int_eq(st.st_mode & 07777, 0600);
}
END_TEST

START_TEST(makes_parents)
{
    struct err e = ERR_INIT;

    unit_ok(fs_mkdir_p(unit_dirfd, "x/y/z", 0755, &e), &e);
    unit_ok(fs_mkdir_p(unit_dirfd, "x/y/z", 0755, &e), &e);
    inode_at("x/y/z");
    unit_fails(fs_mkdir_p(unit_dirfd, "root/etc/file/x", 0755, &e), ERR_SYS, &e);
    ck_assert_int_eq(e.errnum, ENOTDIR);
}
END_TEST

START_TEST(reads_whole_files)
{
    AUTO_FREE char *text = NULL;
    size_t len = 0;
    struct err e = ERR_INIT;

    unit_ok(fs_read(unit_dirfd, "root/etc/file", 100, &text, &len, &e), &e);
    ck_assert_str_eq(text, "inside");
    ck_assert_uint_eq(len, 6);
    free(TAKE_PTR(text));
    unit_ok(fs_read(unit_dirfd, "root/etc/file", 6, &text, NULL, &e), &e);
    free(TAKE_PTR(text));
    unit_fails(fs_read(unit_dirfd, "root/etc/file", 5, &text, &len, &e), ERR_LIMIT, &e);
    ck_assert_ptr_null(text);
    unit_fails(fs_read(unit_dirfd, "missing", 5, &text, &len, &e), ERR_SYS, &e);
    ck_assert_int_eq(e.errnum, ENOENT);
    /* No size is known beforehand: a file of procfs, and an endless one. */
    unit_ok(fs_read(AT_FDCWD, "/proc/self/status", 1 << 20, &text, &len, &e), &e);
    ck_assert_uint_gt(len, 100);
    free(TAKE_PTR(text));
    unit_fails(fs_read(AT_FDCWD, "/dev/zero", 1 << 16, &text, &len, &e), ERR_LIMIT, &e);
}
END_TEST

START_TEST(reads_and_writes_small_files)
{
    char buf[8];

    put("small", "value\nmore\n");
    ck_assert_int_eq(fs_read_small(unit_dirfd, "small", buf, sizeof(buf)), 7);
    ck_assert_str_eq(buf, "value\nm");
    put("small", "one\n");
    ck_assert_int_eq(fs_read_small(unit_dirfd, "small", buf, sizeof(buf)), 3);
    ck_assert_str_eq(buf, "one");
    ck_assert_int_eq(fs_read_small(unit_dirfd, "missing", buf, sizeof(buf)), -1);
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_int_eq(fs_put(unit_dirfd, "small", "two"), 0);
    ck_assert_int_eq(fs_put(unit_dirfd, "missing", "x"), -1);
    ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(moves_all_bytes)
{
    static char out[300000];
    static char in[sizeof(out) + 10];
    int fd[2];

    memset(out, 'z', sizeof(out));
    ck_assert_int_eq(pipe(fd), 0);
    if (fork() == 0)
        _exit(fs_write_all(fd[1], out, sizeof(out)) == 0 ? 0 : 1);
    close(fd[1]);
    ck_assert_int_eq(fs_read_all(fd[0], in, sizeof(in)), sizeof(out));
    ck_assert_mem_eq(in, out, sizeof(out));
    ck_assert_int_eq(fs_read_all(fd[0], in, 1), 0);
    close(fd[0]);
}
END_TEST

START_TEST(knows_file_systems)
{
    char path[FS_FD_PATH_MAX];
    AUTO_FD int proc = open("/proc", O_RDONLY | O_CLOEXEC);

    ck_assert(fs_is_type(proc, 0x9fa0));
    ck_assert(!fs_is_type(proc, 0x63677270));
    ck_assert(!fs_is_type(-1, 0x9fa0));
    ck_assert_str_eq(fs_fd_path(12, path), "/proc/self/fd/12");
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("fs");

    tcase_add_checked_fixture(t, make_root, unit_dir_remove);
    tcase_add_loop_test(t, opens_inside_only, 0, (int)ARRAY_LEN(opens));
    tcase_add_test(t, refuses_magic_links);
    tcase_add_test(t, makes_directories_inside_only);
    tcase_add_test(t, makes_what_links_lead_to);
    tcase_add_test(t, touches_files);
    tcase_add_test(t, makes_parents);
    tcase_add_test(t, reads_whole_files);
    tcase_add_test(t, reads_and_writes_small_files);
    tcase_add_test(t, moves_all_bytes);
    tcase_add_test(t, knows_file_systems);
    return unit_run(t);
}
