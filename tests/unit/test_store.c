/* SPDX-License-Identifier: MIT */
/* The image store: finding, listing, tagging, removal by docker's rules, repair after a crash. */
#include "base/json_value.h"
#include "base/str.h"
#include "image/layer.h"
#include "image/layout.h"
#include "image/scratch.h"
#include "image/store.h"
#include "tests/unit/unit.h"

#include <sys/stat.h>
#include <sys/wait.h>

#define L1    "sha256:1111111111111111111111111111111111111111111111111111111111111111"
#define L2    "sha256:2222222222222222222222222222222222222222222222222222222222222222"
#define L3    "sha256:3333333333333333333333333333333333333333333333333333333333333333"
#define ID_A  "sha256:aaaa00000000000000000000000000000000000000000000000000000000000a"
#define ID_B  "sha256:aabb00000000000000000000000000000000000000000000000000000000000b"
#define MAN_A "sha256:ca00000000000000000000000000000000000000000000000000000000000000"
#define MAN_B "sha256:cb00000000000000000000000000000000000000000000000000000000000000"

static struct store store;
static struct buf report;

static void write_blob(const char *digest, const char *text)
{
    char path[LAYOUT_PATH_MAX];

    layout_blob_path(digest, path);
    AUTO_FD int fd = openat(store.fd, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fs_write_all(fd, text, strlen(text)), 0);
}

static bool has_blob(const char *digest)
{
    char path[LAYOUT_PATH_MAX];

    return faccessat(store.fd, layout_blob_path(digest, path), F_OK, 0) == 0;
}

static void make_layer(const char *diff_id)
{
    const struct layer_record rec = { .size = 1000, .entries = 3 };
    char path[LAYER_PATH_MAX];
    struct err e;

    if (layer_exists(&store, diff_id))
        return;
    unit_ok(fs_mkdir_p(store.fd, layer_path(diff_id, LAYER_TREE, path), 0755, &e), &e);
    AUTO_FD int dir = openat(store.fd, layer_path(diff_id, "", path), O_RDONLY);
    unit_ok(layer_write_record(dir, &rec, &e), &e);
    if (!has_blob(diff_id))
        write_blob(diff_id, "layer"); /* plain: the blob's digest is the diff-id */
}

/* An image of two layers, its lower one L1. Digests are made up: only a load verifies them. */
static void make_image(const char *manifest, const char *id, const char *layer, const char *ref,
                       const char *created)
{
    AUTO_FREE char *config =
        str_fmt("{\"created\":\"%s\",\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":"
                "{\"Env\":[\"A=b\"],\"Cmd\":[\"sh\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":"
                "[\"" L1 "\",\"%s\"]}}",
                created, layer);
    AUTO_FREE char *text = str_fmt(
        "{\"schemaVersion\":2,\"mediaType\":\"" IMAGE_TYPE_MANIFEST "\",\"config\":{\"mediaType\":"
        "\"" IMAGE_TYPE_CONFIG "\",\"digest\":\"%s\",\"size\":%zu},\"layers\":[{\"mediaType\":"
        "\"" IMAGE_TYPE_LAYER "\",\"digest\":\"" L1 "\",\"size\":5},{\"mediaType\":"
        "\"" IMAGE_TYPE_LAYER "\",\"digest\":\"%s\",\"size\":5}]}",
        id, strlen(config), layer);
    CLEANUP(image_index) struct image_index idx = { 0 };
    struct image_descriptor d = { .media_type = (char *)(uintptr_t)IMAGE_TYPE_MANIFEST,
                                  .digest = (char *)(uintptr_t)manifest,
                                  .size = (int64_t)strlen(text) };
    AUTO_FD int lock = -1;
    struct err e;

    unit_ok(scratch_lock_store(&store, &lock, &e), &e);
    make_layer(L1);
    make_layer(layer);
    write_blob(id, config);
    write_blob(manifest, text);
    unit_ok(layout_read(&store, &idx, &e), &e);
    unit_ok(layout_set_ref(&store, &idx, &d, ref, &e), &e);
    unit_ok(layout_write(&store, &idx, &e), &e);
}

