/* SPDX-License-Identifier: MIT */
/* What the floor program's files share: its options, and how it gives up. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The floor does what `hako run --rm IMG true`, `hako-oci run` and `hako-oci exec` cannot do
 * without, in the fewest system calls that we know, with everything decided beforehand: no image
 * store, config, records, names or leases. What hako takes longer is the price of those.
 */
#define FLOOR_LAYERS_MAX 64

struct floor_opts {
    const char *layers[FLOOR_LAYERS_MAX]; /* the lowest first; none: there is a rootfs */
    size_t n_layers;
    const char *rootfs;  /* a bundle's: bound instead of an overlay */
    pid_t exec;          /* join this container's first process instead of making a container */
    bool no_filter;      /* capabilities alone */
    const char *state;   /* an absolute path: the container's directory is made in here */
    const char *cgroup;  /* a cgroup v2 directory to make the container's in; NULL: none */
    const char *bridge;  /* the bridge's name; NULL: only an empty network namespace */
    const char *address; /* "10.99.0.2/24" */
    const char *gateway; /* "10.99.0.1" */
    char *const *argv;
};

/* Prints "floor: OP PATH: reason" and exits with 125. */
_Noreturn void floor_die(const char *op, const char *path);
