/* SPDX-License-Identifier: MIT */
/* The archive that is loaded: its members by name, wherever their bytes are. */
#pragma once

#include "base/err.h"
#include "image/tool/stream.h"

#include <stddef.h>
#include <stdint.h>

/* A regular member, as a range of a descriptor: of the archive itself where that is a plain tar
 * file, else of a copy. */
struct source_member {
    char *name;
    char *link; /* hard or symbolic: the member that it stands for */
    int fd;
    int64_t off;
    int64_t size;
    size_t order;
};

struct source {
    const char *name; /* for messages: the path, or "standard input" */
    int fd;
    void *map; /* of a regular file */
    size_t map_len;
    int spool_fd; /* copies of what cannot be read in place, one behind the other; -1: none yet */
    int64_t spool_len;
    struct source_member *members; /* by name */
    size_t n;
    size_t cap;
};

#define SOURCE_MEMBERS_MAX 65536
#define SOURCE_JSON_MAX    (4u << 20) /* any document: the limit of other tools too */

/*
 * Reads the outer tar: plain, or compressed by gzip, zstd, xz or bzip2. `path` "-" is standard
 * input. Copies go to an unnamed file in `tmp_fd`, a directory. Refused: names that are absolute or
 * have "..", devices, anything that is no tar stream (ERR_INVALID, ERR_CORRUPT); a member called
 * *.json or the like that is larger than SOURCE_JSON_MAX (ERR_LIMIT).
 */
int source_open(const char *path, int tmp_fd, struct source *ret, struct err *e);
void source_close(struct source *src);

/* Finds by name, through links. NULL: there is none. */
const struct source_member *source_find(const struct source *src, const char *name);

/* The whole of a document. ERR_NOT_FOUND, or ERR_LIMIT beyond SOURCE_JSON_MAX. Caller frees. */
int source_text(const struct source *src, const char *name, char **ret, size_t *ret_len,
                struct err *e);
