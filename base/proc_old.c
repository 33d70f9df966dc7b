/* SPDX-License-Identifier: MIT */
/* What older kernels lack, by other calls: clone3, close_range, pidfd_open. */
#include "base/proc_old.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/sys.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* ---- clone ---- */

/* clone(2) has no room for CLONE_NEWTIME: the caller takes the new time namespace on for its next
 * child, and goes back. Returns what to go back to. */
static int take_time(uint64_t flags)
{
    AUTO_FD int own = -1;

    if (!(flags & CLONE_NEWTIME))
        return -EBADF;
    own = open("/proc/self/ns/time", O_RDONLY | O_CLOEXEC);
    return own < 0 || unshare(CLONE_NEWTIME) < 0 ? -1 : TAKE_FD(own);
}

static pid_t raw_clone(uint64_t flags, int *ret_pidfd)
{
    unsigned long bits = (unsigned long)(flags & ~(uint64_t)CLONE_NEWTIME) |
                         (flags & CLONE_PARENT ? 0 : SIGCHLD) | (ret_pidfd ? CLONE_PIDFD : 0);

#if defined(__s390x__)
    return (pid_t)syscall(SYS_clone, 0, bits, ret_pidfd, 0, 0);
#else
    return (pid_t)syscall(SYS_clone, bits, 0, ret_pidfd, 0, 0);
#endif
}

/* The child moves itself before it does anything else, and tells its parent how that went. */
static void enter_cgroup(int procs, const int tell[2])
{
    int errnum = write(procs, "0", 1) == 1 ? 0 : errno;

    close(tell[0]);
    (void)!write(tell[1], &errnum, sizeof(errnum));
    if (errnum)
        _exit(1);
    close(tell[1]);
    close(procs);
}

static pid_t clone_into(uint64_t flags, int cgroup_fd, int *ret_pidfd)
{
    int tell[2], errnum = EIO;
    AUTO_FD int procs = openat(cgroup_fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);

    if (procs < 0 || pipe2(tell, O_CLOEXEC) < 0)
        return -1;
    pid_t pid = raw_clone(flags, ret_pidfd);
    if (pid == 0) {
        enter_cgroup(TAKE_FD(procs), tell);
        return 0;
    }
    int clone_errno = errno;
    close(tell[1]);
    if (pid > 0 && fs_read_all(tell[0], &errnum, sizeof(errnum)) != sizeof(errnum))
        errnum = EIO;
    close(tell[0]);
    if (pid > 0 && errnum) {
        proc_wait(pid);
        if (ret_pidfd)
            mem_close(ret_pidfd);
        pid = -1;
        clone_errno = errnum;
    }
    errno = clone_errno;
    return pid;
}

pid_t proc_old_clone(uint64_t flags, int cgroup_fd, int *ret_pidfd)
{
    AUTO_FD int own_time = take_time(flags);

    if (own_time == -1)
        return -1;
    pid_t pid =
        cgroup_fd >= 0 ? clone_into(flags, cgroup_fd, ret_pidfd) : raw_clone(flags, ret_pidfd);
    int errnum = errno;
    if (pid != 0 && own_time >= 0 && setns(own_time, CLONE_NEWTIME) < 0 && pid > 0)
        errnum = errno; /* our next child would share it, which does no harm */
    errno = errnum;
    return pid;
}

/* ---- descriptors ---- */

#define BLIND_MAX (1u << 20)

static void drop(unsigned fd, bool cloexec)
{
    if (cloexec)
        fcntl((int)fd, F_SETFD, FD_CLOEXEC);
    else
        close((int)fd);
}

/* Where /proc does not tell: as many as there may be. */
static void drop_blindly(unsigned first, unsigned last, bool cloexec)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_max > BLIND_MAX)
        limit.rlim_max = BLIND_MAX;
    for (unsigned fd = first; fd <= last && fd < limit.rlim_max; fd++)
        drop(fd, cloexec);
}

void proc_old_close(unsigned first, unsigned last, bool cloexec)
{
    int fd = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    AUTO_DIR DIR *d = fd >= 0 && fs_is_type(fd, PROC_SUPER_MAGIC) ? fdopendir(fd) : NULL;

    if (!d) {
        if (fd >= 0)
            close(fd);
        drop_blindly(first, last, cloexec);
        return;
    }
    for (struct dirent *ent; (ent = readdir(d));) {
        unsigned long n = strtoul(ent->d_name, NULL, 10);
        if (ent->d_name[0] != '.' && n >= first && n <= last && (int)n != fd)
            drop((unsigned)n, cloexec);
    }
}

/* ---- pidfds ---- */

#define LOOK_MS 10

int proc_old_pidfd(pid_t pid)
{
    char path[32];

    snprintf(path, sizeof(path), "/proc/%d", (int)pid);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        errno = ESRCH;
    return fd;
}

static bool has_ended(int dir)
{
    char text[512];
    const char *paren =
        fs_read_small(dir, "stat", text, sizeof(text)) > 0 ? strrchr(text, ')') : NULL;

    return !paren || str_has("ZXx", paren[1] == ' ' ? paren[2] : 'X');
}

int proc_old_wait(int pidfd, int ms)
{
    const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000 };
    struct stat st;

    if (fstat(pidfd, &st) < 0 || !S_ISDIR(st.st_mode)) {
        errno = ENOTDIR;
        return -1;
    }
    for (int gone = 0; !has_ended(pidfd); gone += LOOK_MS) {
        if (ms >= 0 && gone >= ms)
            return 0;
        nanosleep(&pause, NULL);
    }
    return 1;
}
