/* SPDX-License-Identifier: MIT */
/* Reading and writing of the image layout's files. */
#include "image/layout.h"

#include "base/commit.h"
#include "base/fs.h"
#include "base/str.h"
#include "base/vec.h"
#include "image/layer.h"
#include "image/ref.h"
#include "image/scratch.h"

#include <fcntl.h>

#define INDEX_FILE    LAYOUT_DIR "/index.json"
#define INDEX_MAX     (64u << 20)
#define LAYOUT_MARKER "{\"imageLayoutVersion\":\"" IMAGE_LAYOUT_VERSION "\"}"

int layout_read(const struct store *s, struct image_index *ret, struct err *e)
{
    AUTO_FREE char *text = NULL;
    size_t len;

    *ret = (struct image_index){ .schema_version = 2 };
    if (s->fd < 0 || (faccessat(s->fd, INDEX_FILE, F_OK, 0) < 0 && errno == ENOENT))
        return 0;
    int r = fs_read(s->fd, INDEX_FILE, INDEX_MAX, &text, &len, e);
    if (r >= 0)
        r = image_index_read(text, len, ret, e);
    return r < 0 ? err_wrap(e, "image store %s/" INDEX_FILE, s->root) : 0;
}

static int make_dirs(const struct store *s, struct err *e)
{
    /* Set-user-id programs of an image must not be within reach of the host's users. */
    static const char *const dirs[] = { LAYOUT_DIR, LAYOUT_BLOBS, LAYOUT_BLOBS "/sha256", LAYER_DIR,
                                        SCRATCH_DIR };

    for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
        if (mkdirat(s->fd, dirs[i], 0700) < 0 && errno != EEXIST)
            return err_sysf(e, "mkdir", "%s/%s", s->root, dirs[i]);
    return 0;
}

