/* SPDX-License-Identifier: MIT */
/* A static program for test bundles: makes one system call and tells what became of it. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* caller HOW NUMBER [ARGUMENT...]: the call and its arguments, 0 where there are none. */
static long nr, args[6];

static long call(void)
{
    return syscall(nr, args[0], args[1], args[2], args[3], args[4], args[5]);
}

static int tell(long r)
{
    if (r >= 0)
        printf("returned %ld\n", r);
    else
        printf("errno %d\n", errno);
    return 0;
}

static int plain(void)
{
    return tell(call());
}

static void *in_thread(void *arg)
{
    call();
    puts("the thread went on");
    return NULL;
}

/* A thread that the filter kills says nothing more; its process may. */
static int thread(void)
{
    pthread_t t;

    if (pthread_create(&t, NULL, in_thread, NULL) != 0)
        return 1;
    pthread_join(t, NULL);
    puts("the process went on");
    return 0;
}

static void on_sigsys(int sig, siginfo_t *info, void *ctx)
{
    printf("trapped %d, errno %d\n", info->si_syscall, info->si_errno);
    _exit(0);
}

static int trap(void)
{
    struct sigaction a = { .sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO };

    sigaction(SIGSYS, &a, NULL);
    return tell(call());
}

static int traced_child(void)
{
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    return tell(call());
}

/* With somebody who traces: what the filter tells him. */
static int trace(void)
{
    unsigned long message = 0;
    int status;
    pid_t pid = fork();

    if (pid == 0)
        _exit(traced_child());
    waitpid(pid, &status, 0);
    ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL);
    while (ptrace(PTRACE_CONT, pid, 0, 0) == 0 && waitpid(pid, &status, 0) == pid &&
           !WIFEXITED(status))
        if (status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8)) {
            ptrace(PTRACE_GETEVENTMSG, pid, 0, &message);
            printf("traced with %lu\n", message);
        }
    return 0;
}

#ifdef __x86_64__
/* By the interface of 32 bits, which has numbers of its own. */
static int int80(void)
{
    long r;

    __asm__ volatile("int $0x80" : "=a"(r) : "a"(nr), "b"(args[0]), "c"(args[1]) : "memory");
    errno = (int)-r;
    return tell((int)r < 0 ? -1 : r);
}

static int x32(void)
{
    nr |= 0x40000000;
    return tell(call());
}
#endif

static const struct {
    const char *name;
    int (*run)(void);
} ways[] = {
    { "plain", plain }, { "thread", thread }, { "trap", trap }, { "trace", trace },
#ifdef __x86_64__
    { "int80", int80 }, { "x32", x32 },
#endif
};

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 2; i < argc && i < 9; i++)
        *(i == 2 ? &nr : &args[i - 3]) = (long)strtoull(argv[i], NULL, 0);
    for (size_t i = 0; argc > 2 && i < sizeof(ways) / sizeof(ways[0]); i++)
        if (strcmp(ways[i].name, argv[1]) == 0)
            return ways[i].run();
    puts("caller plain|thread|trap|trace|int80|x32 NUMBER [ARGUMENT...]");
    return 64;
}
