/* SPDX-License-Identifier: MIT */
/* Where the time goes: the steps of a program and of the children that it forks. */
#include "base/timing.h"

#include "base/log.h"
#include "base/mem.h"

#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

#define STEPS_MAX 200 /* more are not kept */

struct shared {
    atomic_uint n;
    struct step {
        const char *who, *name;
        int64_t end, took; /* microseconds */
    } steps[STEPS_MAX];
};

bool timing_on;
static struct shared *shared;
static int64_t begin, last;
static const char *self = "hako-oci";

/* Real time: a child may be in a time namespace, where the monotonic clocks differ. */
static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

void timing_start(void)
{
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    timing_on = shared != MAP_FAILED;
    begin = last = now_us();
}

void timing_name(const char *who)
{
    self = who;
}

void timing_add(const char *step)
{
    int64_t now = now_us();
    unsigned i = atomic_fetch_add(&shared->n, 1);

    if (i < STEPS_MAX)
        shared->steps[i] =
            (struct step){ .who = self, .name = step, .end = now - begin, .took = now - last };
    last = now;
}

static int by_end(const void *a, const void *b)
{
    int64_t x = ((const struct step *)a)->end, y = ((const struct step *)b)->end;

    return (x > y) - (x < y);
}

void timing_report(void)
{
    unsigned n = timing_on ? shared->n : 0;

    if (n > STEPS_MAX)
        n = STEPS_MAX;
    if (n)
        qsort(shared->steps, n, sizeof(*shared->steps), by_end);
    for (const struct step *s = n ? shared->steps : NULL; s && s < shared->steps + n; s++)
        if (s->name) /* a child may have died in between */
            log_info("timing: %lld us, at %lld: %s: %s", (long long)s->took, (long long)s->end,
                     s->who, s->name);
}