static void make_a_and_b(void)
{
    make_image(MAN_A, ID_A, L2, "docker.io/library/app:latest", "2024-01-02T03:04:05.678Z");
    make_image(MAN_B, ID_B, L3, "localhost/tool:v1", "2025-01-01T00:00:00+02:00");
}

static void setup(void)
{
    struct err e;

    unit_dir_make();
    unit_ok(store_open(unit_dir, &store, &e), &e);
}

static void teardown(void)
{
    buf_free(&report);
    store_close(&store);
    unit_dir_remove();
}

static size_t count_in(const char *dir)
{
    AUTO_STRV char **names = NULL;
    struct err e;

    unit_ok(fs_list(store.fd, dir, &names, &e), &e);
    return strv_len(names);
}

static void check_id(const char *text, const char *id)
{
    CLEANUP(store_image) struct store_image *img = NULL;
    struct err e;

    unit_ok(store_find(&store, text, &img, &e), &e);
    ck_assert_str_eq(img->id, id);
}

static void check_missing(const char *text)
{
    struct store_image *img = NULL;
    struct err e;

    unit_fails(store_find(&store, text, &img, &e), ERR_NOT_FOUND, &e);
    ck_assert_msg(str_starts(e.msg, "No such image: "), "%s", e.msg);
    ck_assert(!str_empty(e.hint));
}

static const struct {
    const char *text;
    const char *id;
} names[] = {
    { "app", ID_A },         { "app:latest", ID_A },   { "docker.io/library/app", ID_A },
    { "app@" MAN_A, ID_A },  { ID_A, ID_A },           { "aaaa", ID_A },
    { "sha256:aabb", ID_B }, { "aabb00000000", ID_B }, { "localhost/tool:v1", ID_B },
    { "tool:v1", ID_B },
};

START_TEST(finds)
{
    make_a_and_b();
    check_id(names[_i].text, names[_i].id);
}
END_TEST

START_TEST(find_fails)
{
    struct store_image *img = NULL;
    struct err e;

    check_missing("app");
    make_a_and_b();
    check_missing("app:other");
    check_missing("tool");
    check_missing("user/app");
    check_missing("abcd");
    check_missing("app@" MAN_B);
    unit_fails(store_find(&store, "aa", &img, &e), ERR_INVALID, &e);
    ck_assert_ptr_nonnull(strstr(e.msg, "multiple"));
    unit_fails(store_find(&store, "App", &img, &e), ERR_INVALID, &e);
}
END_TEST

START_TEST(image_contents)
{
    CLEANUP(store_image) struct store_image *img = NULL;
    struct err e;

    make_a_and_b();
    unit_ok(store_find(&store, "app", &img, &e), &e);
    ck_assert_str_eq(img->digest, MAN_A);
    ck_assert_uint_eq(strv_len(img->layers), 2);
    ck_assert_str_eq(img->layers[0], L1);
    ck_assert_str_eq(img->layers[1], L2);
    ck_assert_str_eq(img->refs[0], "docker.io/library/app:latest");
    ck_assert_int_eq(img->created, 1704164645);
    ck_assert_str_eq(img->config->config.cmd[0], "sh");
    ck_assert_int_eq(store_image_size(&store, img), 2000);
}
END_TEST

/* An image's own layer (image/tool/parents.h) is on top of the others. */
START_TEST(own_layer_on_top)
{
    CLEANUP(store_image) struct store_image *img = NULL;
    struct err e;

    make_a_and_b();
    make_layer(ID_A);
    unit_ok(store_find(&store, "app", &img, &e), &e);
    ck_assert_uint_eq(strv_len(img->layers), 3);
    ck_assert_str_eq(img->layers[2], ID_A);
    ck_assert_uint_eq(strv_len(img->diff_ids), 2);
}
END_TEST

