/* SPDX-License-Identifier: MIT */
/* One container on disk: its two directories, its lock, its record and its status. */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "engine/id.h"
#include "engine/paths.h"
#include "oci/config.h"
#include "oci/record.h"
#include "oci/status.h"

#include <stdbool.h>

/*
 *     ROOT/containers/<id>/    record.json config.json exit.json upper/ work/ log
 *     RUNROOT/containers/<id>/ life status attach hosts hostname resolv.conf shm/
 *
 * record.json and config.json of a `run --rm` are in the run directory: it does not outlive a
 * reboot, and files on a disk cost more than all else that it writes.
 *
 * A directory without record.json is a container in the making (its maker holds the lock) or
 * garbage (nobody does). The lock is flock(2) on the directory itself: it needs no file and dies
 * with its holder.
 */
struct container {
    char id[ID_LEN + 1];
    int dir_fd;
    int run_fd;     /* -1 until container_make_run() or when there is none */
    bool transient; /* record.json and config.json are in the run directory */
    struct record record;
    struct status status;
};

/* True when it has a record. */
bool container_recorded(const struct paths *p, const char *id);
/* True when it has a record, or is being made right now. */
bool container_exists(const struct paths *p, const char *id);

/* Opens and reads it. ERR_NOT_FOUND "No such container: ID". */
int container_open(const struct paths *p, const char *id, struct container *ret, struct err *e);
void container_close(struct container *c);
DEFINE_CLEANUP(struct container, container, container_close(p))
#define CONTAINER_INIT                                                                             \
    {                                                                                              \
        .dir_fd = -1, .run_fd = -1                                                                 \
    }

/* Makes ROOT/containers/<id> and takes its lock (*ret_lock), or opens an existing one. */
int container_make(const struct paths *p, const char *id, struct container *ret, int *ret_lock,
                   struct err *e);
/* Opens ROOT/containers/<id> of an existing container whose record the caller has. */
int container_adopt(const struct paths *p, struct container *c, const struct record *rec,
                    struct err *e);
/* Makes and opens RUNROOT/containers/<id>. */
int container_make_run(const struct paths *p, struct container *c, struct err *e);

/* Takes the lock of an open container, waiting for whoever holds it; false in `wait`: ERR_IN_USE.
 * ERR_NOT_FOUND when the container was removed meanwhile. */
int container_lock(struct container *c, bool wait, int *ret_lock, struct err *e);

/* Reads the status again. */
int container_refresh(struct container *c, struct err *e);
int container_save_record(struct container *c, struct err *e);
/* Removes record.json: from now on the container is garbage. */
int container_unrecord(const struct container *c, struct err *e);
int container_save_config(const struct container *c, const struct config *config, struct err *e);
int container_load_config(const struct container *c, struct config *ret, struct err *e);
int container_save_status(struct container *c, struct err *e);
/* The status as the container's last words, beside the record: outlives a reboot. */
int container_save_exit(struct container *c, struct err *e);

/* True while its first process may be alive. */
bool container_running(const struct container *c);
