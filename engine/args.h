/* SPDX-License-Identifier: MIT */
/* What `run`, `create` and `exec` were asked for, as the option tables fill it in. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A number that was not given. */
#define ARG_UNSET INT64_MIN

/* Does it get a group of its own? "no-conmon" is podman's word for what is always so here. */
enum args_cgroups { ARGS_CGROUPS_ENABLED, ARGS_CGROUPS_NO_CONMON, ARGS_CGROUPS_DISABLED };
/* What becomes of limits whose controllers are not there. */
enum args_missing { ARGS_MISSING_FAIL, ARGS_MISSING_WARN };

/* Strings are borrowed from argv or NULL; vectors are owned strv. Grammars inside the strings
 * (-v, --mount, --ulimit …) are parsed by engine/parse_*. */
struct run_args {
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
    /* limits: ARG_UNSET when not given */
    int64_t memory; /* bytes */
    int64_t memory_swap;
    int64_t memory_reservation;
    int64_t cpus; /* 1e-9 of a cpu */
    int64_t cpu_shares;
    int64_t cpu_period;
    int64_t cpu_quota;
    int64_t pids_limit;
    const char *cpuset_cpus;
    const char *cpuset_mems;
    const char *cgroup_parent;
    const char *cgroup_manager; /* NULL: HAKO_CGROUP_MANAGER, or what suits the host */
    int cgroups;                /* enum args_cgroups */
    int cgroup_missing;         /* enum args_missing */
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
