/* SPDX-License-Identifier: MIT */
/* The grammars of -v, --mount and --tmpfs. */
#pragma once

#include "base/err.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mount_spec_type { MOUNT_SPEC_BIND, MOUNT_SPEC_VOLUME, MOUNT_SPEC_TMPFS };

/* --mount's bind-recursive: whether submounts come along, and whether `readonly` reaches them. */
enum mount_spec_recursion {
    MOUNT_SPEC_RECURSIVE, /* with submounts; read-only applies to them where the kernel can */
    MOUNT_SPEC_NONRECURSIVE,
    MOUNT_SPEC_RO_TOP,    /* bind-recursive=writable: submounts stay writable */
    MOUNT_SPEC_RO_FORCED, /* bind-recursive=readonly: an error where the kernel cannot */
};

struct mount_spec {
    enum mount_spec_type type;
    char *source;      /* bind: absolute; volume: its name, NULL: anonymous; tmpfs: NULL */
    char *target;      /* absolute, without "." and ".." and double slashes, never "/" */
    char *propagation; /* "rslave" …, or NULL: the default */
    char **options;    /* more mount options: "noexec", "size=64m", "mode=1770" … */
    bool read_only;
    bool make_source; /* -v: a missing source becomes a directory; --mount: it is an error */
    bool no_copy;     /* volume: do not fill it from the image */
    enum mount_spec_recursion recursion;
};

/* -v [SOURCE:]TARGET[:OPTIONS]. A source with a slash (or "." and "..") is a path, relative to the
 * working directory; any other is a volume's name. */
int parse_mount_volume(const char *text, struct mount_spec *ret, struct err *e);

/* --mount type=bind|volume|tmpfs,source=…,target=…,… as CSV. */
int parse_mount(const char *text, struct mount_spec *ret, struct err *e);

/* --tmpfs TARGET[:OPTIONS] */
int parse_mount_tmpfs(const char *text, struct mount_spec *ret, struct err *e);

/* ERR_INVALID unless it is a volume's name. */
int parse_mount_check_name(const char *name, struct err *e);

void parse_mount_free(struct mount_spec *m);
DEFINE_CLEANUP(struct mount_spec, mount_spec, parse_mount_free(p))

/* --device SOURCE[:TARGET][:rwm] */
struct device_spec {
    char *source;   /* absolute */
    char *target;   /* absolute; the source's path unless given */
    char access[4]; /* a subset of "rwm" */
};
int parse_mount_device(const char *text, struct device_spec *ret, struct err *e);
void parse_mount_device_free(struct device_spec *d);
DEFINE_CLEANUP(struct device_spec, device_spec, parse_mount_device_free(p))

/* An absolute path cleaned as Go's path.Clean does (no "//", ".", ".."); NULL without memory. */
char *parse_mount_clean(const char *path);
