/* SPDX-License-Identifier: MIT */
/* Overlay mounts as descriptors: each kernel interface, many layers, nothing left behind. */
#include "base/str.h"
#include "image/layer.h"
#include "image/overlay.h"
#include "image/ref.h"
#include "tests/unit/unit.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>

static struct store store;
static char **layers;

static void put(int dirfd, const char *path, const char *text)
{
    int fd = openat(dirfd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fs_write_all(fd, text, strlen(text)), 0);
    close(fd);
}

static void make_layer(unsigned n)
{
    char key[128];
    char path[LAYER_PATH_MAX];
    char text[16];
    struct err e;

    snprintf(key, sizeof(key), "sha256:%064x", n);
    ck_assert_int_eq(strv_add(&layers, key), 0);
    unit_ok(fs_mkdir_p(store.fd, layer_path(key, LAYER_TREE, path), 0755, &e), &e);
    int fd = openat(store.fd, path, O_RDONLY | O_DIRECTORY);
    snprintf(text, sizeof(text), "own%u", n);
    put(fd, text, text);
    put(fd, "shared", text);
    close(fd);
}

static void make_layers(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        make_layer(i);
    ck_assert_int_eq(mkdirat(unit_dirfd, "work", 0700), 0);
    ck_assert_int_eq(mkdirat(unit_dirfd, "upper", 0755), 0);
}

static int mount_layers(unsigned flags, struct err *e)
{
    AUTO_FREE char *upper = str_fmt("%s/upper", unit_dir);
    AUTO_FREE char *work = str_fmt("%s/work", unit_dir);
    int fd = -1;
    int r = overlay_open(&store, layers, upper, work, flags, &fd, e);

    return r < 0 ? r : fd;
}

static void check_text(int dirfd, const char *path, const char *want)
{
    char text[64] = "";

    ck_assert_int_ge(fs_read_small(dirfd, path, text, sizeof(text)), 0);
    ck_assert_str_eq(text, want);
}

static void setup(void)
{
    struct err e;

    unit_dir_make();
    unit_ok(store_open(unit_dir, &store, &e), &e);
}

static void teardown(void)
{
    strv_free(layers);
    layers = NULL;
    store_close(&store);
    unit_dir_remove();
}

static size_t count_mounts(void)
{
    FILE *f = fopen("/proc/self/mountinfo", "re");
    size_t n = 0;

    for (int c; (c = fgetc(f)) != EOF;)
        n += c == '\n';
    fclose(f);
    return n;
}

static const struct {
    unsigned layers;
    unsigned flags;
} stacks[] = {
    { 1, 0 },
    { 3, 0 },
    { 150, 0 },
    { 1, OVERLAY_ONE_STRING },
    { 3, OVERLAY_ONE_STRING },
    { 150, OVERLAY_ONE_STRING },
    { 1, OVERLAY_BY_MOUNT },
    { 3, OVERLAY_BY_MOUNT },
    { 150, OVERLAY_BY_MOUNT },
    { 3, OVERLAY_VOLATILE },
    { 3, OVERLAY_VOLATILE | OVERLAY_BY_MOUNT },
};

START_TEST(stacks_in_order)
{
    unsigned n = stacks[_i].layers;
    char text[16];
    struct err e;

    make_layers(n);
    size_t mounts = count_mounts();
    AUTO_FD int fd = mount_layers(stacks[_i].flags, &e);
    ck_assert_msg(fd >= 0, "%s", e.msg);
    snprintf(text, sizeof(text), "own%u", n - 1);
    check_text(fd, "own0", "own0");
    check_text(fd, "shared", text);
    ck_assert_uint_eq(count_mounts(), mounts);

    put(fd, "shared", "mine");
    put(fd, "new", "new");
    check_text(unit_dirfd, "upper/shared", "mine");
    check_text(unit_dirfd, "upper/new", "new");
    check_text(fd, "shared", "mine");
    char path[LAYER_PATH_MAX];
    check_text(store.fd, layer_path(layers[n - 1], LAYER_TREE "/shared", path), text);
}
END_TEST

