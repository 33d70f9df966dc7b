/* SPDX-License-Identifier: MIT */
/* The least that running a container takes: the yardstick that hako's start-up is held against. */
#include "tests/bench/floor/floor.h"
#include "tests/bench/floor/confine.h"
#include "tests/bench/floor/nft.h"
#include "tests/bench/floor/rootfs.h"
#include "tests/bench/floor/rtnl.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define FLOOR_NAMESPACES                                                                           \
    (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP |   \
     CLONE_NEWTIME)

/* What the container owns outside of its namespaces. */
struct container {
    char name[32];
    int state_fd; /* the directory that holds ours */
    int dir_fd;   /* ours: upper/ work/ root/ and, with a bridge, hosts and resolv.conf */
    int cgroup_parent_fd;
    int cgroup_fd;
};

_Noreturn void floor_die(const char *op, const char *path)
{
    dprintf(2, "floor: %s %s: %s\n", op, path, strerror(errno));
    _exit(125);
}

static void write_file(int dir, const char *name, const char *text)
{
    int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        floor_die("write", name);
    close(fd);
}

static void make_dirs(const struct floor_opts *o, struct container *c)
{
    static const char *const names[] = { "upper", "work" };

    snprintf(c->name, sizeof(c->name), "floor%d", (int)getpid());
    if (o->rootfs)
        return;
    c->state_fd = open(o->state, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (c->state_fd < 0 || mkdirat(c->state_fd, c->name, 0700) < 0)
        floor_die("mkdir", o->state);
    c->dir_fd = openat(c->state_fd, c->name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (mkdirat(c->dir_fd, names[i], 0755) < 0)
            floor_die("mkdir", names[i]);
    if (!o->bridge)
        return;
    write_file(c->dir_fd, "hosts", "127.0.0.1\tlocalhost\n::1\tlocalhost\n");
    write_file(c->dir_fd, "resolv.conf", "nameserver 127.0.0.11\noptions ndots:0\n");
}

static void make_cgroup(const struct floor_opts *o, struct container *c)
{
    c->cgroup_fd = -1;
    if (!o->cgroup)
        return;
    c->cgroup_parent_fd = open(o->cgroup, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (c->cgroup_parent_fd < 0 || mkdirat(c->cgroup_parent_fd, c->name, 0755) < 0)
        floor_die("mkdir", o->cgroup);
    c->cgroup_fd = openat(c->cgroup_parent_fd, c->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (c->cgroup_fd < 0)
        floor_die("open", c->name);
}

static void remove_all(const struct floor_opts *o, const struct container *c)
{
    static const char *const files[] = { "work/work/incompat/volatile/dirty", "hosts",
                                         "resolv.conf" };
    static const char *const dirs[] = { "work/work/incompat/volatile", "work/work/incompat",
                                        "work/work", "work", "upper" };

    if (o->cgroup && unlinkat(c->cgroup_parent_fd, c->name, AT_REMOVEDIR) < 0)
        floor_die("rmdir", "the cgroup");
    if (o->rootfs)
        return;
    for (size_t i = 0; i < (o->bridge ? 3 : 1); i++)
        if (unlinkat(c->dir_fd, files[i], 0) < 0)
            floor_die("unlink", files[i]);
    for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++)
        if (unlinkat(c->dir_fd, dirs[i], AT_REMOVEDIR) < 0)
            floor_die("rmdir", dirs[i]);
    if (unlinkat(c->state_fd, c->name, AT_REMOVEDIR) < 0)
        floor_die("rmdir", c->name);
}

/* PATH as docker sets it; the first hit is executed, as execvp(3) does it. */
static _Noreturn void execute(char *const *argv)
{
    static const char *const dirs[] = { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                        "/usr/bin",        "/sbin",          "/bin" };
    static char path_env[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    static char home_env[] = "HOME=/root";
    static char *const env[] = { path_env, home_env, NULL };
    char path[256];

    for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++) {
        snprintf(path, sizeof(path), "%s/%s", dirs[i], argv[0]);
        execve(path, argv, env);
        if (errno != ENOENT)
            break;
    }
    floor_die("exec", argv[0]);
}

static _Noreturn void become(const struct floor_opts *o)
{
    confine_self(!o->no_filter);
    syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC);
    execute(o->argv);
}

/* The container's first process. sync_fds[0] is readable once the veth is in our namespace. */
static _Noreturn void child(const struct floor_opts *o, const struct container *c,
                            const int *sync_fds)
{
    char go;

    if (o->bridge)
        close(sync_fds[1]); /* so that a dead parent is an end of file */
    setsid();
    umask(0);
    if (sethostname(c->name, strlen(c->name)) < 0)
        floor_die("sethostname", c->name);
    if (o->bridge)
        nft_rewrite_dns();
    else
        rtnl_lo_up();
    rootfs_enter(o, c->name);
    if (o->bridge) {
        if (read(sync_fds[0], &go, 1) != 1)
            floor_die("read", "the other process's word");
        rtnl_configure(o->address, o->gateway);
        rtnl_open_dns();
    }
    umask(022);
    become(o);
}

static pid_t clone_into(uint64_t flags, int cgroup_fd)
{
    struct clone_args args = { .flags = flags, .exit_signal = SIGCHLD };

    if (cgroup_fd >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (uint64_t)cgroup_fd;
    }
    pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
    if (pid < 0)
        floor_die("clone3", "");
    return pid;
}

static int wait_for(pid_t pid)
{
    int status;

    if (waitpid(pid, &status, 0) != pid)
        floor_die("wait", "");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* One more process in a container: all of its namespaces at once, its group, a process. */
static int run_exec(const struct floor_opts *o)
{
    int init = (int)syscall(SYS_pidfd_open, o->exec, 0);
    int cgroup = o->cgroup ? open(o->cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

    if (init < 0 || (o->cgroup && cgroup < 0))
        floor_die("open", "the container");
    if (setns(init, FLOOR_NAMESPACES & ~CLONE_NEWTIME) < 0)
        floor_die("setns", "the container");
    pid_t pid = clone_into(0, cgroup);
    if (pid == 0) {
        setsid();
        become(o);
    }
    return wait_for(pid);
}

static int run(const struct floor_opts *o)
{
    struct container c = { 0 };
    int sync_fds[2] = { -1, -1 };

    make_dirs(o, &c);
    make_cgroup(o, &c);
    if (o->bridge && pipe2(sync_fds, O_CLOEXEC) < 0)
        floor_die("pipe", "");
    pid_t pid = clone_into(FLOOR_NAMESPACES, c.cgroup_fd);
    if (pid == 0)
        child(o, &c, sync_fds);
    if (o->bridge) {
        rtnl_add_veth(o->bridge, c.name, pid);
        if (write(sync_fds[1], "", 1) != 1)
            floor_die("write", "the child's pipe");
    }
    int code = wait_for(pid);
    remove_all(o, &c);
    return code;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        { "layer", required_argument, NULL, 'l' },   { "rootfs", required_argument, NULL, 'r' },
        { "exec", required_argument, NULL, 'e' },    { "no-filter", no_argument, NULL, 'n' },
        { "state", required_argument, NULL, 's' },   { "cgroup", required_argument, NULL, 'c' },
        { "bridge", required_argument, NULL, 'b' },  { "address", required_argument, NULL, 'a' },
        { "gateway", required_argument, NULL, 'g' }, { NULL, 0, NULL, 0 },
    };
    struct floor_opts o = { .state = "/tmp", .address = "10.99.0.2/24", .gateway = "10.99.0.1" };
    int opt;

    while ((opt = getopt_long(argc, argv, "+", options, NULL)) != -1)
        switch (opt) {
        case 'l':
            if (o.n_layers < FLOOR_LAYERS_MAX)
                o.layers[o.n_layers++] = optarg;
            break;
        case 'r': o.rootfs = optarg; break;
        case 'e': o.exec = (pid_t)strtol(optarg, NULL, 10); break;
        case 'n': o.no_filter = true; break;
        case 's': o.state = optarg; break;
        case 'c': o.cgroup = optarg; break;
        case 'b': o.bridge = optarg; break;
        case 'a': o.address = optarg; break;
        case 'g': o.gateway = optarg; break;
        default: return 125;
        }
    if (optind == argc || (o.n_layers > 0) + (o.rootfs != NULL) + (o.exec > 0) != 1) {
        dprintf(2, "usage: floor --layer DIR...|--rootfs DIR|--exec PID [--state DIR] "
                   "[--cgroup DIR] [--no-filter] [--bridge NAME [--address A/LEN] [--gateway A]] "
                   "COMMAND [ARG...]\n");
        return 125;
    }
    o.argv = argv + optind;
    return o.exec ? run_exec(&o) : run(&o);
}
