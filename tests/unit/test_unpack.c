/* SPDX-License-Identifier: MIT */
/* Unpacking of layers: what each kind of entry becomes, and what is refused. */
#include "tests/unit/layer_tar.h"

#include <linux/capability.h>

START_TEST(files_and_directories)
{
    struct err e;

    add_dir("./", 0711);
    add_dir("d/", 01770);
    add_file("./d/f", "text");
    add_file("d//g", "");
    unit_ok(unpack(&e), &e);
    ck_assert_int_eq(result.entries, 4);
    ck_assert_uint_eq(result.implied.len, 0);
    ck_assert_uint_eq(stat_of(".").st_mode & 07777, 0711);
    ck_assert_uint_eq(stat_of("d").st_mode & 07777, 01770);
    check_text("d/f", "text");
    ck_assert_int_eq(stat_of("d/g").st_size, 0);
    ck_assert_int_eq(stat_of("d/f").st_mtim.tv_nsec, 123456789);
    ck_assert_int_eq(stat_of("d").st_mtim.tv_sec, 1000000000);
    ck_assert_int_eq(stat_of(".").st_mtim.tv_sec, 1000000000);
}
END_TEST

/* As `umoci insert --image I DIR /` writes it. */
START_TEST(root_by_absolute_name)
{
    struct err e;

    add_dir("/", 0711);
    unit_ok(unpack(&e), &e);
    ck_assert_uint_eq(stat_of(".").st_mode & 07777, 0711);
}
END_TEST

START_TEST(parents_after_children)
{
    struct err e;

    add_file("a/b/c", "x");
    add_dir("a/b", 0700);
    add_file("a/b/d", "y");
    add_file("q/r", "z");
    unit_ok(unpack(&e), &e);
    ck_assert_uint_eq(stat_of("a").st_mode & 07777, 0755);
    ck_assert_uint_eq(stat_of("a/b").st_mode & 07777, 0700);
    ck_assert_int_eq(stat_of("a/b").st_mtim.tv_sec, 1000000000);
    ck_assert_int_eq(stat_of(".").st_mtim.tv_sec, 0);
    ck_assert_uint_eq(result.implied.len, 4); /* "a" and "q" */
}
END_TEST

START_TEST(later_entries_replace)
{
    struct err e;

    add_file("file", "old");
    add_link("linked", "file");
    add_file("file", "new");
    add_file("to-dir", "x");
    add_dir("to-dir", 0755);
    add_dir("to-file", 0755);
    add_file("to-file/child", "x");
    add_file("to-file", "now a file");
    add_symlink("sym", "file");
    add_file("sym", "no longer a link");
    add_dir("again", 0700);
    add_file("again/kept", "x");
    add_dir("again", 0750);
    unit_ok(unpack(&e), &e);
    check_text("file", "new");
    check_text("linked", "old");
    ck_assert(S_ISDIR(stat_of("to-dir").st_mode));
    ck_assert(is_opaque("to-dir"));
    check_text("to-file", "now a file");
    check_text("sym", "no longer a link");
    ck_assert(S_ISREG(stat_of("sym").st_mode));
    check_text("again/kept", "x");
    ck_assert_uint_eq(stat_of("again").st_mode & 07777, 0750);
    ck_assert(!is_opaque("again"));
}
END_TEST

/* After a directory with cached descriptors has been replaced, its path must lead elsewhere. */
START_TEST(replaced_directories_are_forgotten)
{
    struct err e;

    add_file("d/x", "first");
    add_symlink("l", "d");
    add_file("l/y", "through the link");
    add_file("d", "a file");
    add_dir("d", 0755);
    add_file("d/x", "second");
    add_dir("other", 0755);
    add_symlink("l", "other");
    add_file("l/z", "elsewhere");
    unit_ok(unpack(&e), &e);
    check_text("d/x", "second");
    ck_assert(!exists("d/y"));
    check_text("other/z", "elsewhere");
}
END_TEST

