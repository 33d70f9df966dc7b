/* SPDX-License-Identifier: MIT */
/* What `run`, `create`, `update` and `exec` were asked for, as the option tables fill it in. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A number that was not given. */
#define ARG_UNSET INT64_MIN

/* Does it get a group of its own? "no-conmon" is podman's word for what is always so here. */
enum args_cgroups { ARGS_CGROUPS_ENABLED, ARGS_CGROUPS_NO_CONMON, ARGS_CGROUPS_DISABLED };
/* What becomes of limits whose controllers are not there. */
enum args_missing { ARGS_MISSING_FAIL, ARGS_MISSING_WARN };

/* What `run`, `create` and `update` were asked to limit. Numbers are ARG_UNSET when they were not
 * given, strings are borrowed or NULL, vectors are owned strv. engine/parse_limit.h has the rules.
 */
struct limit_args {
    int64_t memory;      /* bytes; of all memory sizes -1 takes the limit away */
    int64_t memory_swap; /* of memory and swap together; -1: unlimited swap */
    int64_t memory_reservation;
    int64_t memory_high;
    int64_t memory_min;
    int64_t memory_swappiness; /* ignored with a warning, as is the next */
    int64_t oom_kill_disable;
    int64_t oom_group; /* 0 or 1 */
    int64_t cpus;      /* 1e-9 of a cpu */
    int64_t cpu_shares;
    int64_t cpu_period; /* µs, as all times of cpus */
    int64_t cpu_quota;
    int64_t cpu_burst;
    int64_t cpu_idle; /* 0 or 1 */
    int64_t cpu_rt_period;
    int64_t cpu_rt_runtime;
    const char *cpuset_cpus;
    const char *cpuset_mems;
    int64_t pids_limit;
    int64_t blkio_weight;
    char **blkio_weight_devices; /* PATH:WEIGHT */
    char **device_read_bps;      /* PATH:RATE */
    char **device_write_bps;
    char **device_read_iops;
    char **device_write_iops;
    char **unified; /* FILE=VALUE */
};

/* Nothing is limited. */
#define LIMIT_ARGS_INIT                                                                            \
    {                                                                                              \
        .memory = ARG_UNSET, .memory_swap = ARG_UNSET, .memory_reservation = ARG_UNSET,            \
        .memory_high = ARG_UNSET, .memory_min = ARG_UNSET, .memory_swappiness = ARG_UNSET,         \
        .oom_kill_disable = ARG_UNSET, .oom_group = ARG_UNSET, .cpus = ARG_UNSET,                  \
        .cpu_shares = ARG_UNSET, .cpu_period = ARG_UNSET, .cpu_quota = ARG_UNSET,                  \
        .cpu_burst = ARG_UNSET, .cpu_idle = ARG_UNSET, .cpu_rt_period = ARG_UNSET,                 \
        .cpu_rt_runtime = ARG_UNSET, .pids_limit = ARG_UNSET, .blkio_weight = ARG_UNSET            \
    }

/* Strings are borrowed from argv or NULL; vectors are owned strv. Grammars inside the strings
 * (-v, --mount, --ulimit …) are parsed by engine/parse_*. */
struct run_args {
    struct limit_args limits; /* the first: their options are a table of their own */
    /* identity */
    const char *name;
    const char *hostname;
    const char *domainname;
    const char *cidfile;
    char **labels;
    char **label_files;
    char **annotations;
    /* how it runs */
    bool detach;
    bool interactive;
    bool tty;
    bool rm;
    bool init;
    bool quiet;
    bool sig_proxy;
    char **attach;           /* stdin, stdout, stderr; empty: what docker does */
    const char *detach_keys; /* NULL: ctrl-p,ctrl-q */
    /* the process */
    char **env;
    char **env_files;
    const char *workdir;
    const char *user;
    const char *entrypoint; /* NULL: the image's; "": none */
    char **group_add;
    const char *stop_signal;
    int64_t stop_timeout; /* seconds, or ARG_UNSET */
    int64_t oom_score_adj;
    /* storage */
    char **volumes;
    char **mounts;
    char **tmpfs;
    char **devices;
    char **device_cgroup_rules;
    int64_t shm_size; /* bytes, or ARG_UNSET */
    bool read_only;
    /* confinement */
    bool privileged;
    char **cap_add;
    char **cap_drop;
    char **security_opts;
    char **ulimits;
    char **sysctls;
    const char *ipc; /* NULL, "private", "host" … */
    const char *pid;
    const char *uts;
    const char *cgroupns;
    const char *cgroup_parent;
    const char *cgroup_manager; /* NULL: HAKO_CGROUP_MANAGER, or what suits the host */
    int cgroups;                /* enum args_cgroups */
    int cgroup_missing;         /* enum args_missing */
    char **pressure;
    /* network */
    char **networks;
    char **network_aliases;
    const char *ip;
    const char *mac_address;
    char **dns;
    char **dns_search;
    char **dns_options;
    char **add_hosts;
    char **expose;
    /* the image */
    const char *pull;
    const char *platform;
    const char *image;
    char **command; /* borrowed, NULL-terminated */
    /* the caller's terminal; 0: unknown */
    unsigned rows;
    unsigned cols;
};

struct exec_args {
    bool detach;
    bool interactive;
    bool tty;
    bool privileged;
    const char *detach_keys;
    char **env;
    char **env_files;
    const char *user;
    const char *workdir;
    const char *container;
    char **command; /* borrowed, NULL-terminated */
    unsigned rows;  /* of the caller's terminal; 0: unknown */
    unsigned cols;
};
