/* SPDX-License-Identifier: MIT */
/* How much a container takes on disk. */
#include "cli/disk.h"

#include "base/str.h"

#include <ftw.h>

/* nftw(3) passes nothing to its callback. */
static uint64_t walked;

static int count_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    if (type == FTW_F)
        walked += (uint64_t)st->st_size;
    return 0;
}

void disk_container(const struct paths *p, const struct store *store, const char *id,
                    const char *image_id, uint64_t *ret_own, uint64_t *ret_all)
{
    CLEANUP(store_image) struct store_image *image = NULL;
    AUTO_FREE char *upper = str_fmt("%s/containers/%s/upper", p->root, id);
    struct err ignored = ERR_INIT;

    walked = 0;
    if (upper)
        nftw(upper, count_file, 32, FTW_PHYS | FTW_MOUNT);
    store_find(store, image_id, &image, &ignored);
    *ret_own = walked;
    *ret_all = walked + (image ? (uint64_t)store_image_size(store, image) : 0);
}
