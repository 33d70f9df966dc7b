/* SPDX-License-Identifier: MIT */
/* Option strings of mounts, in one table: what each sets, clears, or means. */
#pragma once

#include "base/err.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is asked for besides attributes and data. */
enum mount_option_flag {
    MOUNT_OPTION_BIND = 1,
    MOUNT_OPTION_RBIND = 2, /* with BIND: and everything below the source */
    MOUNT_OPTION_REMOUNT = 4,
    MOUNT_OPTION_TMPCOPYUP = 8, /* a tmpfs starts with what it covers */
    MOUNT_OPTION_IDMAP = 16,
    MOUNT_OPTION_RIDMAP = 32,
    MOUNT_OPTION_SRC_NOFOLLOW = 64, /* do not follow a symlink at the source's or target's end */
    MOUNT_OPTION_DEST_NOFOLLOW = 128,
    MOUNT_OPTION_COPY_SYMLINK = 256, /* a symlink as source is copied, not mounted */
};

#define MOUNT_OPTION_PROP_MAX 4

/* A mount's options, sorted by how the kernel wants to hear them. */
struct mount_options {
    uint64_t attr_set; /* MOUNT_ATTR_* of the mount */
    uint64_t attr_clr;
    uint64_t rattr_set; /* the same for it and all mounts below ("rro" …) */
    uint64_t rattr_clr;
    unsigned long prop[MOUNT_OPTION_PROP_MAX]; /* MS_SHARED … with or without MS_REC, in order */
    size_t n_prop;
    unsigned flags;       /* enum mount_option_flag */
    unsigned long sb_set; /* MS_SYNCHRONOUS … of the superblock */
    unsigned long sb_clr;
    const char *idmap; /* the mappings of crun's "idmap=…", in the option's own text; or NULL */
    char **data;       /* what the file system itself understands; a strv */
};

/* Sorts the options of one mount; *ret is freed with mount_option_free(), after a failure too. */
int mount_option_parse(char *const *options, struct mount_options *ret, struct err *e);
void mount_option_free(struct mount_options *o);
DEFINE_CLEANUP(struct mount_options, mount_options, mount_option_free(p))

/* Its propagation alone. */
struct mount_options mount_option_prop(const struct mount_options *o);
/* MOUNT_ATTR_* as the MS_* flags of mount(2). */
unsigned long mount_option_ms(uint64_t attrs);
/* The i-th superblock flag's name as fsconfig(2) wants to hear it ("sync", "async"), "" when the
 * options do not speak of it; NULL behind the last. */
const char *mount_option_sb_name(size_t i, const struct mount_options *o);
/* The i-th name in the table, for `features`; NULL behind the last. */
const char *mount_option_name(size_t i);
