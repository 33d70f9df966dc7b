/* SPDX-License-Identifier: MIT */
/* Asks systemd over D-Bus to make, change and stop a unit. libsystemd is loaded when it is needed.
 */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "cgroup/cgroup_property.h"

#include <stdbool.h>
#include <sys/types.h>

struct cgroup_bus {
    struct sd_bus *bus;
};

/* Connects to the manager of the system, or to the caller's own (`user`). ERR_UNSUPPORTED when
 * libsystemd or the bus is not there. */
int cgroup_bus_open(bool user, struct cgroup_bus *ret, struct err *e);
void cgroup_bus_close(struct cgroup_bus *b);
DEFINE_CLEANUP(struct cgroup_bus, cgroup_bus, cgroup_bus_close(p))
#define AUTO_CGROUP_BUS CLEANUP(cgroup_bus)

/* The manager's own group: "" for a system's, "/user.slice/…/user@1000.service" for a user's.
 * malloc'd. */
int cgroup_bus_root(struct cgroup_bus *b, char **ret, struct err *e);

/* The manager's version, "252.39-1~deb12u1"; malloc'd. */
int cgroup_bus_version(struct cgroup_bus *b, char **ret, struct err *e);

/* Starts a transient unit and waits until it runs. ERR_EXISTS when there is one of that name. What
 * a failed one of that name left in systemd's memory is forgotten first. Here and below, properties
 * that this systemd does not know are taken out of `p` where they are dispensable. */
int cgroup_bus_start(struct cgroup_bus *b, const char *unit, struct cgroup_properties *p,
                     struct err *e);
/* Changes properties of a unit until it ends: all of them or none. */
int cgroup_bus_set(struct cgroup_bus *b, const char *unit, struct cgroup_properties *p,
                   struct err *e);
/* Has systemd move a process of the caller's user into a unit, which runs: into its group `below`
 * ("/box"), or the unit's own (""). e->errnum is the kernel's. */
int cgroup_bus_attach(struct cgroup_bus *b, const char *unit, const char *below, pid_t pid,
                      struct err *e);
/* Stops it and waits until it has stopped. One that is not there is success. */
int cgroup_bus_stop(struct cgroup_bus *b, const char *unit, struct err *e);
