/* SPDX-License-Identifier: MIT */
/* Seccomp's notification descriptor: from the child to the agent at linux.seccomp.listenerPath. */
#pragma once

#include "base/err.h"
#include "runtime/launch.h"

/* Takes descriptor `fd` out of the child and sends it, with the container process state, over the
 * unix socket of the config (config-linux.md, "The Container Process State"). */
int listener_hand_over(struct launch_proc *p, int fd, struct err *e);
