/* SPDX-License-Identifier: MIT */
/* What glibc declares and musl 1.2.3 does not: included before every file of what is linked with
 * musl. */
#pragma once

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/stat.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- mounts: fsopen(2), fsconfig(2), fsmount(2), fspick(2), open_tree(2), move_mount(2),
 * mount_setattr(2) ---- */

static inline int fsopen(const char *type, unsigned flags)
{
    return (int)syscall(SYS_fsopen, type, flags);
}

static inline int fsconfig(int fs, unsigned command, const char *key, const void *value, int aux)
{
    return (int)syscall(SYS_fsconfig, fs, command, key, value, aux);
}

static inline int fsmount(int fs, unsigned flags, unsigned attr)
{
    return (int)syscall(SYS_fsmount, fs, flags, attr);
}

static inline int fspick(int dir, const char *path, unsigned flags)
{
    return (int)syscall(SYS_fspick, dir, path, flags);
}

static inline int open_tree(int dir, const char *path, unsigned flags)
{
    return (int)syscall(SYS_open_tree, dir, path, flags);
}

static inline int move_mount(int from_dir, const char *from, int to_dir, const char *to,
                             unsigned flags)
{
    return (int)syscall(SYS_move_mount, from_dir, from, to_dir, to, flags);
}

static inline int mount_setattr(int dir, const char *path, unsigned flags, struct mount_attr *attr,
                                size_t size)
{
    return (int)syscall(SYS_mount_setattr, dir, path, flags, attr, size);
}

/* ---- files and programs: statx(2), renameat2(2), execveat(2) ---- */

#define RENAME_NOREPLACE (1 << 0)
#define RENAME_EXCHANGE  (1 << 1)

static inline int statx(int dir, const char *path, int flags, unsigned mask, struct statx *ret)
{
    return (int)syscall(SYS_statx, dir, path, flags, mask, ret);
}

static inline int renameat2(int from_dir, const char *from, int to_dir, const char *to,
                            unsigned flags)
{
    return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
}

static inline int execveat(int dir, const char *path, char *const argv[], char *const envp[],
                           int flags)
{
    return (int)syscall(SYS_execveat, dir, path, argv, envp, flags);
}

/* ---- signals: musl keeps 34 to itself, glibc counts from it. Nobody here has threads. ---- */

#undef SIGRTMIN
#define SIGRTMIN 34

static inline int musl_sigaddset(sigset_t *set, int sig)
{
    const unsigned bits = 8 * sizeof(set->__bits[0]), at = (unsigned)sig - 1;

    set->__bits[at / bits] |= 1UL << at % bits;
    return 0;
}
#define sigaddset musl_sigaddset
