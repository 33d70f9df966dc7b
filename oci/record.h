/* SPDX-License-Identifier: MIT */
/* What a container is, as create fixed it: its record. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "oci/image.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Times are nanoseconds since the epoch, 0: never. Read and write with json_load(), json_save(),
 * json_read() … and the tables below; unknown keys are kept, so that an older hako does not lose
 * what a newer one wrote.
 */

/* A network that the container is to join, or, in a status, has joined. */
struct record_network {
    char *name;
    char *ip;       /* asked for by --ip, or NULL */
    char *mac;      /* asked for, or NULL */
    char **aliases; /* --network-alias */
    struct json_map extra;
};

/* What is mounted where, for inspect. */
struct record_mount {
    char *type; /* "bind", "tmpfs", "volume" */
    char *name; /* of a volume */
    char *source;
    char *destination;
    char *mode; /* the options as they were given: "ro,z" */
    bool read_only;
    bool anonymous; /* a volume without a name of its user's: goes with rm -v and --rm */
    bool no_copy;   /* a volume that is not filled from the image */
    char *propagation;
    struct json_map extra;
};

struct record_log {
    char *driver; /* "json-file" … */
    struct json_map options;
    struct json_map extra;
};

/* Limits as they were asked for; the spec's units, 0: none. For inspect and for what later updates
 * are checked against; config.json rules. */
struct record_limits {
    int64_t memory; /* bytes */
    int64_t memory_reservation;
    int64_t memory_swap; /* -1: unlimited */
    int64_t memory_high;
    int64_t memory_min;
    int64_t oom_group; /* 1: all processes are killed, not one */
    int64_t nano_cpus; /* units of 1e-9 cpu */
    int64_t cpu_shares;
    int64_t cpu_period; /* µs */
    int64_t cpu_quota;  /* µs; -1: unlimited */
    int64_t cpu_burst;  /* µs */
    int64_t cpu_idle;   /* 1: runs when nothing else does */
    int64_t pids;       /* -1: unlimited */
    char *cpuset_cpus;
    char *cpuset_mems;
    int64_t blkio_weight;
    char **blkio_weight_device; /* "/dev/vda:100" */
    char **device_read_bps;     /* "/dev/vda:1048576", as those below */
    char **device_write_bps;
    char **device_read_iops;
    char **device_write_iops;
    struct json_map unified; /* --unified's */
    struct json_map extra;
};

/* containers/<id>/record.json: what the container is, fixed by create. */
struct record {
    char *id; /* 64 hex digits */
    char *name;
    int64_t created;
    char *image;    /* the reference as given, or NULL with --rootfs */
    char *image_id; /* digest of the image's config */
    char **layers;  /* diff-ids, base first */

    /* The process, as inspect shows it. */
    char *path;
    char **args;
    char **entrypoint;
    char **cmd;
    char **env;
    char *user;
    char *working_dir;
    char *hostname;
    char *domainname;
    struct json_map labels;

    /* Namespaces: NULL (the default), "host", "container:<id>", of ipc also "shareable" … */
    char *pid_mode;
    char *ipc_mode;
    char *uts_mode;
    char *cgroupns_mode;

    /* What matters after create. */
    bool auto_remove;
    bool tty;
    bool open_stdin;
    bool stdin_once;
    bool attach_stdin, attach_stdout, attach_stderr;
    bool init;
    bool privileged;
    bool read_only;
    char *stop_signal;           /* NULL: SIGTERM */
    struct opt_i32 stop_timeout; /* seconds; 10 unless set */
    char *detach_keys;
    char *cid_file;
    struct record_log log;

    /* Network. */
    char *network_mode; /* "bridge", "none", "host", "container:<id>" or a network's name */
    struct record_network *networks;
    size_t n_networks;
    char **dns;
    char **dns_search;
    char **dns_options;
    char **extra_hosts; /* "name:ip" */

    struct record_mount *mounts;
    size_t n_mounts;
    struct record_limits limits;
    char **pressure;            /* triggers, "memory:some:200ms/2s" */
    char **device_cgroup_rules; /* --device-cgroup-rule */
    char **group_add;           /* --group-add */
    char **cap_add;
    char **cap_drop;
    char **security_opt;
    char **devices;       /* --device */
    char **ulimits;       /* --ulimit */
    char **exposed_ports; /* the image's and --expose's: "80/tcp" */
    char *cgroup;         /* its group's path below the v2 root; NULL: it has none of its own */
    char *cgroup_manager; /* the driver that makes it (cgroup_driver_find()) */
    char *cgroup_parent;  /* as it was asked for, or NULL */
    bool cgroup_lenient;  /* --cgroup-missing=warn: limits that cannot be had are left out */
    char *config_hash;    /* for engines on top (compose); kept */
    struct json_map extra;
};

enum record_state {
    RECORD_UNSET,
    RECORD_CREATED,
    RECORD_RUNNING,
    RECORD_PAUSED,
    RECORD_STOPPED,
};
extern const struct json_enum record_state_names[]; /* "created" … */

extern const struct json_table record_table;
extern const struct json_table record_limits_table;

/* True when its processes are in a PID namespace that is not its own: the host's or another's. */
bool record_shares_pids(const struct record *r);

void record_free(struct record *r);
DEFINE_CLEANUP(struct record, record, record_free(p))