START_TEST(lists)
{
    CLEANUP(store_list) struct store_list l = { 0 };
    struct err e;

    unit_ok(store_list(&store, &l, &e), &e);
    ck_assert_uint_eq(l.count, 0);
    make_a_and_b();
    unit_ok(store_tag(&store, "app", "app:second", &e), &e);
    unit_ok(store_list(&store, &l, &e), &e);
    ck_assert_uint_eq(l.count, 2);
    ck_assert_str_eq(l.items[0]->id, ID_B);
    ck_assert_str_eq(l.items[1]->id, ID_A);
    ck_assert_uint_eq(strv_len(l.items[1]->refs), 2);
    ck_assert_str_eq(l.items[1]->refs[1], "docker.io/library/app:second");
}
END_TEST

START_TEST(damaged_images_do_not_hide_others)
{
    CLEANUP(store_list) struct store_list l = { 0 };
    struct err e;

    make_a_and_b();
    write_blob(MAN_B, "{");
    unit_ok(store_list(&store, &l, &e), &e);
    ck_assert_uint_eq(l.count, 1);
    check_id("app", ID_A);
}
END_TEST

START_TEST(tag_moves)
{
    CLEANUP(store_list) struct store_list l = { 0 };
    struct err e;

    make_a_and_b();
    unit_ok(store_tag(&store, "tool:v1", "app", &e), &e);
    check_id("app", ID_B);
    check_id("aaaa", ID_A); /* nameless now, but there */
    unit_ok(store_list(&store, &l, &e), &e);
    ck_assert_uint_eq(l.count, 2);
    ck_assert_ptr_null(l.items[1]->refs);
    unit_fails(store_tag(&store, "nothing", "app", &e), ERR_NOT_FOUND, &e);
    unit_fails(store_tag(&store, "app", "UP", &e), ERR_INVALID, &e);
    unit_fails(store_tag(&store, "app", "x@" MAN_A, &e), ERR_INVALID, &e);
    unit_ok(store_tag(&store, "aaaa", "back:1", &e), &e);
    check_id("back:1", ID_A);
    store_list_free(&l);
    unit_ok(store_list(&store, &l, &e), &e);
    ck_assert_uint_eq(strv_len(l.items[1]->refs), 1);
}
END_TEST

START_TEST(remove_keeps_what_is_shared)
{
    struct err e;

    make_a_and_b();
    unit_ok(store_remove(&store, "app", 0, NULL, NULL, &report, &e), &e);
    ck_assert_str_eq(report.data, "Untagged: app:latest\nDeleted: " ID_A "\nDeleted: " L2 "\n");
    check_missing("app");
    check_id("tool:v1", ID_B);
    ck_assert(!has_blob(ID_A) && !has_blob(MAN_A) && !has_blob(L2));
    ck_assert(has_blob(ID_B) && has_blob(MAN_B) && has_blob(L1) && has_blob(L3));
    ck_assert(layer_exists(&store, L1) && !layer_exists(&store, L2));
    ck_assert_uint_eq(count_in(SCRATCH_DIR), 0);
    unit_ok(store_remove(&store, "aabb", 0, NULL, NULL, &report, &e), &e);
    ck_assert_uint_eq(count_in(LAYER_DIR), 0);
    ck_assert_uint_eq(count_in(LAYOUT_BLOBS "/sha256"), 0);
}
END_TEST

START_TEST(remove_one_of_several_names)
{
    struct err e;

    make_a_and_b();
    unit_ok(store_tag(&store, "app", "user/other:1", &e), &e);
    unit_fails(store_remove(&store, "aaaa", 0, NULL, NULL, &report, &e), ERR_IN_USE, &e);
    ck_assert_str_eq(e.msg, "conflict: unable to delete aaaa00000000 (must be forced) - image is "
                            "referenced in multiple repositories");
    unit_ok(store_remove(&store, "app", 0, NULL, NULL, &report, &e), &e);
    ck_assert_str_eq(report.data, "Untagged: app:latest\n");
    check_id("user/other:1", ID_A);
    unit_ok(store_tag(&store, "aaaa", "app", &e), &e);
    unit_ok(store_remove(&store, "aaaa", STORE_REMOVE_FORCE, NULL, NULL, &report, &e), &e);
    check_missing("user/other:1");
    ck_assert(!layer_exists(&store, L2));
}
END_TEST

