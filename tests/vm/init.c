/* SPDX-License-Identifier: MIT */
/* Process 1 of the test guest: mounts a pure cgroup v2 machine, runs one command, powers off. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* tests/vm/run sets up: the root disk, the work directory as a tar on a raw disk, and three serial
 * lines: the console, the command's output, its exit code. */
#define ROOT_DISK "/dev/vda"
#define WORK_DISK "/dev/vdb"
#define OUT_LINE  "/dev/ttyS1"
#define CODE_LINE "/dev/ttyS2"
#define WORK_DIR  "/run/vm"
/* A word of the kernel's command line: systemd becomes process 1 and runs the command
 * (tests/vm/systemd/). */
#define SYSTEMD_WORD "guest.systemd"

__attribute__((noreturn)) static void power_off(void)
{
    sync();
    reboot(RB_POWER_OFF);
    for (;;)
        pause();
}

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *fmt, ...)
{
    int errnum = errno;
    va_list ap;

    fprintf(stderr, "guest init: ");
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, ": %s\n", strerror(errnum));
    power_off();
}

struct mount_row {
    const char *source;
    const char *target;
    const char *type;
    unsigned long flags;
    const char *data;
};

static const struct mount_row early_mounts[] = {
    { "proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL },
    { "sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL },
    { "dev", "/dev", "devtmpfs", MS_NOSUID, "mode=755" },
    { NULL },
};

static const struct mount_row late_mounts[] = {
    { "devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "gid=5,mode=620,ptmxmode=666" },
    { "tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777" },
    { "mqueue", "/dev/mqueue", "mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL },
    { "tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755" },
    { "cgroup2", "/sys/fs/cgroup", "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC,
      "nsdelegate,memory_recursiveprot" },
    { NULL },
};

static void mount_all(const struct mount_row *row)
{
    for (; row->source; row++) {
        mkdir(row->target, 0755);
        if (mount(row->source, row->target, row->type, row->flags, row->data) < 0)
            die("mount %s on %s", row->type, row->target);
    }
}

static int put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    ssize_t n = write(fd, text, strlen(text));
    close(fd);
    return n == (ssize_t)strlen(text) ? 0 : -1;
}

/* The initramfs lists its modules in load order, one path a line. */
static void load_modules(void)
{
    char path[256];
    FILE *list = fopen("/modules", "r");

    while (list && fscanf(list, "%255s", path) == 1) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST))
            die("load %s", path);
        close(fd);
    }
    if (list)
        fclose(list);
}

static void wait_for_disk(const char *path)
{
    for (int i = 0; i < 5000 && access(path, F_OK) < 0; i++)
        usleep(10000);
}

static void switch_root(void)
{
    static const char *const moved[] = { "/proc", "/sys", "/dev" };
    char to[32];

    wait_for_disk(ROOT_DISK);
    mkdir("/new", 0755);
    if (mount(ROOT_DISK, "/new", "ext4", MS_NOATIME, NULL) < 0)
        die("mount " ROOT_DISK);
    for (size_t i = 0; i < 3; i++) {
        snprintf(to, sizeof(to), "/new%s", moved[i]);
        if (mount(moved[i], to, NULL, MS_MOVE, NULL) < 0)
            die("move %s", moved[i]);
    }
    if (chdir("/new") < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 ||
        chdir("/") < 0)
        die("switch root");
}

/* What udev would do: the usual links, and nodes that load their module when they are opened. */
static void make_devices(void)
{
    umask(0);
    mkdir("/dev/net", 0755);
    mknod("/dev/fuse", S_IFCHR | 0666, makedev(10, 229));
    mknod("/dev/net/tun", S_IFCHR | 0666, makedev(10, 200));
    mknod("/dev/loop-control", S_IFCHR | 0660, makedev(10, 237));
    umask(022);
    if (symlink("/proc/self/fd", "/dev/fd") < 0 || symlink("fd/0", "/dev/stdin") < 0 ||
        symlink("fd/1", "/dev/stdout") < 0 || symlink("fd/2", "/dev/stderr") < 0)
        die("link /dev/fd");
}

