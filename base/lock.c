/* SPDX-License-Identifier: MIT */
/* Open-file-description write locks. */
#include "base/lock.h"

#include "base/mem.h"

#include <fcntl.h>

int lock_file(int fd, const char *name, bool wait, struct err *e)
{
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int r;

    do
        r = fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &whole);
    while (r < 0 && errno == EINTR);
    if (r < 0 && (errno == EAGAIN || errno == EACCES))
        return err_set(e, ERR_IN_USE, "lock %s: held by another process", name);
    return r < 0 ? err_sys(e, "lock", name) : 0;
}

int lock_take(int dirfd, const char *name, bool wait, int *ret_fd, struct err *e)
{
    AUTO_FD int fd = openat(dirfd, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return err_sys(e, "open", name);
    int r = lock_file(fd, name, wait, e);
    if (r < 0)
        return r;
    *ret_fd = TAKE_FD(fd);
    return 0;
}
