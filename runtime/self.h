/* SPDX-License-Identifier: MIT */
/* The program's own executable, out of the reach of containers that may trace. */
#pragma once

#include "base/err.h"

/*
 * A process of ours that joins a container is undumpable, so that nobody inside can open its
 * /proc/PID/exe, unless they have CAP_SYS_PTRACE in our own user namespace. For those, the program
 * starts again from a read-only mount of its file: what they open cannot be written, even after we
 * have ended. Returns 0 when that is so already; else it does not return, and main() begins again
 * with the same arguments: call it before anything has been done. Costs one start of the program.
 */
int self_seal(struct err *e);
