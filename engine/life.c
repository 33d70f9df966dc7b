/* SPDX-License-Identifier: MIT */
/* Takes, tests and awaits the life lock. */
#include "engine/life.h"

#include <fcntl.h>
#include <sys/stat.h>

#define FILE_NAME "life"
/* How often a run directory may be swept away while it is being made. */
#define TRIES 16

/* An open file without a name, or 0. */
static int is_removed(int fd)
{
    struct stat st;

    return fstat(fd, &st) < 0 ? -1 : st.st_nlink == 0;
}

/* 1 taken; 0: somebody removed the directory meanwhile. */
static int try_take(int run_fd, int *ret_fd, struct err *e)
{
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    AUTO_FD int fd = openat(run_fd, FILE_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    int r;

    if (fd < 0)
        return errno == ENOENT ? 0 : err_sys(e, "create", FILE_NAME);
    do
        r = fcntl(fd, F_SETLKW, &whole);
    while (r < 0 && errno == EINTR);
    int removed = r < 0 ? -1 : is_removed(fd);
    if (removed < 0)
        return err_sys(e, "lock", FILE_NAME);
    if (removed > 0)
        return 0;
    *ret_fd = TAKE_FD(fd);
    return 1;
}

int life_take(const struct paths *p, struct container *c, int *ret_fd, struct err *e)
{
    for (int i = 0; i < TRIES; i++) {
        int r = container_make_run(p, c, e);
        if (r < 0 && e->errnum != ENOENT)
            return r;
        if (r >= 0)
            r = try_take(c->run_fd, ret_fd, e);
        if (r > 0)
            return 0;
        if (r < 0 && e->errnum != ENOENT)
            return err_wrap(e, "run directory of container %.12s", c->id);
        mem_close(&c->run_fd);
        err_clear(e);
    }
    return err_set(e, ERR_IN_USE, "run directory of container %.12s: it is removed again and again",
                   c->id);
}

void life_forget(const struct container *c)
{
    if (c->run_fd >= 0)
        unlinkat(c->run_fd, FILE_NAME, 0);
}

void life_end(const struct container *c, int *fd)
{
    if (*fd < 0)
        return;
    life_forget(c);
    mem_close(fd);
}

/* 1 held, 0 not held, -1 there is no such file. */
static int look(int run_fd)
{
    struct flock whole = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
    AUTO_FD int fd = openat(run_fd, FILE_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0)
        return -1;
    return fcntl(fd, F_OFD_GETLK, &whole) < 0 || whole.l_type != F_UNLCK;
}

bool life_lost(const struct container *c)
{
    return c->run_fd >= 0 && look(c->run_fd) == 0;
}

bool life_held(int run_fd)
{
    return run_fd >= 0 && look(run_fd) == 1;
}

void life_wait(const struct container *c)
{
    struct flock whole = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
    AUTO_FD int fd =
        c->run_fd < 0 ? -1 : openat(c->run_fd, FILE_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0)
        return;
    while (fcntl(fd, F_OFD_SETLKW, &whole) < 0 && errno == EINTR)
        ;
}

int life_block(int run_fd, int *ret_fd, struct err *e)
{
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    AUTO_FD int fd = openat(run_fd, FILE_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return errno == ENOENT ? 0 : err_sys(e, "open", FILE_NAME);
    if (fcntl(fd, F_OFD_SETLK, &whole) < 0)
        return errno == EAGAIN || errno == EACCES ? 0 : err_sys(e, "lock", FILE_NAME);
    *ret_fd = TAKE_FD(fd);
    return 1;
}