START_TEST(replaced_symlinks_are_forgotten)
{
    struct err e;

    add_dir("a", 0755);
    add_dir("b", 0755);
    add_symlink("l", "a");
    add_file("l/x", "in a");
    add_symlink("l", "b");
    add_file("l/y", "in b");
    unit_ok(unpack(&e), &e);
    check_text("a/x", "in a");
    check_text("b/y", "in b");
    ck_assert(!exists("a/y"));
}
END_TEST

/* Links that the layer alone cannot make. */
START_TEST(links_below)
{
    static const char notes[] = "h\0not-here\0i\0dir/x\0j\0out/etc/passwd\0gone\0h";
    struct err e;

    add_dir("dir", 0755);
    add_symlink("out", "/");
    add_link("./h", "./not-here");
    add_link("i", "dir/x");
    add_link("j", "out/etc/passwd"); /* of the root inside, which has none */
    add_file("gone", "replaced by a link");
    add_link("gone", "h");
    unit_ok(unpack(&e), &e);
    ck_assert(!exists("h") && !exists("i") && !exists("j") && !exists("gone"));
    ck_assert_uint_eq(result.links.len, sizeof(notes));
    ck_assert_mem_eq(result.links.data, notes, sizeof(notes));
}
END_TEST

START_TEST(whiteouts)
{
    struct err e;

    add_file(".wh.gone", "");
    add_file("d/.wh.gone", "");
    add_file("op/.wh..wh..opq", "");
    add_file("op/new", "x");
    add_file(".wh.back", ""); /* before the directory of its name */
    add_dir("back", 0755);
    add_dir("first", 0755); /* and after */
    add_file("first/f", "x");
    add_file(".wh.first", "");
    add_file("plain", "x"); /* hides by being there */
    add_file(".wh.plain", "");
    add_file(".wh.implied", "");
    add_file("implied/f", "x");
    add_file(".wh..wh.aufs", "");
    unit_ok(unpack(&e), &e);
    ck_assert(is_whiteout("gone"));
    ck_assert(is_whiteout("d/gone"));
    ck_assert(!exists(".wh.gone"));
    ck_assert(is_opaque("op"));
    ck_assert(!exists("op/.wh..wh..opq"));
    ck_assert(is_opaque("back"));
    ck_assert(is_opaque("first"));
    check_text("first/f", "x");
    check_text("plain", "x");
    ck_assert(is_opaque("implied"));
    ck_assert(!exists(".wh..wh.aufs"));
    ck_assert(!is_opaque("d"));
}
END_TEST

START_TEST(whiteout_behind_what_hides_already)
{
    struct err e;

    add_dir("target", 0755);
    add_symlink("was-dir", "target");
    add_file("was-dir/.wh.child", "");
    add_file("was-dir2", "a file now");
    add_file("was-dir2/.wh.child", "");
    add_file(".wh.all", "");
    add_file("all/.wh.child", "");
    unit_ok(unpack(&e), &e);
    ck_assert(!exists("target/child"));
    check_text("was-dir2", "a file now");
    ck_assert(is_whiteout("all"));
}
END_TEST

START_TEST(opaque_root)
{
    struct err e;

    add_file(".wh..wh..opq", "");
    unit_ok(unpack(&e), &e);
    ck_assert(is_opaque("."));
}
END_TEST

START_TEST(links)
{
    struct err e;

    add_file("a/file", "x");
    add_link("b/hard", "a/file");
    add_link("again", "./b/hard");
    add_link("again", "b/hard");
    add_symlink("sym", "/etc/passwd");
    add_link("hard-to-sym", "sym");
    unit_ok(unpack(&e), &e);
    ck_assert_uint_eq(stat_of("a/file").st_nlink, 3);
    ck_assert_uint_eq(stat_of("a/file").st_ino, stat_of("b/hard").st_ino);
    ck_assert_uint_eq(stat_of("again").st_ino, stat_of("b/hard").st_ino);
    ck_assert_uint_eq(stat_of("sym").st_nlink, 2);
    ck_assert_int_eq(stat_of("sym").st_mtim.tv_sec, 1000000000);
}
END_TEST

