/* SPDX-License-Identifier: MIT */
/* Copying what a tmpfs covers. */
#include "base/mem.h"
#include "runtime/copyup.h"
#include "tests/unit/unit.h"

#include <string.h>
#include <sys/stat.h>

static void put(const char *path, const char *text, mode_t mode)
{
    int fd = openat(unit_dirfd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    ck_assert_int_eq(fs_write_all(fd, text, strlen(text)), 0);
    fchmod(fd, mode);
    close(fd);
}

START_TEST(a_tree_with_everything)
{
    struct err e = ERR_INIT;
    struct stat st;
    char text[32];

    mkdirat(unit_dirfd, "from", 0755);
    mkdirat(unit_dirfd, "to", 0755);
    mkdirat(unit_dirfd, "from/dir", 0700);
    fchmodat(unit_dirfd, "from/dir", 01770, 0);
    put("from/dir/file", "text", 04755);
    put("from/empty", "", 0444);
    fchownat(unit_dirfd, "from/dir/file", 12, 34, 0);
    fchmodat(unit_dirfd, "from/dir/file", 04755, 0);
    ck_assert_int_eq(symlinkat("/nowhere", unit_dirfd, "from/link"), 0);
    ck_assert_int_eq(mkfifoat(unit_dirfd, "from/fifo", 0640), 0);
    AUTO_FD int from = openat(unit_dirfd, "from", O_PATH | O_CLOEXEC);
    AUTO_FD int to = openat(unit_dirfd, "to", O_PATH | O_CLOEXEC);

    unit_ok(copyup_tree(from, to, &e), &e);
    ck_assert_int_eq(fstatat(to, "dir", &st, 0), 0);
    ck_assert_uint_eq(st.st_mode, S_IFDIR | 01770);
    ck_assert_int_eq(fstatat(to, "dir/file", &st, 0), 0);
    ck_assert_uint_eq(st.st_mode, S_IFREG | 04755);
    ck_assert_uint_eq(st.st_uid, 12);
    ck_assert_uint_eq(st.st_gid, 34);
    ck_assert_int_eq(fs_read_small(to, "dir/file", text, sizeof(text)), 4);
    ck_assert_str_eq(text, "text");
    ck_assert_int_eq(readlinkat(to, "link", text, sizeof(text)), 8);
    ck_assert_int_eq(fstatat(to, "fifo", &st, 0), 0);
    ck_assert(S_ISFIFO(st.st_mode));
    ck_assert_int_eq(fstatat(to, "empty", &st, 0), 0);
    ck_assert_uint_eq(st.st_mode, S_IFREG | 0444);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("copyup");

    tcase_add_checked_fixture(t, unit_dir_make, unit_dir_remove);
    tcase_add_test(t, a_tree_with_everything);
    return unit_run(t);
}
