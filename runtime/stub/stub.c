/* SPDX-License-Identifier: MIT */
/* The last program of ours before the container's command: a page of code without a libc. */

/*
 * A container's command may be /proc/self/exe, or a script whose interpreter that is. Executed by
 * hako itself, it would run hako inside, whose /proc/PID/exe the container could then open and
 * overwrite on the host (CVE-2019-5736). So hako executes this stub from a sealed memory file, and
 * the stub executes the command: all that /proc/self/exe can ever lead to is a page that nobody
 * can write.
 *
 *     argv: the decimal number of the descriptor for failures, the path, the command's own argv
 *
 * The descriptor gets a struct sync_msg's header, {SYNC_ERRNO, errno}, when execve(2) fails.
 */

#include <asm/unistd.h>

#define F_SETFD    2
#define FD_CLOEXEC 1
#define EXIT_CODE  126

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n\tmov %rsp,%rdi\n\tcall stub_main\n");

static long call(long nr, long a, long b, long c)
{
    long r;

    __asm__ volatile("syscall"
                     : "=a"(r)
                     : "a"(nr), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return r;
}
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\n\tmov x0,sp\n\tbl stub_main\n");

static long call(long nr, long a, long b, long c)
{
    register long x8 __asm__("x8") = nr;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;

    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
}
#else
#error "runtime/stub: the entry point and the system call of this architecture are missing"
#endif

static _Noreturn void quit(void)
{
    for (;;)
        call(__NR_exit_group, EXIT_CODE, 0, 0);
}

/* The kernel's view of the stack: argc, argv, NULL, environment, NULL. */
_Noreturn void stub_main(long *stack);

_Noreturn void stub_main(long *stack)
{
    long argc = stack[0];
    char **argv = (char **)(stack + 1);
    char **envp = argv + argc + 1;
    long fd = 0;

    /* Reached through /proc/self/exe, not by hako. */
    if (argc < 3)
        quit();
    for (const char *p = argv[0]; *p; p++) {
        if (*p < '0' || *p > '9')
            quit();
        fd = fd * 10 + (*p - '0');
    }
    /* A filter that forbids even this costs the report, not the container. */
    if (call(__NR_fcntl, fd, F_SETFD, FD_CLOEXEC) < 0)
        call(__NR_close, fd, 0, 0);
    long r = call(__NR_execve, (long)argv[1], (long)(argv + 2), (long)envp);
    int report[2] = { STUB_SYNC_ERRNO, (int)-r };
    call(__NR_write, fd, (long)report, sizeof(report));
    quit();
}
