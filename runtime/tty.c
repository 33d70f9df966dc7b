/* SPDX-License-Identifier: MIT */
/* Pseudo-terminals: opened from the container's devpts, made the controlling one, sized. */
#include "runtime/tty.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/proc.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#define PTMX "/dev/pts/ptmx"

int tty_open(int root, int *ret_master, int *ret_slave, struct err *e)
{
    AUTO_FD int master = fs_open_in(root, PTMX, O_RDWR | O_NOCTTY, 0);
    int unlocked = 0;

    if (master < 0) {
        int r = err_sys(e, "open", PTMX);
        return e->errnum == ENOENT
                   ? err_hint(e, "a terminal needs a devpts file system at /dev/pts in \"mounts\"")
                   : r;
    }
    if (!fs_is_type(master, DEVPTS_SUPER_MAGIC))
        return err_set(e, ERR_INVALID, "%s is not on a devpts file system", PTMX);
    if (ioctl(master, TIOCSPTLCK, &unlocked) < 0)
        return err_sys(e, "unlock", PTMX);
    int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0)
        return err_sys(e, "open the other end of", PTMX);
    *ret_master = TAKE_FD(master);
    *ret_slave = slave;
    return 0;
}

int tty_adopt(int slave, struct err *e)
{
    if (ioctl(slave, TIOCSCTTY, 0) < 0)
        return err_sys(e, "make it the controlling terminal", "pty");
    for (int i = 0; i <= 2; i++)
        if (dup2(slave, i) < 0)
            return err_sys(e, "dup2", "pty");
    return 0;
}

int tty_resize(int fd, unsigned rows, unsigned cols)
{
    struct winsize ws = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

    return ioctl(fd, TIOCSWINSZ, &ws);
}

int tty_copy_size(int from, int to)
{
    struct winsize ws;

    return ioctl(from, TIOCGWINSZ, &ws) < 0 ? -1 : ioctl(to, TIOCSWINSZ, &ws);
}

int tty_send_fd(const char *socket_path, const char *name, int fd, struct err *e)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    AUTO_FD int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (strlen(socket_path) >= sizeof(addr.sun_path))
        return err_set(e, ERR_INVALID, "socket %s: the path is longer than %zu bytes", socket_path,
                       sizeof(addr.sun_path) - 1);
    strcpy(addr.sun_path, socket_path);
    if (sock < 0 || connect(sock, (struct sockaddr *)&addr, sizeof(addr)) < 0)
        return err_sys(e, "connect to", socket_path);
    if (proc_send_fds(sock, name, strlen(name), &fd, 1) < 0)
        return err_sys(e, "send to", socket_path);
    return 0;
}

int tty_send(const char *socket_path, int master, struct err *e)
{
    int r = tty_send_fd(socket_path, "/dev/ptmx", master, e);

    return r < 0 ? err_wrap(e, "console socket") : 0;
}
