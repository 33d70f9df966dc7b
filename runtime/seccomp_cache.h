/* SPDX-License-Identifier: MIT */
/* Compiled filters on disk, each beside the source that it was made from. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "oci/config.h"
#include "runtime/seccomp_rules.h"

#include <stdbool.h>

/* Everything that the compiled program depends on, in a canonical form, for the key: hako's and
 * libseccomp's versions, the actions, architectures and rules. */
void seccomp_cache_source(const struct config_seccomp *c, struct buf *out);

/*
 * The program that was stored for this source: 1, or 0 when there is none to be trusted. Files
 * that are not ours, that others can write or read, or whose source differs (two sources can share
 * a hash) are not. Never fails.
 */
int seccomp_cache_get(int dirfd, const struct buf *source, struct seccomp_program *ret);

/* Stores it as "<hash>.bpf", 0600, atomically. Failure is a log line, no more. */
void seccomp_cache_put(int dirfd, const struct buf *source, const struct seccomp_program *p);
