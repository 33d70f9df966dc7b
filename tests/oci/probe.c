/* SPDX-License-Identifier: MIT */
/* A static program for test bundles: tells what the kernel thinks of the process that runs it. */
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <unistd.h>

struct command {
    const char *name;
    const char *args;
    int min;
    int (*run)(char **argv);
};

static int fail(const char *what)
{
    printf("%s: %s\n", what, strerror(errno));
    return 1;
}

/* linux/sched/types.h, version 1. */
struct sched_attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
    uint32_t util_min, util_max;
};

static int cmd_sched(char **argv)
{
    struct sched_attributes a = { 0 };

    if (syscall(SYS_sched_getattr, 0, &a, sizeof(a), 0) < 0)
        return fail("sched_getattr");
    printf("policy=%u flags=%llx nice=%d priority=%u runtime=%llu deadline=%llu period=%llu\n",
           a.policy, (unsigned long long)a.flags, a.nice, a.priority,
           a.policy == 6 ? (unsigned long long)a.runtime : 0, (unsigned long long)a.deadline,
           (unsigned long long)a.period);
    return 0;
}

static int cmd_ioprio(char **argv)
{
    long v = syscall(SYS_ioprio_get, 1, 0);

    printf("class=%ld priority=%ld\n", v >> 13, v & 7);
    return v < 0 ? fail("ioprio_get") : 0;
}

static int cmd_cpus(char **argv)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof(set), &set) < 0)
        return fail("sched_getaffinity");
    for (int i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &set))
            printf("%d ", i);
    putchar('\n');
    return 0;
}

static int cmd_mempolicy(char **argv)
{
    unsigned long nodes[16] = { 0 };
    int mode = 0;

    if (syscall(SYS_get_mempolicy, &mode, nodes, sizeof(nodes) * 8, NULL, 0) < 0)
        return fail("get_mempolicy");
    printf("mode=%d flags=%x nodes=%lx\n", mode & 0xfff, (unsigned)mode & 0xf000, nodes[0]);
    return 0;
}

static int cmd_machine(char **argv)
{
    struct utsname u;

    uname(&u);
    printf("%s persona=%x\n", u.machine, (unsigned)personality(0xffffffff));
    return 0;
}

/* Sends each word to NOTIFY_SOCKET; what comes after "then" is executed. */
static int cmd_notify(char **argv)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (!path)
        return fail("NOTIFY_SOCKET");
    strncpy(addr.sun_path, path, sizeof(addr.sun_path) - 1);
    for (; *argv && strcmp(*argv, "then") != 0; argv++)
        if (sendto(sock, *argv, strlen(*argv), 0, (struct sockaddr *)&addr, sizeof(addr)) < 0)
            return fail(path);
    if (*argv) {
        execv(argv[1], argv + 1);
        return fail(argv[1]);
    }
    return 0;
}

static const struct command commands[] = {
    { "cpus", "", 0, cmd_cpus },
    { "ioprio", "", 0, cmd_ioprio },
    { "machine", "", 0, cmd_machine },
    { "mempolicy", "", 0, cmd_mempolicy },
    { "notify", "WORD... [then COMMAND...]", 1, cmd_notify },
    { "sched", "", 0, cmd_sched },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (argc > 1 && strcmp(commands[i].name, argv[1]) == 0 && argc > commands[i].min + 1)
            return commands[i].run(argv + 2);
    for (size_t i = 0; i < N_COMMANDS; i++)
        printf("probe %s %s\n", commands[i].name, commands[i].args);
    return 64;
}
