/* SPDX-License-Identifier: MIT */
/* Commands of the test bundles' init: what a process is told about itself. */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static int cmd_id(int argc, char **argv)
{
    gid_t groups[64];
    int n = getgroups(64, groups);

    printf("uid=%u gid=%u groups=", getuid(), getgid());
    for (int i = 0; i < n; i++)
        printf("%s%u", i ? "," : "", groups[i]);
    mode_t mask = umask(0);
    printf(" umask=%04o\n", mask);
    return 0;
}

static int cmd_status(int argc, char **argv)
{
    FILE *f = fopen("/proc/self/status", "re");
    char line[512];

    if (!f)
        return init_fail("/proc/self/status");
    while (fgets(line, sizeof(line), f))
        for (int i = 1; i < argc; i++)
            if (strncmp(line, argv[i], strlen(argv[i])) == 0)
                fputs(line, stdout);
    fclose(f);
    return 0;
}

static int cmd_env(int argc, char **argv)
{
    extern char **environ;

    for (char **e = environ; *e; e++)
        puts(*e);
    return 0;
}

static int cmd_cwd(int argc, char **argv)
{
    char buf[PATH_MAX];

    puts(getcwd(buf, sizeof(buf)) ? buf : strerror(errno));
    return 0;
}

static int cmd_hostname(int argc, char **argv)
{
    struct utsname u;

    uname(&u);
    printf("%s %s\n", u.nodename, u.domainname);
    return 0;
}

static int cmd_pid(int argc, char **argv)
{
    printf("pid=%d ppid=%d sid=%d\n", getpid(), getppid(), getsid(0));
    return 0;
}

static int cmd_fds(int argc, char **argv)
{
    for (int fd = 0; fd < 1024; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            printf("%d ", fd);
    putchar('\n');
    return 0;
}

/* As a hook: what is open, with where it leads, into FILE. */
static int cmd_openfds(int argc, char **argv)
{
    char path[64], target[PATH_MAX];
    FILE *f = fopen(argv[1], "we");

    if (!f)
        return init_fail(argv[1]);
    for (int fd = 0; fd < 65536; fd++) {
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        ssize_t n = fd == fileno(f) ? -1 : readlink(path, target, sizeof(target) - 1);
        if (n >= 0)
            fprintf(f, "%d %.*s\n", fd, (int)n, target);
    }
    fclose(f);
    return 0;
}

static int cmd_rlimit(int argc, char **argv)
{
    struct rlimit r;

    if (getrlimit((__rlimit_resource_t)atoi(argv[1]), &r) < 0)
        return init_fail("getrlimit");
    printf("%llu %llu\n", (unsigned long long)r.rlim_cur, (unsigned long long)r.rlim_max);
    return 0;
}

static int cmd_clock(int argc, char **argv)
{
    struct timespec ts;

    clock_gettime(CLOCK_BOOTTIME, &ts);
    printf("%lld\n", (long long)ts.tv_sec);
    return 0;
}

static int cmd_tty(int argc, char **argv)
{
    struct winsize ws = { 0 };
    struct stat a, b;
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);

    ioctl(0, TIOCGWINSZ, &ws);
    bool same = stat("/dev/console", &a) == 0 && fstat(0, &b) == 0 && a.st_rdev == b.st_rdev;
    printf("tty=%d ctty=%d console=%d size=%dx%d name=%s\n", isatty(0), fd >= 0, same, ws.ws_row,
           ws.ws_col, ttyname(0) ? ttyname(0) : "-");
    return 0;
}

/* What executes /proc/self/exe gets: is the file writable through it? */
static int cmd_selfexe(int argc, char **argv)
{
    char target[PATH_MAX] = "";

    (void)!readlink("/proc/self/exe", target, sizeof(target) - 1);
    puts(target);
    return 0;
}

const struct init_command init_self[] = {
    { "clock", "", 0, cmd_clock },
    { "cwd", "", 0, cmd_cwd },
    { "env", "", 0, cmd_env },
    { "fds", "", 0, cmd_fds },
    { "hostname", "", 0, cmd_hostname },
    { "id", "", 0, cmd_id },
    { "openfds", "FILE", 1, cmd_openfds },
    { "pid", "", 0, cmd_pid },
    { "rlimit", "NUMBER", 1, cmd_rlimit },
    { "selfexe", "", 0, cmd_selfexe },
    { "status", "FIELD...", 1, cmd_status },
    { "tty", "", 0, cmd_tty },
    { 0 },
};
