/* SPDX-License-Identifier: MIT */
/* Times several commands in turns within one process tree, and prints medians. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * The plan, on standard input, has one entry a line: NAME NAMESPACE COMMAND ARG..., split at white
 * space, without quoting. NAMESPACE is a mount namespace's file, or "-". An entry may be several
 * commands with ";" between them; then the one behind the word "time" is what is timed, and those
 * around it make it possible.
 *
 * A round gives each command one burst of runs. The first run of a burst warms up and is not
 * counted: it meets what the previous command left for the kernel to clean, and cold caches; the
 * rest meet only their own kind's left-overs, as in a loop. `--pause` is idle time before each
 * run, as when a person or another program starts a container now and then.
 *
 * Output: NAME MEDIAN LOWER-QUARTILE UPPER-QUARTILE CPU MAXRSS, in µs and KiB, separated by tabs.
 * CPU is the median user and system time of the command and of what it waited for.
 */
#define COMMANDS_MAX 40
#define ARGS_MAX     64
#define SETTLE_MS    100

struct command {
    char *line;
    char *name;
    int ns_fd;
    char *argv[ARGS_MAX]; /* NULL after each of its commands, two after the last one */
    char **timed;         /* in argv */
    double *wall;
    double *cpu;
    long maxrss;
    size_t n;
};

struct plan {
    struct command commands[COMMANDS_MAX];
    size_t n;
    unsigned rounds, burst, pause_ms;
    int own_ns_fd;
    posix_spawn_file_actions_t stdio;
};

static _Noreturn void die(const char *op, const char *what)
{
    fprintf(stderr, "interleave: %s %s: %s\n", op, what, strerror(errno));
    exit(1);
}

static void read_commands(struct command *c, char **save)
{
    char *word;
    size_t n = 0;

    c->timed = c->argv;
    while (n < ARGS_MAX - 2 && (word = strtok_r(NULL, " \t\n", save)) != NULL) {
        if (strcmp(word, ";") == 0)
            c->argv[n++] = NULL;
        else if (strcmp(word, "time") == 0 && (n == 0 || !c->argv[n - 1]))
            c->timed = &c->argv[n];
        else
            c->argv[n++] = word;
    }
    if (!*c->timed) {
        errno = EINVAL;
        die("read", "plan");
    }
}

static void read_plan(struct plan *p)
{
    char *line = NULL;
    size_t size = 0;

    while (getline(&line, &size, stdin) > 0) {
        struct command *c = &p->commands[p->n];
        const char *ns;
        char *save = NULL;

        if (p->n == COMMANDS_MAX) {
            errno = E2BIG;
            die("read", "plan");
        }
        c->line = line;
        c->name = strtok_r(line, " \t\n", &save);
        ns = strtok_r(NULL, " \t\n", &save);
        read_commands(c, &save);
        c->ns_fd = strcmp(ns, "-") == 0 ? -1 : open(ns, O_RDONLY | O_CLOEXEC);
        if (c->ns_fd < 0 && strcmp(ns, "-") != 0)
            die("open", ns);
        c->wall = calloc((size_t)p->rounds * p->burst, sizeof(*c->wall));
        c->cpu = calloc((size_t)p->rounds * p->burst, sizeof(*c->cpu));
        if (!c->wall || !c->cpu)
            die("allocate", c->name);
        p->n++;
        line = NULL;
        size = 0;
    }
    free(line);
}

static double now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void idle(unsigned ms)
{
    const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

    if (ms)
        nanosleep(&t, NULL);
}

static double cpu_us(const struct rusage *u)
{
    return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1e6 +
           (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec);
}

static void enter(int ns_fd)
{
    if (setns(ns_fd, CLONE_NEWNS) < 0)
        die("setns", "mount namespace");
}

/* Returns the wall time. A command that fails ends the measurement. */
static double execute(const struct plan *p, const struct command *c, char **argv,
                      struct rusage *usage)
{
    double start = now_us();
    int status, error;
    pid_t pid;

