/* SPDX-License-Identifier: MIT */
/* Reads cgroup.procs and cgroup.events. */
#include "cgroup/cgroup_procs.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/str.h"
#include "cgroup/cgroup.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>

static int add_pid(pid_t **pids, size_t *n, pid_t pid, struct err *e)
{
    if ((*n & (*n - 1)) == 0) {
        pid_t *more = reallocarray(*pids, *n ? *n * 2 : 1, sizeof(**pids));
        if (!more)
            return err_nomem(e);
        *pids = more;
    }
    (*pids)[(*n)++] = pid;
    return 0;
}

int cgroup_procs_here(int dirfd, pid_t **pids, size_t *n, struct err *e)
{
    AUTO_FD int fd = openat(dirfd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
    AUTO_FILE FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
    int pid, r = 0;

    if (!f)
        return errno == ENOENT || errno == ENODEV ? 0 : err_sys(e, "open", "cgroup.procs");
    fd = -1;
    while (r >= 0 && fscanf(f, "%d", &pid) == 1)
        r = add_pid(pids, n, pid, e);
    if (r >= 0 && ferror(f) && errno != ENODEV && errno != EOPNOTSUPP)
        r = err_sys(e, "read", "cgroup.procs");
    return r;
}

int cgroup_procs_children(int dirfd, cgroup_child_fn fn, void *arg, struct err *e)
{
    int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    AUTO_DIR DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    int r = 0;

    if (!d) {
        mem_fd_cleanup(&fd);
        return errno == ENOENT || errno == ENODEV ? 0 : err_sys(e, "open", "cgroup directory");
    }
    for (struct dirent *ent; r >= 0 && (ent = readdir(d)) != NULL;) {
        if (ent->d_type != DT_DIR || ent->d_name[0] == '.')
            continue;
        AUTO_FD int child = openat(dirfd, ent->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (child >= 0)
            r = fn(dirfd, child, ent->d_name, arg, e);
    }
    return r;
}

struct pid_list {
    pid_t *v;
    size_t n;
};

static int add_below(int dirfd, int child_fd, const char *name, void *arg, struct err *e)
{
    struct pid_list *l = arg;
    int r = cgroup_procs_here(child_fd, &l->v, &l->n, e);

    return r < 0 ? r : cgroup_procs_children(child_fd, add_below, arg, e);
}

int cgroup_procs(const struct cgroup *cg, pid_t **ret, size_t *ret_n, struct err *e)
{
    struct pid_list l = { 0 };
    int r = add_below(-1, cg->fd, NULL, &l, e);

    if (r < 0) {
        free(l.v);
        return r;
    }
    *ret = l.v;
    *ret_n = l.n;
    return 0;
}

/* A line "KEY 0|1" of an open cgroup.events; -1 when it cannot be read. */
static int read_key(int fd, const char *key)
{
    char text[256];
    ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

    if (len < 0)
        return -1;
    text[len] = '\0';
    for (char *save = NULL, *line = strtok_r(text, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save)) {
        const char *val = str_after(line, key);
        if (val && *val == ' ')
            return val[1] == '1';
    }
    return 0;
}

int cgroup_procs_event(int dirfd, const char *key)
{
    AUTO_FD int fd = openat(dirfd, "cgroup.events", O_RDONLY | O_CLOEXEC);

    return fd < 0 ? -1 : read_key(fd, key);
}

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int cgroup_procs_await(int dirfd, const char *key, int value, int ms)
{
    AUTO_FD int fd = openat(dirfd, "cgroup.events", O_RDONLY | O_CLOEXEC);
    int64_t end = now_ms() + ms;

    while (fd >= 0) {
        struct pollfd p = { .fd = fd, .events = POLLPRI };
        int now = read_key(fd, key);
        int64_t left = end - now_ms();
        if (now < 0 || now == value)
            return 1;
        if (left <= 0)
            return 0;
        poll(&p, 1, (int)left);
    }
    return 1;
}

char *cgroup_procs_text(const pid_t *pids, size_t n)
{
    AUTO_BUF struct buf out = { 0 };
    const size_t shown = 4;

    for (size_t i = 0; i < n && i < shown; i++) {
        char path[64], comm[32] = "?";
        snprintf(path, sizeof(path), "/proc/%d/comm", (int)pids[i]);
        fs_read_small(AT_FDCWD, path, comm, sizeof(comm));
        if (pids[i] == 0)
            snprintf(comm, sizeof(comm), "outside this pid namespace");
        buf_fmt(&out, "%spid %d (%s)", i ? ", " : "", (int)pids[i], comm);
    }
    if (n > shown)
        buf_fmt(&out, " and %zu more", n - shown);
    return buf_take(&out);
}

bool cgroup_populated(const struct cgroup *cg)
{
    return cgroup_procs_event(cg->fd, "populated") == 1;
}
