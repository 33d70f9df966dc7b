/* SPDX-License-Identifier: MIT */
/* The spec's own examples, which lie beside the repository: ../shared/spec. */
#pragma once

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "tests/unit/unit.h"

#include <glob.h>

/* The folder, or NULL (said aloud) on a machine that does not have it. */
static inline const char *spec_dir(void)
{
    static char path[512];
    const char *source = getenv("HAKO_SPEC");

    snprintf(path, sizeof(path), "%s", source ? source : UNIT_SPEC_DIR);
    if (access(path, R_OK) == 0)
        return path;
    fprintf(stderr, "SKIP: the specs' examples are not there: %s\n", path);
    return NULL;
}

/* Calls fn for each file that matches the pattern below the folder; how many there were. */
static inline int spec_each(const char *pattern,
                            void (*fn)(const char *path, const char *text, size_t len))
{
    const char *dir = spec_dir();
    glob_t g = { 0 };
    int n = 0;

    if (!dir)
        return -1;
    AUTO_FREE char *full = str_fmt("%s/%s", dir, pattern);
    ck_assert_int_eq(glob(full, 0, NULL, &g), 0);
    for (size_t i = 0; i < g.gl_pathc; i++, n++) {
        AUTO_FREE char *text = NULL;
        struct err e;
        size_t len;

        unit_ok(fs_read(AT_FDCWD, g.gl_pathv[i], 1 << 20, &text, &len, &e), &e);
        fn(g.gl_pathv[i], text, len);
    }
    globfree(&g);
    return n;
}
