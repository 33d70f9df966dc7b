/* SPDX-License-Identifier: MIT */
/* Who was killed for lack of memory: memory.events, read and watched. */
#include "base/fs.h"
#include "base/str.h"
#include "cgroup/cgroup.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/inotify.h>

/* The number behind a key of a flat-keyed file; 0 when there is none. */
static uint64_t read_count(int dirfd, const char *file, const char *key)
{
    char text[512];
    uint64_t count = 0;

    if (fs_read_small(dirfd, file, text, sizeof(text)) < 0)
        return 0;
    for (char *save = NULL, *line = strtok_r(text, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save)) {
        const char *val = str_after(line, key);
        if (val && *val == ' ')
            count = strtoull(val, NULL, 10);
    }
    return count;
}

void cgroup_oom(const struct cgroup *cg, struct cgroup_oom *ret)
{
    ret->kills = read_count(cg->fd, "memory.events", "oom_kill");
    ret->limit = read_count(cg->fd, "memory.events.local", "oom");
}

int cgroup_oom_watch(const struct cgroup *cg, struct err *e)
{
    char dir[FS_FD_PATH_MAX];
    AUTO_FREE char *path = str_fmt("%s/memory.events", fs_fd_path(cg->fd, dir));
    AUTO_FD int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

    if (!path)
        return err_nomem(e);
    if (fd < 0)
        return err_sys(e, "inotify_init1", NULL);
    if (inotify_add_watch(fd, path, IN_MODIFY) < 0) {
        if (errno == ENOENT)
            return err_set(e, ERR_UNSUPPORTED, "%s: the memory controller is not on", cg->abs_path);
        return err_sysf(e, "inotify_add_watch", "%s/memory.events", cg->abs_path);
    }
    return TAKE_FD(fd);
}

void cgroup_oom_drain(int fd)
{
    char events[1024];

    while (read(fd, events, sizeof(events)) > 0)
        ;
}