    error = posix_spawnp(&pid, argv[0], &p->stdio, NULL, argv, environ);
    if (error) {
        errno = error;
        die("spawn", argv[0]);
    }
    if (wait4(pid, &status, 0, usage) != pid)
        die("wait", c->name);
    double wall = now_us() - start;
    if (status != 0) {
        fprintf(stderr, "interleave: %s: %s failed with wait status %#x\n", c->name, argv[0],
                (unsigned)status);
        exit(1);
    }
    return wall;
}

static void count(struct command *c, double wall, const struct rusage *usage)
{
    c->wall[c->n] = wall;
    c->cpu[c->n++] = cpu_us(usage);
    if (usage->ru_maxrss > c->maxrss)
        c->maxrss = usage->ru_maxrss;
}

/* One run; counted when `keep`. */
static void run_once(struct plan *p, struct command *c, bool keep)
{
    struct rusage usage;

    if (c->ns_fd >= 0)
        enter(c->ns_fd);
    for (char **argv = c->argv; *argv; argv++) {
        if (argv == c->timed)
            idle(p->pause_ms);
        double wall = execute(p, c, argv, &usage);
        if (argv == c->timed && keep)
            count(c, wall, &usage);
        while (*argv)
            argv++;
    }
    if (c->ns_fd >= 0)
        enter(p->own_ns_fd);
}

static void run_plan(struct plan *p)
{
    p->own_ns_fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    if (p->own_ns_fd < 0)
        die("open", "/proc/self/ns/mnt");
    posix_spawn_file_actions_init(&p->stdio);
    posix_spawn_file_actions_addopen(&p->stdio, 0, "/dev/null", O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&p->stdio, 0, 1);
    for (unsigned round = 0; round < p->rounds; round++)
        for (size_t i = 0; i < p->n; i++) {
            idle(SETTLE_MS);
            for (unsigned k = 0; k <= p->burst; k++)
                run_once(p, &p->commands[i], k > 0);
        }
    posix_spawn_file_actions_destroy(&p->stdio);
    close(p->own_ns_fd);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double quantile(const double *sorted, size_t n, double q)
{
    double at = q * (double)(n - 1);
    size_t i = (size_t)at;

    return i + 1 < n ? sorted[i] + (at - (double)i) * (sorted[i + 1] - sorted[i]) : sorted[i];
}

static void report(struct plan *p)
{
    for (size_t i = 0; i < p->n; i++) {
        struct command *c = &p->commands[i];

        qsort(c->wall, c->n, sizeof(*c->wall), compare);
        qsort(c->cpu, c->n, sizeof(*c->cpu), compare);
        printf("%s\t%.0f\t%.0f\t%.0f\t%.0f\t%ld\n", c->name, quantile(c->wall, c->n, 0.5),
               quantile(c->wall, c->n, 0.25), quantile(c->wall, c->n, 0.75),
               quantile(c->cpu, c->n, 0.5), c->maxrss);
        free(c->line);
        free(c->wall);
        free(c->cpu);
    }
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        { "rounds", required_argument, NULL, 'r' },
        { "burst", required_argument, NULL, 'b' },
        { "pause", required_argument, NULL, 'p' },
        { NULL, 0, NULL, 0 },
    };
    struct plan p = { .rounds = 5, .burst = 5 };
    int opt;

    while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1)
        switch (opt) {
        case 'r': p.rounds = (unsigned)strtoul(optarg, NULL, 10); break;
        case 'b': p.burst = (unsigned)strtoul(optarg, NULL, 10); break;
        case 'p': p.pause_ms = (unsigned)strtoul(optarg, NULL, 10); break;
        default: return 2;
        }
    if (p.rounds == 0 || p.burst == 0) {
        fprintf(stderr, "usage: interleave [--rounds N] [--burst N] [--pause MS] < PLAN\n");
        return 2;
    }
    read_plan(&p);
    run_plan(&p);
    report(&p);
    return 0;
}
