/* SPDX-License-Identifier: MIT */
/* Atomic commit: readers see the old or the new, failures leave nothing beside. */
#include "base/commit.h"
#include "base/mem.h"
#include "base/str.h"
#include "tests/unit/unit.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void holds(const char *name, const char *want)
{
    AUTO_FREE char *text = NULL;
    struct err e = ERR_INIT;

    unit_ok(fs_read(unit_dirfd, name, 1 << 20, &text, NULL, &e), &e);
    ck_assert_str_eq(text, want);
}

/* The directory holds these many entries and none of them is temporary. */
static void tidy(size_t entries)
{
    AUTO_STRV char **names = NULL;
    struct err e = ERR_INIT;

    unit_ok(fs_list(unit_dirfd, ".", &names, &e), &e);
    ck_assert_uint_eq(strv_len(names), entries);
    strv_foreach (name, names)
        ck_assert_msg(!str_starts(*name, ".tmp-"), "left behind: %s", *name);
}

static const unsigned all_flags[] = { COMMIT_VOLATILE, COMMIT_DURABLE };

START_TEST(creates_and_replaces)
{
    unsigned flags = all_flags[_i];
    struct err e = ERR_INIT;
    struct stat st;

    unit_ok(commit_file(unit_dirfd, "f", "one", 3, 0600, flags, &e), &e);
    holds("f", "one");
    unit_ok(commit_file(unit_dirfd, "f", "", 0, 0640, flags, &e), &e);
    holds("f", "");
    ck_assert_int_eq(fstatat(unit_dirfd, "f", &st, 0), 0);
    ck_assert_int_eq(st.st_mode & 07777, 0640);
    tidy(1);
}
END_TEST

START_TEST(exclusive)
{
    unsigned flags = all_flags[_i] | COMMIT_EXCL;
    struct err e = ERR_INIT;

    unit_ok(commit_file(unit_dirfd, "f", "one", 3, 0600, flags, &e), &e);
    unit_fails(commit_file(unit_dirfd, "f", "two", 3, 0600, flags, &e), ERR_EXISTS, &e);
    ck_assert(strstr(e.msg, "f") != NULL);
    holds("f", "one");
    tidy(1);
}
END_TEST

START_TEST(failure_leaves_nothing)
{
    struct err e = ERR_INIT;

    ck_assert_int_eq(mkdirat(unit_dirfd, "d", 0755), 0);
    unit_fails(commit_file(unit_dirfd, "d", "x", 1, 0600, 0, &e), ERR_SYS, &e);
    ck_assert_int_eq(e.errnum, EISDIR);
    tidy(1);
    ck_assert_int_eq(unlinkat(unit_dirfd, "d", AT_REMOVEDIR), 0);
}
END_TEST

/* A symlink of the same name is replaced, never written through. */
START_TEST(replaces_symlinks)
{
    struct err e = ERR_INIT;

    unit_ok(commit_file(unit_dirfd, "target", "old", 3, 0600, 0, &e), &e);
    ck_assert_int_eq(symlinkat("target", unit_dirfd, "link"), 0);
    unit_ok(commit_file(unit_dirfd, "link", "new", 3, 0600, 0, &e), &e);
    holds("target", "old");
    holds("link", "new");
}
END_TEST

/* A reader beside a busy writer always sees a whole text. */
START_TEST(readers_see_whole_files)
{
    static char text[65536 + 1];
    struct err e = ERR_INIT;

    memset(text, 'a', sizeof(text) - 1);
    unit_ok(commit_file(unit_dirfd, "f", text, sizeof(text) - 1, 0600, 0, &e), &e);
    pid_t writer = fork();
    for (int i = 0; writer == 0; i++) {
        memset(text, 'a' + i % 26, sizeof(text) - 1);
        if (commit_file(unit_dirfd, "f", text, sizeof(text) - 1, 0600, 0, &e) < 0)
            _exit(1);
    }
    for (int i = 0; i < 300; i++) {
        AUTO_FREE char *got = NULL;
        size_t len;
        unit_ok(fs_read(unit_dirfd, "f", sizeof(text), &got, &len, &e), &e);
        ck_assert_uint_eq(len, sizeof(text) - 1);
        ck_assert_int_eq(got[0], got[len - 1]);
    }
    kill(writer, SIGKILL);
    ck_assert_int_eq(waitpid(writer, NULL, 0), writer);
}
END_TEST

START_TEST(renames_directories)
{
    struct err e = ERR_INIT;

    unit_ok(fs_mkdir_p(unit_dirfd, "tmp/layer", 0755, &e), &e);
    unit_ok(fs_mkdir_p(unit_dirfd, "layers", 0755, &e), &e);
    unit_ok(commit_rename(unit_dirfd, "tmp/layer", unit_dirfd, "layers/abc", &e), &e);
    ck_assert_int_eq(faccessat(unit_dirfd, "layers/abc", F_OK, 0), 0);
    ck_assert_int_eq(faccessat(unit_dirfd, "tmp/layer", F_OK, 0), -1);
    unit_ok(fs_mkdir_p(unit_dirfd, "tmp/layer", 0755, &e), &e);
    unit_fails(commit_rename(unit_dirfd, "tmp/layer", unit_dirfd, "layers/abc", &e), ERR_EXISTS,
               &e);
    unit_fails(commit_rename(unit_dirfd, "missing", unit_dirfd, "x", &e), ERR_SYS, &e);
    unit_ok(commit_file(unit_dirfd, "file", "", 0, 0600, 0, &e), &e);
    unit_ok(commit_rename(unit_dirfd, "file", unit_dirfd, "renamed", &e), &e);
    holds("renamed", "");
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("commit");

    tcase_add_checked_fixture(t, unit_dir_make, unit_dir_remove);
    tcase_add_loop_test(t, creates_and_replaces, 0, (int)ARRAY_LEN(all_flags));
    tcase_add_loop_test(t, exclusive, 0, (int)ARRAY_LEN(all_flags));
    tcase_add_test(t, failure_leaves_nothing);
    tcase_add_test(t, replaces_symlinks);
    tcase_add_test(t, readers_see_whole_files);
    tcase_add_test(t, renames_directories);
    return unit_run(t);
}
