/* SPDX-License-Identifier: MIT */
/* linux.intelRdt: a class of service in the resctrl file system, and a monitoring group. */
#pragma once

#include "base/err.h"
#include "oci/config.h"

#include <sys/types.h>

/* Kernel: Documentation/filesystems/resctrl.rst; config-linux.md, "IntelRdt". */

/* The root of the mounted file system. ERR_UNSUPPORTED where there is none. */
int resctrl_open(int *ret_root, struct err *e);

/*
 * Puts the process into the class of the config (closID, else one made for the container `id`) and
 * writes the schemata of a class that is made. One that exists must have what the config wants.
 * With enableMonitoring the process gets a monitoring group of its own in it. What a failing call
 * has made is gone again.
 */
int resctrl_enter(int root, const struct config_intel_rdt *rdt, const char *id, pid_t pid,
                  struct err *e);

/* Writes the schemata of `to` to the container's class; `rdt` (may be NULL) is its config's. What
 * the class had goes to *ret_was (malloc'd), for resctrl_restore(), which does what it can. */
int resctrl_update(int root, const struct config_intel_rdt *rdt, const char *id,
                   const struct config_intel_rdt *to, char **ret_was, struct err *e);
void resctrl_restore(int root, const struct config_intel_rdt *rdt, const char *id, const char *was);

/* Removes what belongs to the container alone: the monitoring group, and the class if it has no
 * closID. What is gone is fine. */
int resctrl_leave(int root, const struct config_intel_rdt *rdt, const char *id, struct err *e);

/* What l3CacheSchema and memBwSchema (`schemata` false), or schemata, put into the file: lines;
 * malloc'd, "" for nothing. NULL: out of memory. */
char *resctrl_lines(const struct config_intel_rdt *rdt, bool schemata);
