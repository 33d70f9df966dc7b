/* SPDX-License-Identifier: MIT */
/* Image and flags become a plan: the record and the OCI configuration of a container to be. */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "engine/args.h"
#include "engine/id.h"
#include "engine/paths.h"
#include "oci/config.h"
#include "oci/image.h"
#include "oci/record.h"

#include <stdbool.h>

/*
 * The configuration is complete but for what only the start knows, which start adds in memory: the
 * user's numbers and HOME (from the rootfs), joined namespaces' paths, the seccomp filter unless a
 * profile was given, and the files /etc/hosts, hostname and resolv.conf.
 */
struct plan {
    char id[ID_LEN + 1];
    struct record record;
    struct config config;
    bool named; /* the name was asked for: a conflict is an error, not a reason for another one */
};

#define PLAN_INIT_PATH "/sbin/docker-init" /* where --init's program is, inside */

/* Resolves the image and puts everything together; nothing is written. */
int plan_make(const struct paths *p, const struct run_args *args, struct plan *ret, struct err *e);
void plan_free(struct plan *plan);
DEFINE_CLEANUP(struct plan, plan, plan_free(p))

/* The parts, in the order in which plan_make() calls them. `img` is the image's run section. */
int plan_process(struct plan *plan, const struct run_args *args, const struct image_run *img,
                 struct err *e);
int plan_mounts(const struct paths *p, struct plan *plan, const struct run_args *args,
                const struct image_run *img, struct err *e);
int plan_security(struct plan *plan, const struct run_args *args, struct err *e);
int plan_limits(struct plan *plan, const struct run_args *args, struct err *e);
/* Limits that parse_limit() has completed, into resources without any. On failure `res` is the
 * caller's to free all the same. */
int plan_limits_fill(const struct limit_args *l, struct config_resources *res, struct err *e);
int plan_cgroup(struct plan *plan, const struct run_args *args, struct err *e);
int plan_namespaces(const struct paths *p, struct plan *plan, const struct run_args *args,
                    struct err *e);
int plan_network(const struct paths *p, struct plan *plan, const struct run_args *args,
                 const struct image_run *img, struct err *e);

/* False with --privileged, seccomp=unconfined, or a profile of the user's (which the config has).
 */
bool plan_wants_default_seccomp(const struct record *rec);

/* The terminal has this size before the process looks at it; 0 rows: unknown, left as it is. */
int plan_console(struct config_process *proc, unsigned rows, unsigned cols, struct err *e);

/* Removes the config's mount with this target, if there is one. */
void plan_drop_mount(struct config *c, const char *target);
