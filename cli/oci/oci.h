/* SPDX-License-Identifier: MIT */
/* What every command of hako-oci gets: the global options and where messages go. */
#pragma once

#include "base/err.h"
#include "base/opt.h"

#include <stdbool.h>

enum oci_log_format { OCI_LOG_TEXT, OCI_LOG_JSON };

struct oci {
    const char *root; /* NULL: oci_root() says */
    const char *log;  /* --log FILE, or NULL: standard error */
    int log_format;   /* enum oci_log_format */
    int log_level;    /* enum log_level */
    bool debug;
    bool timings;
    bool systemd_cgroup;
    const char *cgroup_manager;
    int rootless; /* enum lifecycle_rootless */
    bool version;
};

/* The directory of containers' state: --root, or STATEFILE_ROOT, or for a user its counterpart
 * below XDG_RUNTIME_DIR. */
const char *oci_root(const struct oci *o);
/* The cgroup driver's name for new containers; NULL: the default. */
const char *oci_cgroup_manager(const struct oci *o);

/* Completes ids of containers. */
void oci_words_containers(void *ctx, const char *prefix, struct buf *out);

/* The commands, one file each. */
extern const struct opt_cmd oci_completion;
extern const struct opt_cmd oci_create;
extern const struct opt_cmd oci_delete;
extern const struct opt_cmd oci_events;
extern const struct opt_cmd oci_exec;
extern const struct opt_cmd oci_features;
extern const struct opt_cmd oci_help;
extern const struct opt_cmd oci_kill;
extern const struct opt_cmd oci_list;
extern const struct opt_cmd oci_pause;
extern const struct opt_cmd oci_ps;
extern const struct opt_cmd oci_resume;
extern const struct opt_cmd oci_run;
extern const struct opt_cmd oci_spec;
extern const struct opt_cmd oci_start;
extern const struct opt_cmd oci_state;
extern const struct opt_cmd oci_update;

extern const struct opt_program oci_program;
