/* SPDX-License-Identifier: MIT */
/* The grammars of --ulimit and of the resource limits, with the rules between them. */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "engine/args.h"
#include "oci/record.h"

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

/* What stands behind a device. */
enum limit_device_value {
    LIMIT_DEVICE_WEIGHT, /* 10 to 1000; 0: as the other devices */
    LIMIT_DEVICE_BYTES,  /* a second, such as 1mb; 0: unlimited */
    LIMIT_DEVICE_COUNT,  /* of operations a second; 0: unlimited */
};

struct limit_device {
    char *path;
    int64_t major;
    int64_t minor;
    uint64_t value;
};
void parse_limit_device_free(struct limit_device *d);
DEFINE_CLEANUP(struct limit_device, limit_device, parse_limit_device_free(p))

/* PATH:VALUE. ERR_INVALID also for what is no block device, ERR_SYS for what is not there. */
int parse_limit_device(const char *text, enum limit_device_value value, struct limit_device *ret,
                       struct err *e);

/*
 * Lays what was asked for over what the record has, checks docker's rules on the whole, and
 * completes `l`: --cpus becomes a quota, memory gets docker's limit of swap. 0 is as not given, as
 * in docker, unless it takes away what the record has. ERR_INVALID names the option; then both are
 * of no more use.
 */
int parse_limit(struct limit_args *l, struct record_limits *rec, struct err *e);

/* ERR_INVALID when this machine does not have those cpus or memory nodes, or not that many. */
int parse_limit_host(const struct limit_args *l, struct err *e);

/* docker's warnings about what cgroup v2 does not have. */
void parse_limit_warn(const struct limit_args *l);