START_TEST(symlinks_stay_inside)
{
    AUTO_FREE char *outside = str_fmt("%s/outside", unit_dir);
    struct err e;

    add_dir("etc", 0755);
    add_symlink("abs", "/etc");
    add_file("abs/one", "1");
    add_symlink("up", "../../../../etc");
    add_file("up/two", "2");
    add_symlink("dir", unit_dir);
    unit_ok(unpack(&e), &e);
    check_text("etc/one", "1");
    check_text("etc/two", "2");
    ck_assert_int_ne(access(outside, F_OK), 0);
}
END_TEST

START_TEST(attributes)
{
    static const uint32_t cap[5] = { 0x02000001, 1u << 10, 0, 0, 0 };
    struct archive_entry *ent = entry("f", S_IFREG | 06755);
    char value[64] = "";
    uint32_t got[5];
    struct err e;

    archive_entry_set_uid(ent, 3000000000);
    archive_entry_set_gid(ent, 70000);
    archive_entry_xattr_add_entry(ent, "user.hello", "w\0rld", 5);
    archive_entry_xattr_add_entry(ent, "security.capability", cap, sizeof(cap));
    archive_entry_xattr_add_entry(ent, "trusted.overlay.redirect", "/x", 2);
    put(ent, "x");
    ent = entry("d", S_IFDIR | 0755);
    archive_entry_xattr_add_entry(ent, "trusted.overlay.opaque", "y", 1);
    archive_entry_xattr_add_entry(ent, "user.dir", "1", 1);
    put(ent, NULL);
    unit_ok(unpack(&e), &e);
    struct stat st = stat_of("f");
    ck_assert_uint_eq(st.st_uid, 3000000000);
    ck_assert_uint_eq(st.st_gid, 70000);
    ck_assert_uint_eq(st.st_mode & 07777, 06755);
    AUTO_FD int fd = openat(root, "f", O_RDONLY);
    ck_assert_int_eq(fgetxattr(fd, "user.hello", value, sizeof(value)), 5);
    ck_assert_mem_eq(value, "w\0rld", 5);
    ck_assert_int_eq(fgetxattr(fd, "security.capability", got, sizeof(got)), sizeof(got));
    ck_assert_mem_eq(got, cap, sizeof(cap));
    ck_assert_int_lt(fgetxattr(fd, "trusted.overlay.redirect", value, sizeof(value)), 0);
    ck_assert(!is_opaque("d"));
}
END_TEST

START_TEST(devices)
{
    struct archive_entry *ent = entry("null", S_IFCHR | 0666);
    struct err e;

    archive_entry_set_rdevmajor(ent, 1);
    archive_entry_set_rdevminor(ent, 3);
    put(ent, NULL);
    ent = entry("blk", S_IFBLK | 0600);
    archive_entry_set_rdevmajor(ent, 259);
    archive_entry_set_rdevminor(ent, 300);
    put(ent, NULL);
    put(entry("fifo", S_IFIFO | 0640), NULL);
    unit_ok(unpack(&e), &e);
    ck_assert_uint_eq(stat_of("null").st_rdev, makedev(1, 3));
    ck_assert_uint_eq(stat_of("null").st_mode, S_IFCHR | 0666);
    ck_assert_uint_eq(stat_of("blk").st_rdev, makedev(259, 300));
    ck_assert_uint_eq(stat_of("fifo").st_mode, S_IFIFO | 0640);
}
END_TEST

START_TEST(sparse_files_keep_holes)
{
    struct archive_entry *ent = entry("sparse", S_IFREG | 0644);
    char text[4096];
    struct err e;

    memset(text, 'x', sizeof(text));
    archive_entry_set_size(ent, 64 << 20);
    archive_entry_sparse_add_entry(ent, 32 << 20, sizeof(text));
    ck_assert_int_eq(archive_write_header(tar, ent), ARCHIVE_OK);
    /* libarchive takes the holes' bytes and leaves them out. */
    AUTO_FREE char *zero = calloc(1, 32 << 20);
    archive_write_data(tar, zero, 32 << 20);
    archive_write_data(tar, text, sizeof(text));
    archive_write_data(tar, zero, (32 << 20) - sizeof(text));
    archive_entry_free(ent);
    unit_ok(unpack(&e), &e);
    struct stat st = stat_of("sparse");
    ck_assert_int_eq(st.st_size, 64 << 20);
    ck_assert_int_lt(st.st_blocks, 64);
    AUTO_FD int fd = openat(root, "sparse", O_RDONLY);
    char got[2] = "";
    ck_assert_int_eq(pread(fd, got, 2, (32 << 20) - 1), 2);
    ck_assert_mem_eq(got, "\0x", 2);
}
END_TEST

