/* SPDX-License-Identifier: MIT */
/* Processes: clone3, pidfds, waiting, descriptor passing. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A pid is reused, a pid with its start time is not: field 22 of /proc/PID/stat, in clock ticks
 * since boot; 0 when there is no such process (zombies count as present). */
uint64_t proc_start_time(pid_t pid);
/* The process's state letter from /proc/PID/stat, or 0 when it is gone. */
char proc_state(pid_t pid);
/* True when pid lives (not a zombie) and was started at that time. */
bool proc_alive(pid_t pid, uint64_t start_time);

/* True when its end has begun, or SIGKILL is on its way; its name, which is whatever it has made
 * it. */
#define PROC_NAME_MAX 64 /* kernel threads' have more than the 15 bytes of others */
bool proc_dying(pid_t pid, char ret_name[static PROC_NAME_MAX]);

/* fork() that does not run atfork handlers through clone3(2) and gives a pidfd (may be NULL).
 * `flags`: CLONE_NEW* and the like (with CLONE_PARENT the child's end is signalled as ours is);
 * cgroup_fd >= 0 adds CLONE_INTO_CGROUP. Returns the pid, 0 in the child, or -1 with errno. */
pid_t proc_clone(uint64_t flags, int cgroup_fd, int *ret_pidfd);

/* Where the kernel lacks pidfds, the process's directory in /proc (proc_pidfd_is_old()): for
 * signals and proc_pidfd_wait(), not for poll(2) or setns(2). */
int proc_pidfd_open(pid_t pid);
bool proc_pidfd_is_old(int pidfd);
/* Waits for the process's end, over EINTR: 1, or 0 when it lives after `ms` (-1: for ever), or -1
 * with errno. */
int proc_pidfd_wait(int pidfd, int ms);
int proc_pidfd_signal(int pidfd, int sig);

/* waitpid() over EINTR; the wait status, or -1 with errno. */
int proc_wait(pid_t pid);
/* A wait status as a shell's exit code: the code, or 128 + signal. */
int proc_exit_code(int wait_status);

/* Runs argv (argv[0] a path or a name looked up in PATH), stdio inherited, and waits. The exit
 * code as proc_exit_code, or a negative error when it could not be started. */
int proc_run(char *const *argv, struct err *e);
/* The same with its standard output appended to `out`. */
int proc_output(char *const *argv, struct buf *out, struct err *e);

/* Opens /dev/null on whichever of the descriptors 0 to 2 is closed, for main() to call first: a
 * file of ours must never become somebody's standard stream. What fails, fails silently. */
void proc_open_std_fds(void);

/* Every signal's disposition becomes the default and none is blocked: before an exec, which keeps
 * what its caller ignores. */
void proc_default_signals(void);

/* Closes every descriptor from `first` on, or marks it close-on-exec (close_range(2)). */
void proc_close_from(int first);
void proc_cloexec_from(int first);

/* Closes every descriptor but those of `keep` (negative ones count for nothing). */
void proc_close_except(const int *keep, size_t n);

/* True in the first user namespace, which maps every id to itself: where root is root. */
bool proc_in_first_userns(void);

/* One message with up to 8 descriptors over a unix socket (unix(7), SCM_RIGHTS). proc_recv_fds
 * sets unused entries to -1; received descriptors are O_CLOEXEC. The byte count, or -1. */
ssize_t proc_send_fds(int sock, const void *data, size_t len, const int *fds, size_t nfds);
ssize_t proc_recv_fds(int sock, void *data, size_t len, int *fds, size_t nfds);

/* "SIGTERM", "TERM", "term", "15", "RTMIN+3", "SIGRTMAX-1": the number, or -1. */
int proc_signal_number(const char *name);
/* "SIGTERM"; NULL for a number without a name. */
const char *proc_signal_name(int sig);
