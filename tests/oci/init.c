/* SPDX-License-Identifier: MIT */
/* The one program in a test bundle's rootfs: static, and many small commands by one table. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Commands get their own words in argv[1] …; their result is the exit code. */
struct command {
    const char *name;
    const char *args; /* for the list that `init` alone prints */
    int min;
    int (*run)(int argc, char **argv);
};

static int fail(const char *what)
{
    printf("%s: %s\n", what, strerror(errno));
    return 1;
}

static int cmd_true(int argc, char **argv)
{
    return 0;
}

static int cmd_exit(int argc, char **argv)
{
    return atoi(argv[1]);
}

static int cmd_echo(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        printf("%s%s", argv[i], i + 1 < argc ? " " : "");
    putchar('\n');
    return 0;
}

static int copy_out(int fd)
{
    char buf[4096];
    ssize_t n;

    while ((n = read(fd, buf, sizeof(buf))) > 0)
        fwrite(buf, 1, (size_t)n, stdout);
    return n < 0 ? fail("read") : 0;
}

static int cmd_cat(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        int fd = open(argv[i], O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return fail(argv[i]);
        int r = copy_out(fd);
        close(fd);
        if (r)
            return r;
    }
    return argc > 1 ? 0 : copy_out(0);
}

static int cmd_write(int argc, char **argv)
{
    int fd = open(argv[1], O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

    if (fd < 0 || write(fd, argv[2], strlen(argv[2])) < 0)
        return fail(argv[1]);
    close(fd);
    return 0;
}

static int cmd_mkdir(int argc, char **argv)
{
    return mkdir(argv[1], 0755) < 0 ? fail(argv[1]) : 0;
}

static int cmd_mknod(int argc, char **argv)
{
    dev_t dev = makedev((unsigned)atoi(argv[2]), (unsigned)atoi(argv[3]));

    return mknod(argv[1], S_IFCHR | 0600, dev) < 0 ? fail(argv[1]) : 0;
}

static int cmd_mount(int argc, char **argv)
{
    return mount("none", argv[2], argv[1], 0, NULL) < 0 ? fail(argv[2]) : 0;
}

static int cmd_chroot(int argc, char **argv)
{
    return chroot(argv[1]) < 0 ? fail(argv[1]) : 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int cmd_ls(int argc, char **argv)
{
    struct dirent **v;
    int n = scandir(argv[1], &v, NULL, by_name);

    if (n < 0)
        return fail(argv[1]);
    for (int i = 0; i < n; i++)
        if (strcmp(v[i]->d_name, ".") != 0 && strcmp(v[i]->d_name, "..") != 0)
            puts(v[i]->d_name);
    return 0;
}

/* TYPE MODE UID:GID MAJOR:MINOR SIZE [-> TARGET] PATH */
static int cmd_stat(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct stat st;
        char link[PATH_MAX] = "";
        if (lstat(argv[i], &st) < 0)
            return fail(argv[i]);
        if (S_ISLNK(st.st_mode) && readlink(argv[i], link, sizeof(link) - 1) < 0)
            return fail(argv[i]);
        char type = S_ISLNK(st.st_mode)    ? 'l'
                    : S_ISDIR(st.st_mode)  ? 'd'
                    : S_ISCHR(st.st_mode)  ? 'c'
                    : S_ISBLK(st.st_mode)  ? 'b'
                    : S_ISFIFO(st.st_mode) ? 'p'
                    : S_ISREG(st.st_mode)  ? 'f'
                    : S_ISSOCK(st.st_mode) ? 's'
                                           : '?';
        printf("%c %04o %u:%u %u:%u %s%s%s\n", type, st.st_mode & 07777, st.st_uid, st.st_gid,
               major(st.st_rdev), minor(st.st_rdev), argv[i], *link ? " -> " : "", link);
    }
    return 0;
}

static int cmd_fstype(int argc, char **argv)
{
    struct statfs fs;

    if (statfs(argv[1], &fs) < 0)
        return fail(argv[1]);
    printf("%lx\n", (unsigned long)fs.f_type);
    return 0;
}

static int cmd_mounts(int argc, char **argv)
{
    char *args[] = { argv[0], (char *)"/proc/self/mountinfo", NULL };

    return cmd_cat(2, args);
}

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
        return fail("/proc/self/status");
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
        return fail(argv[1]);
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
        return fail("getrlimit");
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

static int cmd_sleep(int argc, char **argv)
{
    sleep((unsigned)atoi(argv[1]));
    return 0;
}

static void on_term(int sig)
{
    _exit(0);
}

/* Runs until SIGTERM, as a well-behaved first process does; says when it is ready. */
static _Noreturn void wait_for_ever(void)
{
    for (;;) {
        pause();
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
}

static int cmd_pause(int argc, char **argv)
{
    signal(SIGTERM, on_term);
    puts("ready");
    fflush(stdout);
    wait_for_ever();
}

/* Ends, and leaves a child that does not. */
static int cmd_leave(int argc, char **argv)
{
    if (fork() == 0)
        wait_for_ever();
    return 0;
}

/* A pause with children that nobody waits for and SIGTERM does not move. */
static int cmd_family(int argc, char **argv)
{
    for (int i = 0; i < 3; i++) {
        if (fork() == 0) {
            signal(SIGTERM, SIG_IGN);
            setsid();
            wait_for_ever();
        }
    }
    return cmd_pause(argc, argv);
}

/* Leaves an orphan behind that ends at once, and after a while counts the zombies. */
static int cmd_orphan(int argc, char **argv)
{
    char path[64], text[256] = "";
    int zombies = 0;

    pid_t pid = fork();
    if (pid == 0) {
        if (fork() == 0)
            usleep(50000);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    usleep(500000);
    for (int i = 1; i < 100; i++) {
        snprintf(path, sizeof(path), "/proc/%d/stat", i);
        FILE *f = fopen(path, "re");
        if (f && fgets(text, sizeof(text), f))
            zombies += strstr(text, ") Z ") != NULL;
        if (f)
            fclose(f);
    }
    printf("pid=%d zombies=%d\n", getpid(), zombies);
    return 0;
}

static int cmd_kill(int argc, char **argv)
{
    raise(atoi(argv[1]));
    return 0;
}

/* A hook: appends NAME and the state on stdin to FILE. */
static int cmd_hook(int argc, char **argv)
{
    FILE *f = fopen(argv[1], "ae");
    char buf[4096];
    size_t n = fread(buf, 1, sizeof(buf) - 1, stdin);

    if (!f)
        return fail(argv[1]);
    buf[n] = '\0';
    fprintf(f, "%s %s\n", argv[2], buf);
    fclose(f);
    return 0;
}

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

/* Is what descriptor `link` is open to the file or directory of that name in here? */
static bool is_ours(const char *link, const char *target)
{
    struct stat a, b;

    if (stat(link, &a) < 0 || !(S_ISDIR(a.st_mode) || S_ISREG(a.st_mode)))
        return true;
    return strncmp(target, "/memfd:", 7) == 0 ||
           (stat(target, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino);
}

/* Looks for files and directories of the host's behind a process's descriptors. The count of those
 * that could be looked at. */
static long hunt_fds(int pid)
{
    char dir[64], link[PATH_MAX], target[PATH_MAX];
    long seen = 0;

    snprintf(dir, sizeof(dir), "/proc/%d/fd", pid);
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        snprintf(link, sizeof(link), "%s/%s", dir, e->d_name);
        ssize_t n = readlink(link, target, sizeof(target) - 1);
        if (n <= 0)
            continue;
        target[n] = '\0';
        seen++;
        if (!is_ours(link, target))
            printf("reached %s\n", target);
    }
    if (d)
        closedir(d);
    return seen;
}

static volatile sig_atomic_t enough;

static void on_enough(int sig)
{
    enough = 1;
}

/* An attacker: for SECONDS or until SIGTERM, tries to open the executable and the descriptors of
 * every process that appears, and in the end, when those have gone, to write what it got hold of.
 */
static int cmd_hunt(int argc, char **argv)
{
    time_t end = time(NULL) + atoi(argv[1]);
    char self[PATH_MAX] = "";
    int held[64], n_held = 0, wrote = 0;
    long looked = 0, links = 0;

    if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
        return fail("/proc/self/exe");
    signal(SIGTERM, on_enough);
    puts("hunting");
    fflush(stdout);
    for (int round = 0; !enough && (round % 64 != 0 || time(NULL) < end); round++) {
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
    }
    for (int i = 0; i < n_held; i++)
        wrote += can_write(held[i]);
    printf("looked %ld links %ld wrote %d\n", looked, links, wrote);
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

static int cmd_userns(int argc, char **argv)
{
    char *args[] = { argv[0], (char *)"/proc/self/uid_map", (char *)"/proc/self/gid_map", NULL };

    return cmd_cat(3, args);
}

static const struct command commands[] = {
    { "cat", "[FILE...]", 0, cmd_cat },
    { "chroot", "DIR", 1, cmd_chroot },
    { "clock", "", 0, cmd_clock },
    { "cwd", "", 0, cmd_cwd },
    { "echo", "[WORD...]", 0, cmd_echo },
    { "env", "", 0, cmd_env },
    { "exit", "CODE", 1, cmd_exit },
    { "family", "", 0, cmd_family },
    { "fds", "", 0, cmd_fds },
    { "fstype", "PATH", 1, cmd_fstype },
    { "hook", "FILE NAME", 2, cmd_hook },
    { "hostname", "", 0, cmd_hostname },
    { "hunt", "SECONDS", 1, cmd_hunt },
    { "id", "", 0, cmd_id },
    { "kill", "SIGNAL", 1, cmd_kill },
    { "leave", "", 0, cmd_leave },
    { "ls", "DIR", 1, cmd_ls },
    { "mkdir", "DIR", 1, cmd_mkdir },
    { "mknod", "PATH MAJOR MINOR", 3, cmd_mknod },
    { "mount", "TYPE DIR", 2, cmd_mount },
    { "mounts", "", 0, cmd_mounts },
    { "openfds", "FILE", 1, cmd_openfds },
    { "orphan", "", 0, cmd_orphan },
    { "pause", "", 0, cmd_pause },
    { "pid", "", 0, cmd_pid },
    { "rlimit", "NUMBER", 1, cmd_rlimit },
    { "selfexe", "", 0, cmd_selfexe },
    { "sleep", "SECONDS", 1, cmd_sleep },
    { "stat", "PATH...", 1, cmd_stat },
    { "status", "FIELD...", 1, cmd_status },
    { "true", "", 0, cmd_true },
    { "tty", "", 0, cmd_tty },
    { "userns", "", 0, cmd_userns },
    { "write", "FILE TEXT", 2, cmd_write },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int run(int argc, char **argv)
{
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (argc > 0 && strcmp(commands[i].name, argv[0]) == 0 && argc > commands[i].min)
            return commands[i].run(argc, argv);
    for (size_t i = 0; i < N_COMMANDS; i++)
        printf("init %s %s\n", commands[i].name, commands[i].args);
    return 64;
}

/* "init A b c ';' D e": several commands in a row; the first failure ends it. */
int main(int argc, char **argv)
{
    int code = 0;

    for (int from = 1; from <= argc && code == 0;) {
        int to = from;
        while (to < argc && strcmp(argv[to], ";") != 0)
            to++;
        argv[to == argc ? argc : to] = NULL;
        code = run(to - from, argv + from);
        fflush(stdout);
        from = to + 1;
        if (to >= argc)
            break;
    }
    return code;
}
