/* SPDX-License-Identifier: MIT */
/* One entry of a layer's tar stream becomes a file, directory, link, device or whiteout. */
#pragma once

#include "base/err.h"
#include "image/tool/tree.h"

#include <stdint.h>

struct archive;
struct archive_entry;

#define ENTRY_WHITEOUT ".wh." /* of the NAME that follows (layer.md, "Whiteouts") */
#define ENTRY_OPAQUE   ".wh..wh..opq"
#define ENTRY_META     ".wh..wh." /* aufs's own files: skipped */

/* What a layer may cost at most; beyond: ERR_LIMIT. */
struct entry_limits {
    int64_t entries; /* in the stream */
    int64_t devices; /* device nodes */
    int64_t bytes;   /* sum of the files' sizes, holes included */
};
#define ENTRY_LIMITS                                                                               \
    {                                                                                              \
        .entries = 4000000, .devices = 16384, .bytes = 1ll << 40                                   \
    }

struct entry_sink {
    struct tree tree;
    struct entry_limits left;
    struct archive *ar;
    struct buf links; /* see struct unpack_result */
};

/* Errors do not name the entry. */
int entry_make(struct entry_sink *s, struct archive_entry *ent, struct err *e);
