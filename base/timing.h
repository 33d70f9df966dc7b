/* SPDX-License-Identifier: MIT */
/* Where the time goes: the steps of a program and of the children that it forks. */
#pragma once

#include <stdbool.h>

/*
 * Nothing is measured, and a mark costs one comparison, until timing_start(). From then on each
 * mark gives the time since the one before, in the same process, to a step; in a child the first
 * one counts from its parent's last. Steps are kept in memory that forked children share, so that
 * the parent tells them all; names must be literals. After an exec a process has no more to tell.
 */
extern bool timing_on;
void timing_start(void);

/* Who the calling process is in the report: "container". */
void timing_name(const char *who);

void timing_add(const char *step);
static inline void timing_mark(const char *step)
{
    if (timing_on)
        timing_add(step);
}

/* A log_info() a step in the order in which they ended: "timing: 1234 us, at 5678: WHO: STEP". */
void timing_report(void);