static void raise_loopback(void)
{
    int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };

    if (s < 0 || ioctl(s, SIOCSIFFLAGS, &ifr) < 0)
        die("set lo up");
    close(s);
}

/* All controllers on for the root's children; we ourselves live in a leaf, as a system's own
 * services would (cgroup-v2.rst, "No Internal Process Constraint"). */
static void delegate_controllers(void)
{
    char names[256];
    char line[512] = "";
    int fd = open("/sys/fs/cgroup/cgroup.controllers", O_RDONLY | O_CLOEXEC);
    ssize_t n = read(fd, names, sizeof(names) - 1);

    if (n < 0)
        die("read cgroup.controllers");
    close(fd);
    names[n] = '\0';
    for (char *name = strtok(names, " \n"); name; name = strtok(NULL, " \n")) {
        strcat(line, "+");
        strcat(line, name);
        strcat(line, " ");
    }
    if (put("/sys/fs/cgroup/cgroup.subtree_control", line) < 0)
        die("enable controllers %s", line);
    mkdir("/sys/fs/cgroup/init", 0755);
    if (put("/sys/fs/cgroup/init/cgroup.procs", "0") < 0)
        die("enter cgroup init");
}

/* An 8-bit clean line: no newline translation, no echo. The settings last as long as it is open. */
static int open_line(const char *path)
{
    struct termios t;
    int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);

    if (fd < 0 || tcgetattr(fd, &t) < 0)
        die("open %s", path);
    cfmakeraw(&t);
    t.c_cflag |= CLOCAL;
    cfsetspeed(&t, B115200);
    tcsetattr(fd, TCSANOW, &t);
    return fd;
}

static bool wants_systemd(void)
{
    char line[2048];
    int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t n = read(fd, line, sizeof(line) - 1);

    close(fd);
    line[n > 0 ? n : 0] = '\0';
    return strstr(line, SYSTEMD_WORD) != NULL;
}

/* Runs argv with its output on `out` and reaps whatever else dies meanwhile; a shell's exit code.
 */
static int run(char *const *argv, int out)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        setsid();
        int null = open("/dev/null", O_RDONLY);
        dup2(null, 0);
        dup2(out, 1);
        dup2(out, 2);
        execv(argv[0], argv);
        _exit(127);
    }
    for (;;) {
        pid_t dead = wait(&status);
        if (dead == pid)
            return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        if (dead < 0 && errno != EINTR)
            die("wait for %s", argv[0]);
    }
}

static void unpack_work(void)
{
    static char *const untar[] = { "/bin/tar", "-xf", WORK_DISK, "-C", WORK_DIR, NULL };

    mkdir(WORK_DIR, 0755);
    wait_for_disk(WORK_DISK);
    if (run(untar, 2) != 0)
        die("unpack " WORK_DISK);
}

__attribute__((noreturn)) static void become_systemd(void)
{
    static char *const argv[] = { "systemd", "--unit=guest.target", NULL };

    execv("/lib/systemd/systemd", argv);
    die("run /lib/systemd/systemd");
}

__attribute__((noreturn)) static void run_command(void)
{
    static char *const command[] = { "/bin/sh", WORK_DIR "/.command", NULL };
    char code[16];
    int out = open_line(OUT_LINE);
    int code_line = open_line(CODE_LINE);

    fprintf(stderr, "guest init: the command starts\n");
    int n = snprintf(code, sizeof(code), "%d\n", run(command, out));
    tcdrain(out);
    if (write(code_line, code, (size_t)n) == n)
        tcdrain(code_line);
    power_off();
}

int main(void)
{
    mount_all(early_mounts);
    load_modules();
    switch_root();
    mount_all(late_mounts);
    make_devices();
    raise_loopback();
    sethostname("guest", 5);
    setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
    setenv("HOME", "/root", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("TERM", "dumb", 1);
    unpack_work();
    if (wants_systemd())
        become_systemd();
    delegate_controllers();
    run_command();
}
