/* SPDX-License-Identifier: MIT */
/* The walk that stands in for openat2: the same answer to every question, and the same refusals. */
#include "base/fs_walk.h"
#include "base/mem.h"
#include "tests/unit/unit.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void put(const char *path)
{
    AUTO_FD int fd = openat(unit_dirfd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

    ck_assert_int_ge(fd, 0);
}

static void link_to(const char *text, const char *path)
{
    ck_assert_int_eq(symlinkat(text, unit_dirfd, path), 0);
}

static void make(const char *path)
{
    ck_assert_int_eq(mkdirat(unit_dirfd, path, 0755), 0);
}

/* root/ is the root; outside/ beside it must never be reached. */
static void make_root(void)
{
    unit_dir_make();
    make("outside");
    put("outside/secret");
    make("root");
    make("root/a");
    make("root/a/b");
    put("root/a/b/file");
    link_to("/a/b", "root/abs");
    link_to("a/b", "root/rel");
    link_to("../../../../outside", "root/up");
    link_to("/outside/secret", "root/out");
    link_to("nowhere", "root/a/dangling");
    link_to("loop2", "root/loop");
    link_to("loop", "root/loop2");
    link_to("../rel/../../abs/file", "root/a/far");
    link_to("b/", "root/a/slash");
    link_to(".", "root/a/here");
}

static const char *const paths[] = {
    "/",
    "",
    ".",
    "..",
    "a",
    "/a/",
    "a/b/file",
    "a/b/file/",
    "a/b/file/x",
    "a//b/./file",
    "a/b/../b/file",
    "a/../../a",
    "abs",
    "abs/",
    "abs/file",
    "rel/file",
    "up",
    "up/secret",
    "out",
    "loop",
    "loop/x",
    "a/dangling",
    "a/dangling/",
    "a/dangling/x",
    "a/far",
    "a/slash",
    "a/slash/file",
    "a/here/here/b",
    "missing",
    "missing/x",
    "missing/",
    "../outside",
    "/../../outside/secret",
    "a/b/file/..",
    "abs/..",
    "a/slash/..",
};

static const uint64_t flags[] = {
    O_PATH,
    O_PATH | O_DIRECTORY,
    O_PATH | O_NOFOLLOW,
    O_PATH | O_NOFOLLOW | O_DIRECTORY,
    O_RDONLY,
    O_RDONLY | O_NOFOLLOW,
    O_RDONLY | O_DIRECTORY,
    O_WRONLY,
    O_PATH | FS_NO_LINKS,
    O_RDONLY | FS_NO_LINKS,
};

static ino_t inode(int fd)
{
    struct stat st;

    return fd >= 0 && fstat(fd, &st) == 0 ? st.st_ino : 0;
}

static void compare(int root, const char *path, uint64_t how)
{
    AUTO_FD int kernel = fs_open_in(root, path, how, 0);
    int kernel_errno = kernel < 0 ? errno : 0;
    AUTO_FD int walk = fs_walk_in(root, path, how, 0);
    int walk_errno = walk < 0 ? errno : 0;

    ck_assert_msg(walk_errno == kernel_errno, "%s, flags %#llx: %s, the kernel says %s", path,
                  (unsigned long long)how, strerrorname_np(walk_errno),
                  strerrorname_np(kernel_errno));
    ck_assert_msg(inode(walk) == inode(kernel), "%s, flags %#llx: another file", path,
                  (unsigned long long)how);
}

START_TEST(answers_as_the_kernel)
{
    AUTO_FD int root = openat(unit_dirfd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);

    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        for (size_t k = 0; k < ARRAY_LEN(flags); k++)
            compare(root, paths[i], flags[k]);
}
END_TEST

START_TEST(creates_as_the_kernel)
{
    static const char *const new[] = { "a/new",    "/abs/new", "a/dangling", "missing/new",
                                       "a/b/file", "up/new",   "a/",         "a/new/" };
    AUTO_FD int root = openat(unit_dirfd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);

    for (size_t i = 0; i < ARRAY_LEN(new); i++) {
        for (int excl = 0; excl <= O_EXCL; excl += O_EXCL) {
            uint64_t how = O_WRONLY | O_CREAT | (uint64_t)excl;
            AUTO_FD int walk = fs_walk_in(root, new[i], how, 0644);
            int errnum = walk < 0 ? errno : 0;
            AUTO_FD int there = fs_open_in(root, new[i], O_WRONLY, 0);
            ck_assert_msg(inode(walk) == 0 || inode(walk) == inode(there), "%s", new[i]);
            if (errnum == 0 && excl == 0)
                continue;
            AUTO_FD int kernel = fs_open_in(root, new[i], how, 0644);
            ck_assert_msg(kernel < 0 && (errnum == 0 || errno == errnum), "%s: %s, then %s", new[i],
                          strerrorname_np(errnum), strerrorname_np(errno));
        }
    }
    AUTO_FD int outside = openat(unit_dirfd, "outside/new", O_PATH | O_CLOEXEC);
    ck_assert_int_eq(outside, -1);
}
END_TEST

START_TEST(magic_links_are_refused)
{
    static const char *const magic[] = { "/proc/self/root", "/proc/self/cwd/x", "/proc/self/exe",
                                         "/proc/self/ns/net", "/proc/self/fd/0" };
    AUTO_FD int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

    for (size_t i = 0; i < ARRAY_LEN(magic); i++) {
        compare(root, magic[i], O_PATH);
        ck_assert_int_eq(fs_walk_in(root, magic[i], O_PATH, 0), -1);
        ck_assert_int_eq(errno, ELOOP);
    }
    compare(root, "/proc/self/status", O_PATH);
    compare(root, "/proc/mounts", O_PATH);
}
END_TEST

/* Somebody exchanges a directory with a link that leads out, as fast as he can. */
static pid_t exchange_for_ever(void)
{
    pid_t pid = fork();

    while (pid == 0)
        renameat2(unit_dirfd, "root/a/b", unit_dirfd, "root/swap", RENAME_EXCHANGE);
    return pid;
}

START_TEST(exchanges_do_not_lead_out)
{
    AUTO_FD int root = openat(unit_dirfd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
    AUTO_FD int secret = openat(unit_dirfd, "outside/secret", O_PATH | O_CLOEXEC);
    int found = 0;

    link_to("../../outside", "root/swap");
    put("root/a/b/secret");
    pid_t pid = exchange_for_ever();
    /* He may stand still for long with the link in place: on, until there was a directory again. */
    for (int i = 0; i < 20000 || found == 0; i++) {
        AUTO_FD int fd = fs_walk_in(root, i % 2 ? "a/b/secret" : "a/b/../b/secret", O_RDONLY, 0);
        found += fd >= 0;
        ck_assert(inode(fd) != inode(secret));
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("fs_walk");

    tcase_add_checked_fixture(t, make_root, unit_dir_remove);
    tcase_add_test(t, answers_as_the_kernel);
    tcase_add_test(t, creates_as_the_kernel);
    tcase_add_test(t, magic_links_are_refused);
    tcase_add_test(t, exchanges_do_not_lead_out);
    return unit_run(t);
}
