/* SPDX-License-Identifier: MIT */
/* Descriptors that the caller hands on: --preserve-fds and socket activation. */
#pragma once

#include "base/err.h"
#include "oci/config.h"

/*
 * Adds the caller's LISTEN_FDS (sd_listen_fds(3)) to `*preserve` and LISTEN_FDS, LISTEN_PID=1 and
 * LISTEN_FDNAMES to the environment. A LISTEN_PID of another process means that they are not for
 * us. ERR_INVALID as activation_check().
 */
int activation_pass(struct config_process *p, unsigned *preserve, struct err *e);

/* ERR_INVALID unless the caller has opened all of the `n` descriptors from 3 on: a gap would be
 * filled by a file of our own. */
int activation_check(unsigned n, struct err *e);
