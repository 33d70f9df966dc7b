/* SPDX-License-Identifier: MIT */
/* Inside base/proc*.c only: what older kernels lack, by other calls. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* proc_clone() by clone(2): before Linux 5.3, or 5.7 with a cgroup. */
pid_t proc_old_clone(uint64_t flags, int cgroup_fd, int *ret_pidfd);

/* close_range(2) before Linux 5.9; before 5.11 for close-on-exec. */
void proc_old_close(unsigned first, unsigned last, bool cloexec);

/* pidfd_open(2) before Linux 5.3: the process's directory in /proc, which takes signals, but cannot
 * be polled. */
int proc_old_pidfd(pid_t pid);
/* Waits for the end of the process behind such a directory: 1, or 0 when the time is over. Any
 * other descriptor: -1 with errno ENOTDIR. */
int proc_old_wait(int pidfd, int ms);
