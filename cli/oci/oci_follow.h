/* SPDX-License-Identifier: MIT */
/* The foreground of run and exec: the terminal, if there is one, and the end. */
#pragma once

#include "base/err.h"
#include "runtime/launch.h"

/* Joins the caller's terminal to the process's and waits for its end; the exit code. */
int oci_follow(struct launch_proc *proc, struct err *e);
