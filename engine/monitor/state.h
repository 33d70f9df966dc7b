/* SPDX-License-Identifier: MIT */
/* What a monitor holds, shared by the files of its steps. */
#pragma once

#include "base/err.h"
#include "base/loop.h"
#include "cgroup/cgroup.h"
#include "cgroup/cgroup_oom.h"
#include "engine/container.h"
#include "engine/monitor/clients.h"
#include "engine/monitor/monitor.h"
#include "engine/monitor/stdio.h"
#include "net/dns.h"
#include "runtime/launch.h"
#include "runtime/seccomp.h"

struct monitor {
    const struct monitor_job *job;
    const struct paths *paths;
    struct plan *plan;
    struct container c;
    int lock_fd; /* the container's lock, until it runs */
    int life_fd; /* the life lock */
    int log_fd;
    int rootfs_fd;
    bool rootfs_seen; /* it is mounted in the run directory until the container runs */
    int child_stdio[3];
    struct loop *loop;
    struct stdio *stdio;
    struct clients *clients;
    struct cgroup_tree tree;
    struct cgroup cgroup;
    struct cgroup_oom oom;
    struct loop_source *oom_src; /* its descriptor, or the pause between two looks */
    bool oom_unlogged;           /* the last kill is not in the log yet */
    struct pressure *pressure;   /* triggers */
    size_t n_pressure;
    struct seccomp_filter filter;
    struct launch launch;
    struct launch_proc proc;
    struct dns *dns;
    struct loop_source *exit_src;
    int wait_status;
    bool exited;
};

/* The steps of a start, each in the file of its concern; undone by teardown() alone. */
int setup_rootfs(struct monitor *m, struct err *e);  /* overlay, user, working directory */
int setup_volumes(struct monitor *m, struct err *e); /* made, and filled from the image */
int setup_files(struct monitor *m, struct err *e);   /* hosts, hostname, resolv.conf: mounts */
int setup_sharing(struct monitor *m, struct err *e); /* --pid and --ipc of other containers */
int setup_confine(struct monitor *m, struct err *e); /* cgroup, seccomp */
int setup_process(struct monitor *m, struct err *e); /* clone */
int setup_network(struct monitor *m, struct err *e); /* leases, links, DNS, /etc/hosts's text */

/* The namespace of a container that runs becomes this one's, which has one of the type. `ret_other`
 * is the caller's to close, after a failure too. */
int setup_join(struct monitor *m, enum config_ns type, const char *id, struct container *ret_other,
               struct err *e);
/* --network container:ID: joins that namespace and mounts its files. 1: it is so, 0: it is not. */
int setup_shared(struct monitor *m, struct err *e);
/* Adds a bind mount of a file to the configuration unless the target is taken. */
int setup_bind(struct monitor *m, const char *source, const char *target, bool read_only,
               struct err *e);
