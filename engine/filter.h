/* SPDX-License-Identifier: MIT */
/* Which seccomp filter a container's processes get. */
#pragma once

#include "engine/paths.h"
#include "oci/config.h"
#include "oci/record.h"
#include "runtime/seccomp.h"

/* The profile in the config, else the default one for its capabilities, else (unconfined) none:
 * ret->len 0. Compiled filters are cached in RUNROOT/seccomp. */
int filter_load(const struct paths *p, const struct record *rec, const struct config *c,
                struct seccomp_filter *ret, struct err *e);
