/* SPDX-License-Identifier: MIT */
/* A layer's tar stream becomes a directory in overlayfs's terms. */
#pragma once

#include "base/err.h"
#include "image/tool/entry.h"

#include <stdint.h>
#include <sys/types.h>

/* Gives the next piece of the uncompressed stream, valid until the next call: its length, 0 at
 * the end, negative for an error. */
typedef ssize_t (*unpack_read_fn)(void *arg, const void **ret, struct err *e);

struct unpack_result {
    int64_t entries;
    struct buf implied; /* paths of directories without an entry of their own, each with its NUL;
                         * the caller's to free */
    struct buf links;   /* hard links to files that this layer does not have: name and target, each
                         * with its NUL; the same */
};

/*
 * Unpacks into `root`, an empty directory, by layer.md's rules: later entries replace earlier ones,
 * whiteouts become devices 0:0, opaque directories get trusted.overlay.opaque. Every path is
 * resolved inside `root`. Reads the stream to its very end, so that it can be digested. Errors name
 * the entry; what has been unpacked so far stays for the caller to remove.
 */
int unpack_layer(int root, unpack_read_fn read, void *arg, const struct entry_limits *limits,
                 struct unpack_result *ret, struct err *e);
