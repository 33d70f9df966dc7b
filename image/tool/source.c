/* SPDX-License-Identifier: MIT */
/* Look-up and reading of an archive's members. */
#include "image/tool/source.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"

#include <sys/mman.h>

#define LINKS_MAX 16

void source_close(struct source *src)
{
    for (size_t i = 0; i < src->n; i++) {
        free(src->members[i].name);
        free(src->members[i].link);
    }
    free(src->members);
    if (src->map)
        munmap(src->map, src->map_len);
    mem_close(&src->spool_fd);
    mem_close(&src->fd);
    *src = (struct source){ .fd = -1, .spool_fd = -1 };
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct source_member *)a)->name, ((const struct source_member *)b)->name);
}

const struct source_member *source_find(const struct source *src, const char *name)
{
    struct source_member key = { .name = (char *)(uintptr_t)name };
    const struct source_member *m = NULL;

    for (int hops = 0; src->n > 0 && hops < LINKS_MAX; hops++) {
        m = bsearch(&key, src->members, src->n, sizeof(*src->members), compare);
        if (!m || !m->link)
            return m;
        key.name = m->link;
    }
    return NULL;
}

int source_text(const struct source *src, const char *name, char **ret, size_t *ret_len,
                struct err *e)
{
    const struct source_member *m = source_find(src, name);

    if (!m)
        return err_set(e, ERR_NOT_FOUND, "%s is not in the archive", name);
    if (m->size > (int64_t)SOURCE_JSON_MAX)
        return err_set(e, ERR_LIMIT, "%s: larger than the limit of %u bytes", name,
                       SOURCE_JSON_MAX);
    AUTO_FREE char *text = malloc((size_t)m->size + 1);
    struct stream *st = NULL;
    int64_t have = 0;
    ssize_t n = 1;
    if (!text)
        return err_nomem(e);
    int r = stream_range(m->fd, m->off, m->size, &st, e);
    if (r < 0)
        return r;
    while (have < m->size && (n = stream_read(st, text + have, (size_t)(m->size - have), e)) > 0)
        have += n;
    stream_close(st);
    if (n < 0)
        return err_wrap(e, "%s", name);
    text[have] = '\0';
    *ret = TAKE_PTR(text);
    *ret_len = (size_t)have;
    return 0;
}