START_TEST(names_of_any_bytes)
{
    char name[256];
    struct err e;

    memset(name, 'n', sizeof(name));
    name[255] = '\0';
    add_file(name, "long");
    add_file("nfd-e\xcc\x81", "1"); /* e and a combining accent: not to be composed */
    add_file("nfc-\xc3\xa9", "2");
    add_file("latin-\xe9", "3");
    add_symlink("s", "to-\xe9\xcc\x81");
    unit_ok(unpack(&e), &e);
    char to[32] = "";
    check_text(name, "long");
    check_text("nfd-e\xcc\x81", "1");
    check_text("nfc-\xc3\xa9", "2");
    check_text("latin-\xe9", "3");
    ck_assert_int_eq(readlinkat(root, "s", to, sizeof(to) - 1), 6);
    ck_assert_str_eq(to, "to-\xe9\xcc\x81");
}
END_TEST

START_TEST(deep_paths)
{
    char name[TREE_PATH_MAX + 1] = "";
    struct err e;

    for (int i = 0; i + 1 < TREE_PATH_MAX; i += 2)
        strcat(name, "d/");
    strcat(name, "f");
    add_file(name, "deep");
    unit_ok(unpack(&e), &e);
    check_text(name, "deep");
}
END_TEST

START_TEST(empty_layers)
{
    struct err e;

    finish_tar();
    tar_len = _i == 0 ? 0 : 1024;
    memset(tar_data, 0, tar_len);
    unit_ok(unpack(&e), &e);
    ck_assert_int_eq(result.entries, 0);
}
END_TEST

START_TEST(reads_to_the_end)
{
    struct err e;

    add_file("a", "1");
    finish_tar();
    memset(tar_data + tar_len, 0, 100000); /* what pads a tar belongs to its diff-id */
    tar_len += 100000;
    unit_ok(unpack(&e), &e);
    ck_assert_uint_eq(tar_at, tar_len);
}
END_TEST

/* umoci insert ends a layer with the last byte of data: no padding, no blocks of zeros. */
START_TEST(ends_with_the_data)
{
    static const char text[] = "the very end: Z";
    struct err e;

    add_file("first", "1");
    add_file("last", text);
    finish_tar();
    const char *end = memmem(tar_data, tar_len, text, sizeof(text) - 1);
    tar_len = (size_t)(end - tar_data) + sizeof(text) - 1 - (size_t)_i;
    if (_i > 0) {
        unit_fails(unpack(&e), ERR_CORRUPT, &e);
        return;
    }
    unit_ok(unpack(&e), &e);
    check_text("last", text);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("unpack");

    if (getuid() != 0)
        return 77; /* owners and devices need root */
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, files_and_directories);
    tcase_add_test(t, root_by_absolute_name);
    tcase_add_test(t, parents_after_children);
    tcase_add_test(t, later_entries_replace);
    tcase_add_test(t, replaced_directories_are_forgotten);
    tcase_add_test(t, replaced_symlinks_are_forgotten);
    tcase_add_test(t, links_below);
    tcase_add_test(t, whiteouts);
    tcase_add_test(t, whiteout_behind_what_hides_already);
    tcase_add_test(t, opaque_root);
    tcase_add_test(t, links);
    tcase_add_test(t, symlinks_stay_inside);
    tcase_add_test(t, attributes);
    tcase_add_test(t, devices);
    tcase_add_test(t, sparse_files_keep_holes);
    tcase_add_test(t, names_of_any_bytes);
    tcase_add_test(t, deep_paths);
    tcase_add_loop_test(t, empty_layers, 0, 2);
    tcase_add_test(t, reads_to_the_end);
    tcase_add_loop_test(t, ends_with_the_data, 0, 3);
    return unit_run(t);
}
