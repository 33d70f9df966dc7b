/* SPDX-License-Identifier: MIT */
/* Kills a command, or what it forked, at its N-th system call: kill_at [-e] WHO[:SIGNAL] N COMMAND
 * [ARG...] */
#include "base/mem.h"

#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

/*
 * WHO is a set of digits: 0 is the command, 1 its children (hako's monitor, or hako-image), 2 their
 * children (a container's first process, before and after its exec). The highest is counted, and
 * all of them die when it enters its N-th system call, which is not executed any more. Everybody
 * else goes on untraced. Exit code 0: killed; 3: the command ended before, and with it all that it
 * forked; with -e (hako-oci create) what it forked is let go then. SIGNAL is a number other
 * than SIGKILL's; whoever gets it goes on, and its exit code is ours, 128 + n for a signal.
 */
#define ENDED_BEFORE 3
#define MAX          64

struct process {
    pid_t pid;
    int generation;
    long calls;
    bool entering;
    bool ended;
};

struct world {
    struct process all[MAX];
    int n;
    bool victims[10];
    int counted;
    long when;
    int signal;
    int status; /* of the command */
    bool lets_go;
    bool done;
};

static struct process *find(struct world *w, pid_t pid)
{
    for (int i = 0; i < w->n; i++)
        if (w->all[i].pid == pid)
            return &w->all[i];
    return NULL;
}

static pid_t parent_of(pid_t pid)
{
    char path[32];
    char line[256];
    int parent = 0;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    AUTO_FILE FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof(line), f))
        if (sscanf(line, "PPid: %d", &parent) == 1)
            break;
    return parent;
}

static struct process *meet(struct world *w, pid_t pid)
{
    struct process *p = find(w, pid);

    if (p || w->n == MAX)
        return p;
    const struct process *parent = find(w, parent_of(pid));
    p = &w->all[w->n++];
    *p = (struct process){ .pid = pid, .generation = parent ? parent->generation + 1 : 9 };
    return p;
}

static void kill_victims(struct world *w)
{
    struct __ptrace_syscall_info info = { 0 };
    const struct process *p = NULL;

    for (int i = 0; i < w->n; i++) {
        p = &w->all[i];
        if (!w->victims[p->generation])
            continue;
        if (p->generation == w->counted && p->calls == w->when)
            ptrace(PTRACE_GET_SYSCALL_INFO, p->pid, sizeof(info), &info);
        kill(p->pid, w->signal);
    }
    fprintf(stderr, "kill_at: killed at system call %llu\n", (unsigned long long)info.entry.nr);
    w->done = true;
}

/* A tracee has stopped: counts, and lets it go on. */
static void on_stop(struct world *w, pid_t pid, int status)
{
    struct process *p = meet(w, pid);
    int sig = WSTOPSIG(status);

    if (!p)
        return;
    if (sig == (SIGTRAP | 0x80)) {
        p->entering = !p->entering;
        p->calls += p->entering;
        sig = 0;
        if (!w->done && p->generation == w->counted && p->calls == w->when) {
            kill_victims(w);
            if (w->signal == SIGKILL)
                return;
        }
    } else if (status >> 16) {
        sig = 0;
    }
    ptrace(w->done ? PTRACE_DETACH : PTRACE_SYSCALL, pid, NULL, (void *)(long)sig);
}

static pid_t start(char **argv)
{
    pid_t pid = fork();

    if (pid == 0) {
        raise(SIGSTOP);
        execvp(argv[0], argv);
        _exit(127);
    }
    waitpid(pid, NULL, WUNTRACED);
    long options =
        PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
    if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)options) < 0)
        return -1;
    kill(pid, SIGCONT);
    return pid;
}

static bool awaited(const struct world *w)
{
    for (int i = 0; i < w->n; i++)
        if (!w->all[i].ended && (w->all[i].generation == 0 || w->victims[w->all[i].generation]))
            return true;
    return false;
}

/* Until all have ended; after the deed, until the command and the victims have. */
static int watch(struct world *w)
{
    int status;
    pid_t pid;

    while ((!w->done || awaited(w)) && (pid = waitpid(-1, &status, __WALL)) > 0) {
        if (WIFSTOPPED(status))
            on_stop(w, pid, status);
        else if (find(w, pid))
            find(w, pid)->ended = true;
        if (pid == w->all[0].pid && !WIFSTOPPED(status))
            w->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (w->lets_go && !w->done && w->all[0].ended)
            break; /* our end lets the others go */
    }
    if (!w->done)
        return ENDED_BEFORE;
    return w->signal == SIGKILL ? 0 : w->status;
}

int main(int argc, char **argv)
{
    struct world w = { .counted = 0, .signal = SIGKILL };

    if (argc > 1 && strcmp(argv[1], "-e") == 0) {
        w.lets_go = true;
        argc--;
        argv++;
    }
    if (argc < 4)
        return 2;
    const char *c = argv[1];
    for (; *c && *c != ':'; c++) {
        w.victims[*c - '0'] = true;
        w.counted = *c - '0' > w.counted ? *c - '0' : w.counted;
    }
    if (*c == ':')
        w.signal = (int)strtol(c + 1, NULL, 10);
    w.when = strtol(argv[2], NULL, 10);
    pid_t pid = start(argv + 3);
    if (pid < 0) {
        perror("kill_at");
        return 2;
    }
    w.all[w.n++] = (struct process){ .pid = pid };
    return watch(&w);
}
