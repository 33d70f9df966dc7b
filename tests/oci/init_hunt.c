/* SPDX-License-Identifier: MIT */
/* A command of the test bundles' init: an attacker that looks at everything that appears. */
#include "init.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Can what `fd` is open to be changed? */
static bool can_write(int fd)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int w = open(path, O_WRONLY | O_CLOEXEC);
    bool wrote = w >= 0 && pwrite(w, "\x7f", 1, 0) == 1;
    if (w >= 0)
        close(w);
    return wrote;
}

/* Tries to open one process's executable; keeps what it got in held[]. */
static void hunt_one(int pid, const char *self, int *held, int *n_held)
{
    char path[64], target[PATH_MAX];

    snprintf(path, sizeof(path), "/proc/%d/exe", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd); /* the process may execute the next */
    ssize_t n = readlink(path, target, sizeof(target) - 1);
    target[n > 0 ? n : 0] = '\0';
    if (strcmp(target, self) == 0 || *n_held == 64) {
        close(fd);
        return;
    }
    held[(*n_held)++] = fd;
    printf("opened %s%s\n", target, can_write(fd) ? " and wrote it" : "");
}

/* Is this the file or directory of that name in here? Of our /proc it is, even if it is gone. */
static bool is_ours(int fd, const char *target)
{
    struct stat a, b;

    if (fstat(fd, &a) < 0 || !(S_ISDIR(a.st_mode) || S_ISREG(a.st_mode)))
        return true;
    return strncmp(target, "/memfd:", 7) == 0 || (stat("/proc", &b) == 0 && a.st_dev == b.st_dev) ||
           (stat(target, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino);
}

/* Takes hold of one of a process's descriptors; that may be another one a moment later. */
static bool hunt_fd(const char *link)
{
    char own[64], target[PATH_MAX];
    int fd = open(link, O_PATH | O_CLOEXEC);

    if (fd < 0)
        return false;
    snprintf(own, sizeof(own), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(own, target, sizeof(target) - 1);
    target[n > 0 ? n : 0] = '\0';
    if (!is_ours(fd, target))
        printf("reached %s\n", target);
    close(fd);
    return true;
}

/* Looks for files and directories of the host's behind a process's descriptors. The count of those
 * that could be looked at. */
static long hunt_fds(int pid)
{
    char dir[64], link[PATH_MAX];
    long seen = 0;

    snprintf(dir, sizeof(dir), "/proc/%d/fd", pid);
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        snprintf(link, sizeof(link), "%s/%s", dir, e->d_name);
        seen += hunt_fd(link);
    }
    if (d)
        closedir(d);
    return seen;
}

static volatile sig_atomic_t over;

static void on_term_end(int sig)
{
    over = 1;
}

/* An attacker: until SIGTERM, tries to open the executable and the descriptors of every process
 * that appears, and in the end, when those have gone, to write what it got hold of. Says "enough"
 * when it has looked at processes that often, and at that many descriptors. */
static int cmd_hunt(int argc, char **argv)
{
    long want = atol(argv[1]), want_links = argc > 2 ? atol(argv[2]) : 0;
    char self[PATH_MAX] = "";
    int held[64], n_held = 0, wrote = 0;
    long looked = 0, links = 0;
    bool sated = false;

    if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
        return init_fail("/proc/self/exe");
    signal(SIGTERM, on_term_end);
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("hunting");
    while (!over) {
        DIR *d = opendir("/proc");
        for (struct dirent *e; d && (e = readdir(d));) {
            int pid = atoi(e->d_name);
            if (pid <= 0 || pid == getpid())
                continue;
            looked++;
            hunt_one(pid, self, held, &n_held);
            links += hunt_fds(pid);
        }
        if (d)
            closedir(d);
        if (!sated && looked >= want && links >= want_links)
            sated = puts("enough") >= 0;
    }
    for (int i = 0; i < n_held; i++)
        wrote += can_write(held[i]);
    printf("looked %ld links %ld wrote %d\n", looked, links, wrote);
    return 0;
}

const struct init_command init_hunt[] = {
    { "hunt", "LOOKS [LINKS]", 1, cmd_hunt },
    { 0 },
};
