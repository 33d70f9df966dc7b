/* SPDX-License-Identifier: MIT */
/* Raw system calls that Debian 12's libc lacks or wraps too thinly. */
#pragma once

#include <linux/openat2.h>
#include <linux/types.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/mount.h and sys/mount.h cannot both be included; what mounts need is wrapped by
 * sys/mount.h of glibc >= 2.36 (fsopen, fsmount, open_tree, move_mount, mount_setattr). */

static inline int sys_openat2(int dirfd, const char *path, const struct open_how *how)
{
    return (int)syscall(SYS_openat2, dirfd, path, how, sizeof(*how));
}

static inline int sys_pivot_root(const char *new_root, const char *put_old)
{
    return (int)syscall(SYS_pivot_root, new_root, put_old);
}

/* libc keeps some real-time signals to itself, and those may have come ignored, too:
 * rt_sigaction(2). */
static inline int sys_default_signal(int sig)
{
    const struct {
        void (*handler)(int);
        unsigned long flags;
        void (*restorer)(void);
        uint64_t mask;
    } by_default = { .handler = SIG_DFL };

    return (int)syscall(SYS_rt_sigaction, sig, &by_default, NULL, sizeof(by_default.mask));
}

static inline int sys_pidfd_open(pid_t pid, unsigned flags)
{
    return (int)syscall(SYS_pidfd_open, pid, flags);
}

static inline int sys_pidfd_send_signal(int pidfd, int sig)
{
    return (int)syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0);
}

static inline int sys_close_range(unsigned first, unsigned last, unsigned flags)
{
    return (int)syscall(SYS_close_range, first, last, flags);
}

static inline int sys_seccomp(unsigned op, unsigned flags, const void *args)
{
    return (int)syscall(SYS_seccomp, op, flags, args);
}

static inline long sys_keyctl_join(const char *name)
{
    return syscall(SYS_keyctl, 1 /* KEYCTL_JOIN_SESSION_KEYRING */, name);
}