static const char *const used_layers[] = { L1, L2, NULL };
static struct store_use use = { "web", ID_A, (char *const *)(uintptr_t)used_layers, false };

static int one_use(void *arg, const struct store_use **ret, size_t *ret_n, struct err *e)
{
    *ret = &use;
    *ret_n = 1;
    return 0;
}

START_TEST(remove_in_use_by_stopped)
{
    struct err e;

    make_a_and_b();
    unit_fails(store_remove(&store, "app", 0, one_use, NULL, &report, &e), ERR_IN_USE, &e);
    ck_assert_str_eq(e.msg, "conflict: unable to remove repository reference \"app:latest\" (must "
                            "force) - container web is using its referenced image aaaa00000000");
    unit_fails(store_remove(&store, "aaaa", 0, one_use, NULL, &report, &e), ERR_IN_USE, &e);
    ck_assert_str_eq(e.msg, "conflict: unable to delete aaaa00000000 (must be forced) - image is "
                            "being used by stopped container web");
    check_id("app", ID_A);
    unit_ok(store_remove(&store, "app", STORE_REMOVE_FORCE, one_use, NULL, &report, &e), &e);
    check_missing("app");
    ck_assert(layer_exists(&store, L2)); /* the container needs it */
    unit_ok(store_remove(&store, "tool:v1", 0, NULL, NULL, &report, &e), &e);
    ck_assert(!layer_exists(&store, L2)); /* the container is gone too */
}
END_TEST

START_TEST(remove_in_use_by_running)
{
    struct err e;

    use.running = true;
    make_a_and_b();
    unit_fails(store_remove(&store, "aaaa", STORE_REMOVE_FORCE, one_use, NULL, &report, &e),
               ERR_IN_USE, &e);
    ck_assert_str_eq(e.msg, "conflict: unable to delete aaaa00000000 (cannot be forced) - image is "
                            "being used by running container web");
    unit_ok(store_remove(&store, "app", STORE_REMOVE_FORCE, one_use, NULL, &report, &e), &e);
    ck_assert_str_eq(report.data, "Untagged: app:latest\n");
    check_id("aaaa", ID_A);
}
END_TEST

START_TEST(remove_of_nothing)
{
    struct err e;

    unit_fails(store_remove(&store, "app", 0, NULL, NULL, &report, &e), ERR_NOT_FOUND, &e);
    ck_assert_int_ne(faccessat(unit_dirfd, LAYOUT_DIR, F_OK, 0), 0); /* made nothing */
}
END_TEST

START_TEST(remove_needs_to_know_everything)
{
    struct err e;

    make_a_and_b();
    write_blob(MAN_B, "{"); /* what B needs cannot be known: nothing may be swept */
    ck_assert_int_lt(store_remove(&store, "app", 0, NULL, NULL, &report, &e), 0);
    ck_assert(layer_exists(&store, L3) && layer_exists(&store, L2));
}
END_TEST

START_TEST(pins_keep_layers)
{
    struct scratch sc = { 0 };
    AUTO_FD int lock = -1;
    char path[256];
    struct err e;

    make_a_and_b();
    unit_ok(scratch_lock_store(&store, &lock, &e), &e);
    unit_ok(scratch_make(&store, "load", &sc, &e), &e);
    mem_close(&lock);
    ck_assert_int_eq(mkdirat(sc.fd, SCRATCH_PINS, 0700), 0);
    snprintf(path, sizeof(path), SCRATCH_PINS "/%s", layer_name(L2));
    close(openat(sc.fd, path, O_WRONLY | O_CREAT, 0600));
    unit_ok(store_remove(&store, "app", 0, NULL, NULL, &report, &e), &e);
    ck_assert(layer_exists(&store, L2));
    scratch_drop(&store, &sc);
    unit_ok(store_remove(&store, "tool:v1", 0, NULL, NULL, &report, &e), &e);
    ck_assert(!layer_exists(&store, L2));
}
END_TEST

