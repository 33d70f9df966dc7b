/* SPDX-License-Identifier: MIT */
/* hako's own documents: container record and status, lease, network. */
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
    char *propagation;
    struct json_map extra;
};

struct record_log {
    char *driver; /* "json-file" … */
    struct json_map options;
    struct json_map extra;
};

/* Limits as they were asked for; the spec's units. For inspect and ps; config.json rules. */
struct record_limits {
    int64_t memory; /* bytes */
    int64_t memory_reservation;
    int64_t memory_swap; /* -1: unlimited */
    int64_t nano_cpus;   /* units of 1e-9 cpu */
    int64_t cpu_shares;
    int64_t cpu_period; /* µs */
    int64_t cpu_quota;  /* µs */
    int64_t pids;
    char *cpuset_cpus;
    char *cpuset_mems;
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
    char **group_add; /* --group-add */
    char **cap_add;
    char **cap_drop;
    char **security_opt;
    char *cgroup;      /* path below the v2 root, once it is known */
    char *config_hash; /* for engines on top (compose); kept */
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

/* An address that the container has. */
struct record_address {
    char *network;
    char *ip;
    uint32_t prefix; /* length: 24 */
    char *mac;
    char *gateway;
    char *ifname; /* inside */
    char *host_ifname;
    char **aliases;
    struct json_map extra;
};

/*
 * What the container is at the moment: in the run root's containers/<id>/status while it lives;
 * when it ends, also beside the record as exit.json, because exit facts survive a reboot.
 */
struct status {
    enum record_state state;
    int32_t pid;        /* of init, in the host's pid namespace; 0: none */
    uint64_t pid_start; /* proc_start_time(pid) */
    int32_t monitor_pid;
    uint64_t monitor_start;
    int64_t started;
    int64_t finished;
    int32_t exit_code;
    bool oom_killed;
    char *error; /* why it could not start */
    struct record_address *addresses;
    size_t n_addresses;
    int32_t restart_count;
    struct json_map extra;
};

/* networks/<net>/<ip> in the run root: one file is the lease, the forward and the reverse record.
 */
struct lease {
    char *id;
    char *name; /* the container's */
    char *hostname;
    char **aliases;
    char *mac;
    char *ifname; /* the host's end of the veth */
    struct json_map extra;
};

/* networks/<name>.json. */
struct network {
    char *name;
    char *id;     /* 64 hex digits */
    char *driver; /* "bridge" */
    char *bridge; /* the interface's name */
    char *subnet; /* "10.44.0.0/24" */
    char *gateway;
    char *ip_range;
    bool internal;
    bool no_dns;
    int32_t mtu;             /* 0: as the default route's */
    char **dns;              /* resolvers to forward to; NULL: the host's */
    struct json_map options; /* -o */
    struct json_map labels;
    int64_t created;
    struct json_map extra;
};

extern const struct json_table record_table;
extern const struct json_table status_table;
extern const struct json_table lease_table;
extern const struct json_table network_table;

void record_free(struct record *r);
void status_free(struct status *s);
void lease_free(struct lease *l);
void network_free(struct network *n);
DEFINE_CLEANUP(struct record, record, record_free(p))
DEFINE_CLEANUP(struct status, status, status_free(p))
DEFINE_CLEANUP(struct lease, lease, lease_free(p))
DEFINE_CLEANUP(struct network, network, network_free(p))
