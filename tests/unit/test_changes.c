/* SPDX-License-Identifier: MIT */
/* Who is told to have changed: containers that come, get a new status, and go. */
#include "engine/changes.h"

#include "base/commit.h"
#include "base/str.h"
#include "tests/unit/unit.h"

static struct err e;
static struct paths paths;
static char a[ID_LEN + 1], b[ID_LEN + 1];

static void start(void)
{
    char root[96], run[96];

    unit_dir_make();
    snprintf(root, sizeof(root), "%s/lib", unit_dir);
    snprintf(run, sizeof(run), "%s/run", unit_dir);
    unit_ok(paths_open(root, run, &paths, &e), &e);
    memset(a, 'a', ID_LEN);
    memset(b, 'b', ID_LEN);
}

static void stop(void)
{
    paths_close(&paths);
    unit_dir_remove();
}

static int make(int tree, const char *id)
{
    AUTO_FREE char *path = str_fmt("containers/%s", id);

    unit_ok(fs_mkdir_p(tree, path, 0700, &e), &e);
    int fd = openat(tree, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    return fd;
}

static void document(int dir, const char *name)
{
    unit_ok(commit_file(dir, name, "{}", 2, 0600, 0, &e), &e);
}

/* Ids whose first letters go into `told`, each as often as it was told; '*' for all. */
static char told[64];

static int note(void *arg, const char *id, struct err *err)
{
    size_t len = strlen(told);

    told[len] = id ? id[0] : '*';
    told[len + 1] = '\0';
    return 0;
}

static const char *heard(struct changes *c)
{
    told[0] = '\0';
    unit_ok(changes_read(c, &paths, note, NULL, &e), &e);
    return told;
}

START_TEST(tells_of_documents_in_both_trees)
{
    CLEANUP(changes) struct changes c = CHANGES_INIT;
    int root = make(paths.root_fd, a);

    unit_ok(changes_open(&paths, &c, &e), &e);
    ck_assert_str_eq(heard(&c), "");
    document(root, "record.json");
    ck_assert_str_eq(heard(&c), "a");
    document(root, "config.json");
    ck_assert_str_eq(heard(&c), "");
    int run = make(paths.run_fd, a);
    ck_assert_str_eq(heard(&c), "a");
    document(run, "status");
    document(run, "hosts");
    ck_assert_str_eq(heard(&c), "a");
    document(root, "exit.json");
    ck_assert_str_eq(heard(&c), "a");
    close(root);
    close(run);
}
END_TEST

START_TEST(follows_those_that_come_and_go)
{
    CLEANUP(changes) struct changes c = CHANGES_INIT;
    AUTO_FREE char *path = str_fmt("containers/%s", a);

    close(make(paths.run_fd, a));
    unit_ok(changes_open(&paths, &c, &e), &e);
    close(make(paths.run_fd, "not-an-id"));
    ck_assert_str_eq(heard(&c), "");
    int run = make(paths.run_fd, b);
    ck_assert_str_eq(heard(&c), "b");
    size_t n = c.n;
    for (int i = 0; i < 3; i++)
        document(run, "status");
    ck_assert_str_eq(heard(&c), "bbb");
    unit_ok(fs_rm_rf(paths.run_fd, path, &e), &e);
    ck_assert_ptr_nonnull(strchr(heard(&c), 'a'));
    ck_assert_uint_eq(c.n, n - 1);
    document(run, "status");
    ck_assert_str_eq(heard(&c), "b");
    close(make(paths.run_fd, a));
    ck_assert_str_eq(heard(&c), "a");
    ck_assert_uint_eq(c.n, n);
    close(run);
}
END_TEST

START_TEST(says_so_when_too_much_has_happened)
{
    CLEANUP(changes) struct changes c = CHANGES_INIT;
    int run = make(paths.run_fd, a);
    char most[16];

    ck_assert_int_gt(
        fs_read_small(AT_FDCWD, "/proc/sys/fs/inotify/max_queued_events", most, sizeof(most)), 0);
    unit_ok(changes_open(&paths, &c, &e), &e);
    /* Two events each; equal ones in a row would be merged. */
    for (int i = 0; i < atoi(most) / 2 + 100; i++) {
        close(openat(run, "x", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        unlinkat(run, "x", 0);
    }
    close(make(paths.run_fd, b));
    ck_assert_ptr_nonnull(strchr(heard(&c), '*'));
    int other = make(paths.run_fd, b);
    document(other, "status");
    ck_assert_str_eq(heard(&c), "b");
    close(other);
    close(run);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("changes");

    tcase_add_checked_fixture(t, start, stop);
    tcase_add_test(t, tells_of_documents_in_both_trees);
    tcase_add_test(t, follows_those_that_come_and_go);
    tcase_add_test(t, says_so_when_too_much_has_happened);
    return unit_run(t);
}
