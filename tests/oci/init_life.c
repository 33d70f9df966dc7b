/* SPDX-License-Identifier: MIT */
/* Commands of the test bundles' init: how it lives, ends, and what it leaves behind. */
#include "init.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int cmd_true(int argc, char **argv)
{
    return 0;
}

static int cmd_exit(int argc, char **argv)
{
    return atoi(argv[1]);
}

static int cmd_sleep(int argc, char **argv)
{
    sleep((unsigned)atoi(argv[1]));
    return 0;
}

static void on_term(int sig)
{
    _exit(0);
}

/* Runs until SIGTERM, as a well-behaved first process does; says when it is ready. */
static _Noreturn void wait_for_ever(void)
{
    for (;;) {
        pause();
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
}

static int cmd_pause(int argc, char **argv)
{
    signal(SIGTERM, on_term);
    puts("ready");
    fflush(stdout);
    wait_for_ever();
}

/* Ends, and leaves a child that does not. */
static int cmd_leave(int argc, char **argv)
{
    if (fork() == 0)
        wait_for_ever();
    return 0;
}

/* A pause with children that nobody waits for and SIGTERM does not move. */
static int cmd_family(int argc, char **argv)
{
    for (int i = 0; i < 3; i++) {
        if (fork() == 0) {
            signal(SIGTERM, SIG_IGN);
            setsid();
            wait_for_ever();
        }
    }
    return cmd_pause(argc, argv);
}

static int count_zombies(void)
{
    char path[64], text[256] = "";
    int zombies = 0;

    for (int i = 1; i < 100; i++) {
        snprintf(path, sizeof(path), "/proc/%d/stat", i);
        FILE *f = fopen(path, "re");
        if (f && fgets(text, sizeof(text), f))
            zombies += strstr(text, ") Z ") != NULL;
        if (f)
            fclose(f);
    }
    return zombies;
}

/* Leaves an orphan behind that ends when it is one, gives whoever adopts it half a minute to reap
 * it, and counts the zombies. */
static int cmd_orphan(int argc, char **argv)
{
    pid_t *orphan =
        mmap(NULL, sizeof(*orphan), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int hold[2];

    if (orphan == MAP_FAILED || pipe(hold) < 0)
        return init_fail("orphan");
    pid_t pid = fork();
    if (pid == 0) {
        close(hold[1]);
        pid = fork();
        if (pid == 0)
            (void)!read(hold[0], hold, 1);
        else
            *orphan = pid;
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    close(hold[1]); /* lets it end */
    for (int i = 0; i < 3000 && kill(*orphan, 0) == 0; i++)
        usleep(10000);
    printf("pid=%d zombies=%d\n", getpid(), count_zombies());
    return 0;
}

static int cmd_kill(int argc, char **argv)
{
    raise(atoi(argv[1]));
    return 0;
}

const struct init_command init_life[] = {
    { "exit", "CODE", 1, cmd_exit },
    { "family", "", 0, cmd_family },
    { "kill", "SIGNAL", 1, cmd_kill },
    { "leave", "", 0, cmd_leave },
    { "orphan", "", 0, cmd_orphan },
    { "pause", "", 0, cmd_pause },
    { "sleep", "SECONDS", 1, cmd_sleep },
    { "true", "", 0, cmd_true },
    { 0 },
};
