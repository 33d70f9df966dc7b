/* SPDX-License-Identifier: MIT */
/* Pseudo-terminals: opened from the container's devpts, made the controlling one, sized. */
#pragma once

#include "base/err.h"

#include <stdint.h>

/* Opens a master and its slave from the devpts at /dev/pts below `root` and unlocks it. Both are
 * O_CLOEXEC and O_NOCTTY. */
int tty_open(int root, int *ret_master, int *ret_slave, struct err *e);

/* Makes the slave the controlling terminal and descriptors 0, 1 and 2 of this session leader. */
int tty_adopt(int slave, struct err *e);

/* Sets or copies a window size: TIOCSWINSZ. 0, or -1 with errno. */
int tty_resize(int fd, unsigned rows, unsigned cols);
int tty_copy_size(int from, int to);

/* Sends the master over the unix socket at PATH (--console-socket) as runc does: the descriptor by
 * SCM_RIGHTS with the name "/dev/ptmx". */
int tty_send(const char *socket_path, int master, struct err *e);
/* Any descriptor under any name (--pidfd-socket). */
int tty_send_fd(const char *socket_path, const char *name, int fd, struct err *e);
