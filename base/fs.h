/* SPDX-License-Identifier: MIT */
/* Files by descriptor: openat2 inside a root, whole-file reads and writes, trees. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/*
 * In-root access: `path` is resolved as if `root` (a directory descriptor) were "/": absolute
 * symlinks and ".." stay inside, magic links are refused (openat2(2), RESOLVE_IN_ROOT |
 * RESOLVE_NO_MAGICLINKS; without it a walk that is as safe). Every path inside a container's rootfs
 * goes through these.
 */

/* With the flags: symlinks anywhere on the way are ELOOP. */
#define FS_NO_LINKS (UINT64_C(1) << 62)
/* Returns an O_CLOEXEC descriptor or -1 with errno. `flags` as open(2); mode for O_CREAT. */
int fs_open_in(int root, const char *path, uint64_t flags, mode_t mode);
/* mkdir -p inside the root; the last component's directory is returned as an O_PATH descriptor.
 * Directories that it makes get `mode`. -1 with errno on failure. */
int fs_mkdir_in(int root, const char *path, mode_t mode);
/* Like fs_mkdir_in for the parent of `path`, then the last component as an empty regular file
 * unless something is there already. Returns an O_PATH descriptor of it, or -1 with errno. */
int fs_touch_in(int root, const char *path, mode_t mode);
/* One of these two; *ret_linked: symlinks were followed on the way, so that the path as it was
 * written does not tell what it led to. */
int fs_place_in(int root, const char *path, bool dir, mode_t mode, bool *ret_linked);

/* mkdir -p below dirfd (AT_FDCWD allowed), following symlinks as usual. */
int fs_mkdir_p(int dirfd, const char *path, mode_t mode, struct err *e);

/* The whole file, NUL-terminated, at most `max` bytes (ERR_LIMIT beyond). Caller frees. */
int fs_read(int dirfd, const char *path, size_t max, char **ret, size_t *ret_len, struct err *e);
int fs_read_fd(int fd, const char *name, size_t max, char **ret, size_t *ret_len, struct err *e);
/* The file's first line-ish bytes into a caller's buffer, NUL-terminated, trailing newline cut.
 * For small kernel files. Length, or -1 with errno. */
ssize_t fs_read_small(int dirfd, const char *path, char *buf, size_t len);
/* One write(2) of the text to an existing file, as kernel files want it. 0, or -1 with errno. */
int fs_put(int dirfd, const char *path, const char *text);
/* All of the bytes, over short writes and EINTR. 0, or -1 with errno. */
int fs_write_all(int fd, const void *data, size_t len);
/* All of the bytes up to len or end of file. The count, or -1 with errno. */
ssize_t fs_read_all(int fd, void *data, size_t len);

/* Removes a file or a whole tree by descriptors; never follows a symlink, never crosses into a
 * mounted file system. A missing path is success. */
int fs_rm_rf(int dirfd, const char *path, struct err *e);

/* True when the descriptor's file system has this magic number (statfs(2)). */
bool fs_is_type(int fd, uint32_t magic);
/* "/proc/self/fd/N" into a buffer of FS_FD_PATH_MAX bytes; returns it. */
#define FS_FD_PATH_MAX 32
const char *fs_fd_path(int fd, char *buf);

/* Names in a directory other than "." and "..", as a strv in no order. Missing: empty. */
int fs_list(int dirfd, const char *path, char ***ret, struct err *e);