/* A load that dies in the middle of its commit: its scratch directory and what it has moved. */
static void die_in_commit(void)
{
    struct scratch sc = { 0 };
    int lock = -1;
    struct err e;
    static const char moving[] = "layers/3333333333333333333333333333333333333333333333333333333333"
                                 "333333\nlayers/111111111111111111111111111111111111111111111111"
                                 "1111111111111111\nlayers/../images\n";

    if (scratch_lock_store(&store, &lock, &e) < 0 || scratch_make(&store, "load", &sc, &e) < 0)
        _exit(1);
    int fd = openat(sc.fd, SCRATCH_MOVING, O_WRONLY | O_CREAT, 0600);
    _exit(fs_write_all(fd, moving, strlen(moving)) < 0);
}

START_TEST(dead_writers_are_cleaned_up)
{
    AUTO_FD int lock = -1;
    struct err e;

    make_image(MAN_A, ID_A, L2, "docker.io/library/app:latest", "2024-01-02T03:04:05Z");
    make_layer(L3);
    pid_t pid = fork();
    if (pid == 0)
        die_in_commit();
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    ck_assert_uint_eq(count_in(SCRATCH_DIR), 1);
    unit_ok(scratch_lock_store(&store, &lock, &e), &e);
    ck_assert_uint_eq(count_in(SCRATCH_DIR), 0);
    ck_assert(!layer_exists(&store, L3)); /* nobody came to need it */
    ck_assert(layer_exists(&store, L1));
    check_id("app", ID_A);
}
END_TEST

START_TEST(inspects)
{
    CLEANUP(store_image) struct store_image *img = NULL;
    CLEANUP(buf) struct buf text = { 0 };
    struct json_value *v = NULL;
    struct err e;

    make_a_and_b();
    unit_ok(store_find(&store, "app", &img, &e), &e);
    unit_ok(store_inspect(&store, img, &text, &e), &e);
    unit_ok(json_value_parse(text.data, text.len, &v, &e), &e);
    ck_assert_ptr_nonnull(strstr(text.data, "\"Id\":\"" ID_A "\""));
    ck_assert_ptr_nonnull(strstr(text.data, "\"RepoTags\":[\"app:latest\"]"));
    ck_assert_ptr_nonnull(strstr(text.data, "\"RepoDigests\":[\"app@" MAN_A "\"]"));
    ck_assert_ptr_nonnull(strstr(text.data, "\"Cmd\":[\"sh\"]"));
    ck_assert_ptr_nonnull(strstr(text.data, "\"Architecture\":\"amd64\""));
    ck_assert_ptr_nonnull(strstr(text.data, "\"Size\":2000"));
    ck_assert_ptr_nonnull(strstr(text.data, "\"Layers\":[\"" L1 "\",\"" L2 "\"]"));
    json_value_free(v);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("store");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, finds, 0, ARRAY_LEN(names));
    tcase_add_test(t, find_fails);
    tcase_add_test(t, image_contents);
    tcase_add_test(t, own_layer_on_top);
    tcase_add_test(t, lists);
    tcase_add_test(t, damaged_images_do_not_hide_others);
    tcase_add_test(t, tag_moves);
    tcase_add_test(t, remove_keeps_what_is_shared);
    tcase_add_test(t, remove_one_of_several_names);
    tcase_add_test(t, remove_in_use_by_stopped);
    tcase_add_test(t, remove_in_use_by_running);
    tcase_add_test(t, remove_of_nothing);
    tcase_add_test(t, remove_needs_to_know_everything);
    tcase_add_test(t, pins_keep_layers);
    tcase_add_test(t, dead_writers_are_cleaned_up);
    tcase_add_test(t, inspects);
    return unit_run(t);
}
