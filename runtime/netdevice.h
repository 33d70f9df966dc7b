/* SPDX-License-Identifier: MIT */
/* linux.netDevices: links of the runtime's network namespace that move into the container's. */
#pragma once

#include "base/err.h"
#include "oci/config.h"

struct netdevice_list;

/*
 * Moves each into the namespace, renamed where the config says so ("eth%d": the first number that
 * is free), with its permanent addresses of global scope, and sets it up. A name that is taken
 * there is an error before the link moves. Those that have moved when one fails go back. Nothing
 * takes them home at the container's end: the kernel does, with the end of the namespace
 * (config-linux.md, "Network Devices"). *ret is for netdevice_return() and free()d by the caller.
 */
int netdevice_move(const struct config *c, int netns_fd, struct netdevice_list **ret,
                   struct err *e);

/* For a container that never came to be: moves them back, as they were. Goes on after failures. */
void netdevice_return(const struct netdevice_list *l, int netns_fd);