START_TEST(cwd_survives)
{
    char before[256];
    char after[256];
    struct err e;

    make_layers(3);
    ck_assert_ptr_nonnull(getcwd(before, sizeof(before)));
    AUTO_FD int fd = mount_layers(OVERLAY_ONE_STRING, &e);
    ck_assert_msg(fd >= 0, "%s", e.msg);
    ck_assert_ptr_nonnull(getcwd(after, sizeof(after)));
    ck_assert_str_eq(before, after);
}
END_TEST

START_TEST(volatile_again)
{
    struct err e;

    make_layers(2);
    for (int i = 0; i < 2; i++) {
        AUTO_FD int fd = mount_layers(OVERLAY_VOLATILE, &e);
        ck_assert_msg(fd >= 0, "%d: %s", i, e.msg);
    }
}
END_TEST

START_TEST(opaque_root_hides_all_below)
{
    char path[LAYER_PATH_MAX];
    struct err e;

    make_layers(3);
    AUTO_FD int tree = openat(store.fd, layer_path(layers[1], LAYER_TREE, path), O_RDONLY);
    ck_assert_int_eq(fsetxattr(tree, LAYER_OPAQUE, "y", 1, 0), 0);
    AUTO_FD int fd = mount_layers(0, &e);
    ck_assert_msg(fd >= 0, "%s", e.msg);
    ck_assert_int_eq(faccessat(fd, "own1", F_OK, 0), 0);
    ck_assert_int_ne(faccessat(fd, "own0", F_OK, 0), 0);
}
END_TEST

START_TEST(read_only_without_upper)
{
    struct err e;
    int fd = -1;

    make_layers((unsigned)_i);
    unit_ok(overlay_open(&store, layers, NULL, NULL, 0, &fd, &e), &e);
    check_text(fd, "own0", "own0");
    ck_assert_int_lt(openat(fd, "x", O_WRONLY | O_CREAT, 0644), 0);
    ck_assert_int_eq(errno, EROFS);
    close(fd);
}
END_TEST

START_TEST(missing_layer)
{
    char path[LAYER_PATH_MAX];
    struct err e;

    make_layers(3);
    unit_ok(fs_rm_rf(store.fd, layer_path(layers[1], "", path), &e), &e);
    unit_fails(mount_layers(0, &e), ERR_NOT_FOUND, &e);
    ck_assert_ptr_nonnull(strstr(e.msg, ref_digest_hex(layers[1])));
    ck_assert(!str_empty(e.hint));
}
END_TEST

START_TEST(root_attributes)
{
    char path[LAYER_PATH_MAX];
    const struct timespec old[2] = { { 12345, 0 }, { 12345, 0 } };
    const struct timespec zero[2] = { 0 };
    struct stat st;
    struct err e;

    for (unsigned i = 0; i < 3; i++) {
        make_layer(i);
        AUTO_FD int tree = openat(store.fd, layer_path(layers[i], LAYER_TREE, path), O_RDONLY);
        ck_assert_int_eq(fchmod(tree, i == 1 ? 0711 : 0755), 0);
        ck_assert_int_eq(fchown(tree, i == 1 ? 7 : 0, 0), 0);
        ck_assert_int_eq(futimens(tree, i == 1 ? old : zero), 0);
    }
    unit_ok(overlay_make(&store, layers, unit_dirfd, &e), &e);
    ck_assert_int_eq(fstatat(unit_dirfd, "upper", &st, 0), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0711);
    ck_assert_uint_eq(st.st_uid, 7);
    ck_assert_int_eq(st.st_mtim.tv_sec, 12345);
    unit_ok(overlay_make(&store, layers, unit_dirfd, &e), &e);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("overlay");

    if (getuid() != 0)
        return 77; /* mounts need root */
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, stacks_in_order, 0, ARRAY_LEN(stacks));
    tcase_add_test(t, cwd_survives);
    tcase_add_test(t, volatile_again);
    tcase_add_test(t, opaque_root_hides_all_below);
    tcase_add_loop_test(t, read_only_without_upper, 1, 3);
    tcase_add_test(t, missing_layer);
    tcase_add_test(t, root_attributes);
    return unit_run(t);
}
