/* SPDX-License-Identifier: MIT */
/* The grammars of --ulimit and of the resource limits, with the rules between them. */
#pragma once

#include "base/err.h"
#include "engine/args.h"

#include <stdint.h>

/* setrlimit(2); UINT64_MAX is RLIM_INFINITY. */
struct ulimit_spec {
    int resource;     /* RLIMIT_NOFILE */
    const char *name; /* "RLIMIT_NOFILE", static */
    uint64_t soft;
    uint64_t hard;
};

/* NAME=SOFT[:HARD]; -1 and "unlimited" are infinite; HARD is SOFT unless given. */
int parse_limit_ulimit(const char *text, struct ulimit_spec *ret, struct err *e);

/* Limits as cgroups want them; ARG_UNSET: none was asked for. */
struct limit_spec {
    int64_t memory;             /* bytes */
    int64_t memory_swap;        /* bytes of memory and swap together; -1: unlimited swap */
    int64_t memory_reservation; /* bytes */
    int64_t cpu_shares;
    int64_t cpu_quota;       /* microseconds of each period */
    int64_t cpu_period;      /* microseconds */
    int64_t pids;            /* -1: unlimited */
    const char *cpuset_cpus; /* borrowed from args, or NULL */
    const char *cpuset_mems;
};

/* Checks docker's rules between the options and turns --cpus into a quota. 0 counts as not given,
 * as in docker. ERR_INVALID names the option. */
int parse_limit(const struct run_args *args, struct limit_spec *ret, struct err *e);
