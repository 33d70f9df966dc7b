/* SPDX-License-Identifier: MIT */
/* The two trees everything lives in: --root (lasts) and --runroot (gone after a reboot). */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "image/store.h"

/*
 *     ROOT/images layers containers/<id> names volumes networks
 *     RUNROOT/containers/<id> networks/<net> seccomp oci
 *
 * Two pairs of trees never see each other's containers, networks included.
 */
struct paths {
    char *root;    /* absolute */
    char *runroot; /* absolute */
    int root_fd;
    int run_fd;
};

#define PATHS_ROOT    "/var/lib/hako"
#define PATHS_RUNROOT "/run/hako"

/* NULL takes HAKO_ROOT / HAKO_RUNROOT, else the default. Makes the trees (0711 and 0700-ish
 * directories below them) when they are missing. */
int paths_open(const char *root, const char *runroot, struct paths *ret, struct err *e);
void paths_close(struct paths *p);

/* Opens ROOT/sub or RUNROOT/sub, made (mode) when missing; the descriptor is the caller's. */
int paths_root_dir(const struct paths *p, const char *sub, int *ret_fd, struct err *e);
int paths_run_dir(const struct paths *p, const char *sub, int *ret_fd, struct err *e);

/* The image store in ROOT. It borrows from *p: do not store_close() it. */
struct store paths_store(const struct paths *p);

DEFINE_CLEANUP(struct paths, paths, paths_close(p))
