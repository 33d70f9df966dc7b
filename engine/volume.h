/* SPDX-License-Identifier: MIT */
/* Volumes: directories that outlive the containers that they are mounted in. */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "engine/paths.h"
#include "oci/record.h"
#include "oci/volume.h"

#include <stdbool.h>
#include <stddef.h>

/*
 *     ROOT/volumes/<name>/    _data/ volume.json
 *
 * The directory is the volume; one that was being made when its maker was killed is finished by the
 * next who uses it. A volume is in use by every container whose record mounts it.
 */
#define VOLUME_DIR  "volumes"
#define VOLUME_DATA "_data"
#define VOLUME_TYPE "volume" /* struct record_mount's */

struct volume {
    char *name;
    char *mountpoint; /* of the data, absolute */
    struct volume_record record;
};
void volume_free(struct volume *v);
DEFINE_CLEANUP(struct volume, volume, volume_free(p))

/* The absolute path of a volume's data; malloc'd, NULL without memory. */
char *volume_data(const struct paths *p, const char *name);

/* Makes it, unless it is there: then nothing changes. `labels`: strv "KEY=VALUE". The name has been
 * checked. *ret_fd (may be NULL): its data, the caller's. */
int volume_make(const struct paths *p, const char *name, bool anonymous, char *const *labels,
                int *ret_fd, struct err *e);

/* ERR_NOT_FOUND "get NAME: no such volume". */
int volume_read(const struct paths *p, const char *name, struct volume *ret, struct err *e);
/* Their names, sorted: a strv. */
int volume_names(const struct paths *p, char ***ret, struct err *e);

/* The ids of the containers that mount it, but for `except` (may be NULL): a strv. */
int volume_users(const struct paths *p, const char *name, const char *except, char ***ret,
                 struct err *e);

/* ERR_IN_USE while a container mounts it, ERR_NOT_FOUND. */
int volume_remove(const struct paths *p, const char *name, struct err *e);

/* Takes a container's anonymous volumes out of sight, unless another container mounts them: at
 * once, however much is in them. volume_sweep() removes what was in them, also for those who were
 * killed. */
int volume_drop_anonymous(const struct paths *p, const struct record *rec, struct err *e);
void volume_sweep(const struct paths *p);
