/* SPDX-License-Identifier: MIT */
/* The first process of `run --init`: starts the command, forwards signals, reaps orphans. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_USAGE     64
#define EXIT_NOT_EXEC  126
#define EXIT_NOT_FOUND 127

/* What a fault of our own raises must not be blocked: it would come back for ever. */
static void all_but_faults(sigset_t *set)
{
    static const int faults[] = { SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGABRT, SIGTRAP, SIGSYS };

    sigfillset(set);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        sigdelset(set, faults[i]);
}

/* Gives the terminal, if we have one, to the command's own process group, so that Ctrl-C reaches
 * it once and not a second time through us. */
static void take_terminal(void)
{
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);

    setpgid(0, 0);
    if (tty >= 0) {
        sigset_t out, old;
        sigemptyset(&out);
        sigaddset(&out, SIGTTOU);
        sigprocmask(SIG_BLOCK, &out, &old);
        tcsetpgrp(tty, getpid());
        sigprocmask(SIG_SETMASK, &old, NULL);
        close(tty);
    }
}

static _Noreturn void run(char **argv, const sigset_t *mask)
{
    take_terminal();
    sigprocmask(SIG_SETMASK, mask, NULL);
    execvp(argv[0], argv);
    dprintf(2, "hako-init: exec %s: %s\n", argv[0], strerror(errno));
    _exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXEC);
}

/* Collects every child that has ended; the command's exit code once it is among them, else -1. */
static int reap(pid_t command)
{
    int status, code = -1;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        if (pid == command)
            code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return code;
}

static int supervise(pid_t command, const sigset_t *set)
{
    for (;;) {
        siginfo_t info;
        int sig = sigwaitinfo(set, &info);
        if (sig == SIGCHLD) {
            int code = reap(command);
            if (code >= 0)
                return code;
        } else if (sig == SIGTSTP || sig == SIGTTOU || sig == SIGTTIN) {
            continue; /* the terminal's own dealings with process groups */
        } else if (sig > 0) {
            kill(command, sig);
        }
    }
}

int main(int argc, char **argv)
{
    sigset_t set, old;
    char **command = argv + 1;

    if (argc > 1 && strcmp(argv[1], "--") == 0)
        command++;
    if (!*command) {
        dprintf(2, "usage: hako-init [--] COMMAND [ARG...]\n");
        return EXIT_USAGE;
    }
    all_but_faults(&set);
    sigprocmask(SIG_SETMASK, &set, &old);
    pid_t pid = fork();
    if (pid < 0) {
        dprintf(2, "hako-init: fork: %s\n", strerror(errno));
        return EXIT_NOT_EXEC;
    }
    if (pid == 0)
        run(command, &old);
    return supervise(pid, &set);
}
