/* SPDX-License-Identifier: MIT */
/* Open-file-description write locks. */
#include "base/lock.h"

#include "base/mem.h"

#include <fcntl.h>

int lock_take(int dirfd, const char *name, bool wait, int *ret_fd, struct err *e)
{
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    AUTO_FD int fd = openat(dirfd, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    int r;

    if (fd < 0)
        return err_sys(e, "open", name);
    do
        r = fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &whole);
    while (r < 0 && errno == EINTR);
    if (r < 0 && (errno == EAGAIN || errno == EACCES))
        return err_set(e, ERR_IN_USE, "lock %s: held by another process", name);
    if (r < 0)
        return err_sys(e, "lock", name);
    *ret_fd = TAKE_FD(fd);
    return 0;
}
