/* SPDX-License-Identifier: MIT */
/* A container's process that runs into its limits: strain WHAT [NUMBER...], or one WHAT a line. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MIB       (1ul << 20)
#define HUGE_PAGE (2 * MIB)

static uint64_t clock_ms(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static uint64_t now_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}

static void say(const char *word, unsigned long n)
{
    printf("%s %lu\n", word, n);
    fflush(stdout);
}

static int fail(const char *what)
{
    printf("%s: %s\n", what, strerror(errno));
    return 1;
}

/* Forks, and all children do, for ever; they come and go, so that no list of them stays true. */
static _Noreturn int bomb(char **argv)
{
    pid_t first = getpid();

    signal(SIGCHLD, SIG_IGN);
    say("bomb", 0);
    for (int i = 0;;) {
        pid_t pid = fork();
        if (pid == 0)
            i = 0;
        else if (pid > 0 && ++i == 8 && getpid() != first)
            _exit(0);
    }
}

/* How many children it may have, of those that it wants. */
static int children(char **argv)
{
    int want = atoi(argv[0]), n = 0;

    while (n < want) {
        pid_t pid = fork();
        if (pid < 0)
            break;
        if (pid == 0) {
            pause();
            _exit(0);
        }
        n++;
    }
    say("children", (unsigned long)n);
    kill(0, SIGKILL);
    return 0;
}

/* Fills so many MiB. */
static int memory(char **argv)
{
    size_t size = strtoul(argv[0], NULL, 10) * MIB;
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED)
        return fail("mmap");
    for (size_t i = 0; i < size; i += 4096)
        p[i] = 1;
    say("filled", size / MIB);
    return 0;
}

/* How many huge pages it may have, of those that it wants. */
static int hugepages(char **argv)
{
    unsigned long want = strtoul(argv[0], NULL, 10), n = 0;

    for (; n < want; n++) {
        char *p = mmap(NULL, HUGE_PAGE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
        if (p == MAP_FAILED)
            break;
        *p = 1;
    }
    say("hugepages", n);
    return 0;
}

/* Uses a cpu for so many milliseconds, so many times, with as many between; the time on the clock.
 */
static int spin(char **argv)
{
    uint64_t ms = strtoul(argv[0], NULL, 10), start = now_ms();
    int times = argv[1] ? atoi(argv[1]) : 1;

    for (int i = 0; i < times; i++) {
        uint64_t end = now_ms() + ms;
        while (now_ms() < end)
            ;
        if (i + 1 < times)
            usleep((useconds_t)ms * 1000);
    }
    say("ms", now_ms() - start);
    return 0;
}

/* Reads ("r") or writes a file past the page cache: FILE r|w BLOCK-SIZE COUNT; the time it takes.
 */
static int io(char **argv)
{
    size_t size = strtoul(argv[2], NULL, 10);
    int count = atoi(argv[3]), reads = argv[1][0] == 'r';
    int fd = open(argv[0], (reads ? O_RDONLY : O_WRONLY) | O_DIRECT | O_CLOEXEC);
    char *block = aligned_alloc(4096, size);
    uint64_t start = now_ms();

    if (fd < 0 || !block)
        return fail(argv[0]);
    memset(block, 1, size);
    for (int i = 0; i < count; i++) {
        off_t at = (off_t)size * i;
        if ((reads ? pread(fd, block, size, at) : pwrite(fd, block, size, at)) != (ssize_t)size)
            return fail(argv[0]);
    }
    say("ms", now_ms() - start);
    return 0;
}

/* Writes a file of so many MiB and has it on the disk: what stays in memory can be given back. */
static int cache(char **argv)
{
    static char block[65536];
    unsigned long size = strtoul(argv[1], NULL, 10) * MIB;
    int fd = open(argv[0], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (fd < 0)
        return fail(argv[0]);
    for (unsigned long n = 0; n < size; n += sizeof(block))
        if (write(fd, block, sizeof(block)) != sizeof(block))
            return fail(argv[0]);
    if (fsync(fd) < 0)
        return fail(argv[0]);
    say("written", size / MIB);
    return 0;
}

/* True at that time of day, in milliseconds; false when it has been. */
static bool begins_at(uint64_t ms)
{
    struct timespec t = { .tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000 };

    if (clock_ms(CLOCK_REALTIME) >= ms) {
        say("late", 0);
        return false;
    }
    clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &t, NULL);
    return true;
}

/* Wants a cpu from then to then: BEGIN END; how many milliseconds of it it had. */
static int compete(char **argv)
{
    uint64_t end = strtoull(argv[1], NULL, 10);

    if (!begins_at(strtoull(argv[0], NULL, 10)))
        return 1;
    while (clock_ms(CLOCK_REALTIME) < end)
        ;
    say("had", clock_ms(CLOCK_PROCESS_CPUTIME_ID));
    return 0;
}

/* Reads past the page cache from then to then, again and again: BEGIN END FILE; how many blocks. */
static int reads(char **argv)
{
    uint64_t end = strtoull(argv[1], NULL, 10);
    int fd = open(argv[2], O_RDONLY | O_DIRECT | O_CLOEXEC);
    char *block = aligned_alloc(4096, 4096);
    unsigned long n = 0;

    if (fd < 0 || !block)
        return fail(argv[2]);
    if (!begins_at(strtoull(argv[0], NULL, 10)))
        return 1;
    for (; clock_ms(CLOCK_REALTIME) < end; n++)
        if (pread(fd, block, 4096, (off_t)(n % 256) * 4096) != 4096)
            return fail(argv[2]);
    say("had", n);
    return 0;
}

static int run(char **words);

/* A first process: each line of its input is a command of a child; "= CODE" follows what that says.
 */
static int serve(char **argv)
{
    char line[256];

    while (fgets(line, sizeof(line), stdin)) {
        char *words[8] = { NULL };
        int code = -1, status;
        pid_t child = fork(), pid;

        if (child == 0) {
            words[0] = strtok(line, " \n");
            for (int i = 1; i < 7 && words[i - 1]; i++)
                words[i] = strtok(NULL, " \n");
            setpgid(0, 0); /* what it does to its group is not for us */
            _exit(run(words));
        }
        while ((pid = wait(&status)) > 0) /* its children, too, which count */
            if (pid == child)
                code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        printf("= %d\n", code);
        fflush(stdout);
    }
    return 0;
}

/* A first process, which takes leave of what it adopts. */
static _Noreturn int idle(char **argv)
{
    signal(SIGCHLD, SIG_IGN);
    say("ready", 0);
    for (;;)
        pause();
}

static const struct {
    const char *name;
    int n_args;
    int (*run)(char **argv);
} commands[] = {
    { "bomb", 0, bomb },       { "cache", 2, cache },         { "children", 1, children },
    { "compete", 2, compete }, { "hugepages", 1, hugepages }, { "idle", 0, idle },
    { "io", 4, io },           { "memory", 1, memory },       { "reads", 3, reads },
    { "serve", 0, serve },     { "spin", 1, spin },
};

static int run(char **words)
{
    int n = 0;

    while (words[n])
        n++;
    for (size_t i = 0; n > 0 && i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(words[0], commands[i].name) == 0 && n - 1 >= commands[i].n_args)
            return commands[i].run(words + 1);
    fprintf(stderr, "strain: what?\n");
    return 64;
}

int main(int argc, char **argv)
{
    return run(argv + 1);
}
