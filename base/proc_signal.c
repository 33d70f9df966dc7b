/* SPDX-License-Identifier: MIT */
/* Signals by name and number. */
#include "base/mem.h"
#include "base/num.h"
#include "base/proc.h"

#include <signal.h>
#include <strings.h>

static const char *const signal_names[] = {
    [SIGHUP] = "SIGHUP",       [SIGINT] = "SIGINT",       [SIGQUIT] = "SIGQUIT",
    [SIGILL] = "SIGILL",       [SIGTRAP] = "SIGTRAP",     [SIGABRT] = "SIGABRT",
    [SIGBUS] = "SIGBUS",       [SIGFPE] = "SIGFPE",       [SIGKILL] = "SIGKILL",
    [SIGUSR1] = "SIGUSR1",     [SIGSEGV] = "SIGSEGV",     [SIGUSR2] = "SIGUSR2",
    [SIGPIPE] = "SIGPIPE",     [SIGALRM] = "SIGALRM",     [SIGTERM] = "SIGTERM",
    [SIGSTKFLT] = "SIGSTKFLT", [SIGCHLD] = "SIGCHLD",     [SIGCONT] = "SIGCONT",
    [SIGSTOP] = "SIGSTOP",     [SIGTSTP] = "SIGTSTP",     [SIGTTIN] = "SIGTTIN",
    [SIGTTOU] = "SIGTTOU",     [SIGURG] = "SIGURG",       [SIGXCPU] = "SIGXCPU",
    [SIGXFSZ] = "SIGXFSZ",     [SIGVTALRM] = "SIGVTALRM", [SIGPROF] = "SIGPROF",
    [SIGWINCH] = "SIGWINCH",   [SIGIO] = "SIGIO",         [SIGPWR] = "SIGPWR",
    [SIGSYS] = "SIGSYS",
};

const char *proc_signal_name(int sig)
{
    return sig > 0 && sig < (int)ARRAY_LEN(signal_names) ? signal_names[sig] : NULL;
}

/* The kernel's own range: libc keeps the first two real-time signals to itself. */
#define RT_MIN 34
#define RT_MAX 64

static int real_time_signal(const char *name)
{
    struct err e;
    int64_t n = 0;
    bool from_min = strncasecmp(name, "RTMIN", 5) == 0;

    if (!from_min && strncasecmp(name, "RTMAX", 5) != 0)
        return -1;
    const char *rest = name + 5;
    if (*rest && (*rest != (from_min ? '+' : '-') || num_i64(rest + 1, 0, 30, &n, &e) < 0))
        return -1;
    return from_min ? RT_MIN + (int)n : RT_MAX - (int)n;
}

int proc_signal_number(const char *name)
{
    struct err e;
    int64_t n;

    if (num_i64(name, 1, RT_MAX, &n, &e) == 0)
        return (int)n;
    if (strncasecmp(name, "SIG", 3) == 0)
        name += 3;
    for (int i = 1; i < (int)ARRAY_LEN(signal_names); i++)
        if (signal_names[i] && strcasecmp(signal_names[i] + 3, name) == 0)
            return i;
    if (strcasecmp(name, "IOT") == 0)
        return SIGABRT;
    if (strcasecmp(name, "POLL") == 0)
        return SIGIO;
    if (strcasecmp(name, "CLD") == 0)
        return SIGCHLD;
    return real_time_signal(name);
}
