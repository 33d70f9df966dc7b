/* SPDX-License-Identifier: MIT */
/* hako-oci's containers on disk: ROOT/<id>/ with its state, lock and fifo. */
#pragma once

#include "base/err.h"
#include "base/json.h"
#include "oci/state.h"

#include <stdbool.h>
#include <stdint.h>

struct cgroup; /* cgroup/cgroup.h */

/* ROOT/<id>/state.json. */
struct statefile {
    struct state state;  /* status as written last; statefile_status() derives today's */
    uint64_t start_time; /* of state.pid */
    char *cgroup;        /* path below the v2 tree, or NULL */
    char *cgroup_driver; /* cgroup_driver_find(); NULL: the default */
    char *console;       /* --console-socket's path, or NULL */
    bool new_userns;
    bool shares_pids; /* it has no pid namespace of its own */
    bool plain;       /* start and delete find nothing to do in the config */
    struct json_map extra;
};
extern const struct json_table statefile_table;

#define STATEFILE_ROOT "/run/hako/oci"

/* Other files in the directory. */
#define STATEFILE_FIFO   "exec.fifo" /* there until the container is started */
#define STATEFILE_CONFIG "config.json"
#define STATEFILE_FILTER "filter" /* compiled; then the config is without linux.seccomp */
#define STATEFILE_LOCK   "lock"
#define STATEFILE_BUNDLE "bundle" /* a link to it, for the poststop hooks of a create that died */

/* Opens ROOT (made 0700 when missing); the descriptor is the caller's. */
int statefile_open_root(const char *root, int *ret_fd, struct err *e);
/* Makes ROOT/<id> (0700): ERR_EXISTS when the id is taken. */
int statefile_make(int root_fd, const char *id, int *ret_dir, struct err *e);
/* Opens ROOT/<id>: ERR_NOT_FOUND "container ID does not exist". */
int statefile_open(int root_fd, const char *id, int *ret_dir, struct err *e);
int statefile_load(int dir, const char *id, struct statefile *ret, struct err *e);
int statefile_save(int dir, const struct statefile *s, struct err *e);
/* created, running, paused or stopped, from pid + start time, the fifo and the freezer of its
 * cgroup: NULL when the caller has not opened it. */
enum state_status statefile_status(int dir, const struct statefile *s, const struct cgroup *cg);
void statefile_free(struct statefile *s);
DEFINE_CLEANUP(struct statefile, statefile, statefile_free(p))