int layout_make(struct store *s, struct err *e)
{
    int r = 0;

    if (s->fd < 0) {
        r = fs_mkdir_p(AT_FDCWD, s->root, 0711, e);
        if (r < 0)
            return r;
        s->fd = open(s->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (s->fd < 0)
            return err_sys(e, "open", s->root);
    }
    return make_dirs(s, e);
}

int layout_mark(const struct store *s, struct err *e)
{
    if (faccessat(s->fd, LAYOUT_DIR "/oci-layout", F_OK, 0) == 0)
        return 0;
    AUTO_FD int dir = openat(s->fd, LAYOUT_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return err_sysf(e, "open", "%s/" LAYOUT_DIR, s->root);
    return commit_file(dir, "oci-layout", LAYOUT_MARKER, strlen(LAYOUT_MARKER), 0644,
                       COMMIT_DURABLE, e);
}

int layout_write(const struct store *s, const struct image_index *idx, struct err *e)
{
    AUTO_BUF struct buf text = { 0 };
    AUTO_FD int dir = openat(s->fd, LAYOUT_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (dir < 0)
        return err_sysf(e, "open", "%s/" LAYOUT_DIR, s->root);
    json_write(&image_index_table, idx, JSON_COMPACT, &text);
    if (text.failed)
        return err_nomem(e);
    int r = commit_file(dir, "index.json", text.data, text.len, 0644, COMMIT_DURABLE, e);
    return r < 0 ? err_wrap(e, "image store %s/" INDEX_FILE, s->root) : 0;
}

const char *layout_blob_path(const char *digest, char *buf)
{
    if (!digest || !ref_is_digest(digest))
        return NULL;
    snprintf(buf, LAYOUT_PATH_MAX, LAYOUT_BLOBS "/%.*s/%s", (int)strcspn(digest, ":"), digest,
             ref_digest_hex(digest));
    return buf;
}

int layout_read_blob(const struct store *s, const struct image_descriptor *d, char **ret,
                     size_t *ret_len, struct err *e)
{
    char path[LAYOUT_PATH_MAX];

    if (!layout_blob_path(d->digest, path))
        return err_set(e, ERR_INVALID, "blob: \"%s\" is no digest", d->digest ? d->digest : "");
    AUTO_FREE char *text = NULL;
    size_t len;
    int r = fs_read(s->fd, path, LAYOUT_JSON_MAX, &text, &len, e);
    if (r < 0)
        return err_wrap(e, "image store %s", s->root);
    if ((int64_t)len != d->size)
        return err_set(e, ERR_CORRUPT, "blob %s/%s: %zu bytes long, not %lld", s->root, path, len,
                       (long long)d->size);
    *ret = TAKE_PTR(text);
    *ret_len = len;
    return 0;
}

int layout_read_manifest(const struct store *s, const struct image_descriptor *d,
                         struct image_manifest *ret, struct err *e)
{
    AUTO_FREE char *text = NULL;
    size_t len;
    int r = layout_read_blob(s, d, &text, &len, e);

    if (r < 0)
        return r;
    r = image_manifest_read(text, len, ret, e);
    return r < 0 ? err_wrap(e, "manifest %s", d->digest) : 0;
}

char *layout_entry_ref(const struct image_descriptor *d)
{
    CLEANUP(ref) struct ref r = { 0 };
    struct err ignored = ERR_INIT;
    const char *name = json_map_get(&d->annotations, IMAGE_REF_NAME);

    if (!name)
        return NULL;
    return ref_parse(name, &r, &ignored) < 0 ? strdup(name) : ref_full(&r);
}

int layout_find_ref(const struct image_index *idx, const char *full)
{
    for (size_t i = 0; i < idx->n_manifests; i++) {
        const char *name = json_map_get(&idx->manifests[i].annotations, IMAGE_REF_NAME);
        if (name && STREQ(name, full))
            return (int)i;
    }
    /* Entries that another tool wrote may have a short name. */
    for (size_t i = 0; i < idx->n_manifests; i++) {
        AUTO_FREE char *name = layout_entry_ref(&idx->manifests[i]);
        if (name && STREQ(name, full))
            return (int)i;
    }
    return -1;
}

int layout_add_entry(struct image_index *idx, const struct image_descriptor *d, const char *full,
                     struct err *e)
{
    struct image_descriptor *entry = VEC_ADD(idx->manifests, idx->n_manifests);

    if (!entry)
        return err_nomem(e);
    int r = json_copy(&image_descriptor_table, entry, d, e);
    if (r < 0)
        return r;
    json_map_del(&entry->annotations, IMAGE_REF_NAME);
    if (full && json_map_set(&entry->annotations, IMAGE_REF_NAME, full) < 0)
        return err_nomem(e);
    return 0;
}

void layout_drop_entry(struct image_index *idx, size_t i)
{
    json_free(&image_descriptor_table, &idx->manifests[i]);
    idx->n_manifests--;
    memmove(&idx->manifests[i], &idx->manifests[i + 1],
            (idx->n_manifests - i) * sizeof(*idx->manifests));
}

int layout_entry_id(const struct store *s, const struct image_descriptor *d, char **ret,
                    struct err *e)
{
    CLEANUP(image_manifest) struct image_manifest m = { 0 };
    int r = layout_read_manifest(s, d, &m, e);

    if (r < 0)
        return r;
    *ret = TAKE_PTR(m.config.digest);
    return 0;
}

/* True when an entry other than `skip` is of the image `id`. */
static bool has_other_entry(const struct store *s, const struct image_index *idx, size_t skip,
                            const char *id)
{
    for (size_t i = 0; i < idx->n_manifests; i++) {
        AUTO_FREE char *other = NULL;
        struct err ignored = ERR_INIT;
        if (i != skip && layout_entry_id(s, &idx->manifests[i], &other, &ignored) >= 0 &&
            STREQ(other, id))
            return true;
    }
    return false;
}

/* Takes the reference away from entry i. */
static void release_ref(const struct store *s, struct image_index *idx, size_t i)
{
    AUTO_FREE char *id = NULL;
    struct err ignored = ERR_INIT;

    /* What cannot be read, or has other entries, is not worth keeping. */
    if (layout_entry_id(s, &idx->manifests[i], &id, &ignored) < 0 || has_other_entry(s, idx, i, id))
        layout_drop_entry(idx, i);
    else
        json_map_del(&idx->manifests[i].annotations, IMAGE_REF_NAME);
}

/* A dangling entry of an image that now has a reference says nothing any more. */
static void drop_dangling(struct image_index *idx, const char *digest)
{
    for (size_t i = idx->n_manifests; i > 0; i--) {
        const struct image_descriptor *d = &idx->manifests[i - 1];
        if (STREQ(d->digest, digest) && !json_map_has(&d->annotations, IMAGE_REF_NAME))
            layout_drop_entry(idx, i - 1);
    }
}

int layout_set_ref(const struct store *s, struct image_index *idx, const struct image_descriptor *d,
                   const char *full, struct err *e)
{
    AUTO_FREE char *id = NULL;
    int old = full ? layout_find_ref(idx, full) : -1;
    int r = layout_entry_id(s, d, &id, e);

    if (r < 0)
        return r;
    if (!full)
        return has_other_entry(s, idx, (size_t)-1, id) ? 0 : layout_add_entry(idx, d, NULL, e);
    if (old >= 0 && STREQ(idx->manifests[old].digest, d->digest))
        return 0;
    r = layout_add_entry(idx, d, full, e);
    if (r < 0)
        return r;
    if (old >= 0)
        release_ref(s, idx, (size_t)old);
    drop_dangling(idx, d->digest);
    return 0;
}
