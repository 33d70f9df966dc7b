/* SPDX-License-Identifier: MIT */
/* An attacker: exchanges two names in bursts until somebody ends it: exchange A B */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#define BURST_NS 4000000L /* at most: about as long as a container takes to come up */

static long now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

static long some_ns(void)
{
    return (long)((double)random() / RAND_MAX * BURST_NS);
}

/* Between two bursts A is what it was at first. Whoever walks through it sees bursts begin and end
 * at any of its steps, and now and then comes through unharmed. */
int main(int argc, char **argv)
{
    long until;

    if (argc != 3)
        return 64;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    srandom((unsigned)now());
    for (;;) {
        for (until = now() + some_ns(); now() < until;)
            for (int i = 0; i < 2; i++)
                if (renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) != 0) {
                    perror("exchange");
                    return 1;
                }
        nanosleep(&(struct timespec){ .tv_nsec = some_ns() }, NULL);
    }
}
