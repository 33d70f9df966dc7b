/* SPDX-License-Identifier: MIT */
/* For tests of unpacking: a layer written entry by entry, unpacked, and looked at. */
#pragma once

#include "base/str.h"
#include "image/layer.h"
#include "image/tool/unpack.h"
#include "tests/unit/unit.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#define TAR_MAX (8u << 20)

/* A layer under construction, and then its stream. */
static struct archive *tar __attribute__((unused));
static char *tar_data __attribute__((unused));
static size_t tar_len __attribute__((unused));
static size_t tar_at __attribute__((unused));
static size_t piece __attribute__((unused)); /* bytes a read gives at most */
static int root __attribute__((unused));
static struct unpack_result result __attribute__((unused));

static inline void setup(void)
{
    unit_dir_make();
    ck_assert_int_eq(mkdirat(unit_dirfd, "root", 0755), 0);
    root = openat(unit_dirfd, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    tar_data = malloc(TAR_MAX);
    tar = archive_write_new();
    archive_write_set_format_pax(tar);
    archive_write_set_bytes_per_block(tar, 512);
    ck_assert_int_eq(archive_write_open_memory(tar, tar_data, TAR_MAX, &tar_len), ARCHIVE_OK);
    piece = 777;
    umask(0);
}

static inline void teardown(void)
{
    buf_free(&result.implied);
    buf_free(&result.links);
    if (tar)
        archive_write_free(tar);
    free(tar_data);
    close(root);
    unit_dir_remove();
}

static inline struct archive_entry *entry(const char *name, mode_t mode)
{
    struct archive_entry *ent = archive_entry_new();

    archive_entry_copy_pathname(ent, name);
    archive_entry_set_mode(ent, mode);
    archive_entry_set_mtime(ent, 1000000000, 123456789);
    return ent;
}

static inline void put(struct archive_entry *ent, const char *text)
{
    if (text)
        archive_entry_set_size(ent, (la_int64_t)strlen(text));
    /* A warning tells that a name is not ASCII. */
    ck_assert_int_ge(archive_write_header(tar, ent), ARCHIVE_WARN);
    if (text)
        ck_assert_int_eq(archive_write_data(tar, text, strlen(text)), (la_ssize_t)strlen(text));
    archive_entry_free(ent);
}

static inline void add_file(const char *name, const char *text)
{
    put(entry(name, S_IFREG | 0644), text);
}

static inline void add_dir(const char *name, mode_t mode)
{
    put(entry(name, S_IFDIR | mode), NULL);
}

static inline void add_symlink(const char *name, const char *to)
{
    struct archive_entry *ent = entry(name, S_IFLNK | 0777);

    archive_entry_copy_symlink(ent, to);
    put(ent, NULL);
}

static inline void add_link(const char *name, const char *to)
{
    struct archive_entry *ent = entry(name, S_IFREG | 0644);

    archive_entry_copy_hardlink(ent, to);
    put(ent, NULL);
}

static inline ssize_t give(void *arg, const void **ret, struct err *e)
{
    size_t n = tar_len - tar_at < piece ? tar_len - tar_at : piece;

    (void)arg;
    (void)e;
    *ret = tar_data + tar_at;
    tar_at += n;
    return (ssize_t)n;
}

static inline void finish_tar(void)
{
    if (tar)
        archive_write_free(tar);
    tar = NULL;
}

static inline int unpack_with(const struct entry_limits *limits, struct err *e)
{
    finish_tar();
    tar_at = 0;
    return unpack_layer(root, give, NULL, limits, &result, e);
}

static inline int unpack(struct err *e)
{
    static const struct entry_limits limits = ENTRY_LIMITS;

    return unpack_with(&limits, e);
}

static inline struct stat stat_of(const char *path)
{
    struct stat st;

    ck_assert_msg(fstatat(root, path, &st, AT_SYMLINK_NOFOLLOW) == 0, "%s is missing", path);
    return st;
}

static inline bool exists(const char *path)
{
    struct stat st;

    return fstatat(root, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static inline void check_text(const char *path, const char *want)
{
    char text[256] = "";

    ck_assert_msg(fs_read_small(root, path, text, sizeof(text)) >= 0, "%s is missing", path);
    ck_assert_str_eq(text, want);
}

static inline bool is_opaque(const char *path)
{
    char y = 0;
    AUTO_FD int fd = openat(root, path, O_RDONLY | O_DIRECTORY);

    ck_assert_int_ge(fd, 0);
    return fgetxattr(fd, LAYER_OPAQUE, &y, 1) == 1 && y == 'y';
}

static inline bool is_whiteout(const char *path)
{
    struct stat st = stat_of(path);

    return S_ISCHR(st.st_mode) && st.st_rdev == makedev(0, 0);
}
