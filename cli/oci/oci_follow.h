/* SPDX-License-Identifier: MIT */
/* The foreground of run and exec: the terminal, if there is one, and the end. */
#pragma once

#include "base/err.h"
#include "runtime/launch.h"

/* Joins the caller's terminal to the process's and waits for its end; the exit code. `notify`:
 * what lifecycle_start() has handed out, or -1; still the caller's. */
int oci_follow(struct launch_proc *proc, int notify, struct err *e);
