/* SPDX-License-Identifier: MIT */
/* Image documents: tables, media types, and the rules that one document can break by itself. */
#include "oci/image.h"

#include "base/mem.h"
#include "base/str.h"

#include <string.h>

static const struct image_media_type media_types[] = {
    { IMAGE_TYPE_INDEX, IMAGE_KIND_INDEX, IMAGE_PLAIN, false },
    { IMAGE_TYPE_MANIFEST, IMAGE_KIND_MANIFEST, IMAGE_PLAIN, false },
    { IMAGE_TYPE_CONFIG, IMAGE_KIND_CONFIG, IMAGE_PLAIN, false },
    { IMAGE_TYPE_LAYER, IMAGE_KIND_LAYER, IMAGE_PLAIN, false },
    { IMAGE_TYPE_LAYER_GZIP, IMAGE_KIND_LAYER, IMAGE_GZIP, false },
    { IMAGE_TYPE_LAYER_ZSTD, IMAGE_KIND_LAYER, IMAGE_ZSTD, false },
    { "application/vnd.oci.image.layer.nondistributable.v1.tar", IMAGE_KIND_FOREIGN, IMAGE_PLAIN,
      false },
    { "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", IMAGE_KIND_FOREIGN,
      IMAGE_GZIP, false },
    { "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", IMAGE_KIND_FOREIGN,
      IMAGE_ZSTD, false },
    { "application/vnd.oci.empty.v1+json", IMAGE_KIND_EMPTY, IMAGE_PLAIN, false },
    { "application/vnd.docker.distribution.manifest.list.v2+json", IMAGE_KIND_INDEX, IMAGE_PLAIN,
      true },
    { "application/vnd.docker.distribution.manifest.v2+json", IMAGE_KIND_MANIFEST, IMAGE_PLAIN,
      true },
    { "application/vnd.docker.container.image.v1+json", IMAGE_KIND_CONFIG, IMAGE_PLAIN, true },
    { "application/vnd.docker.image.rootfs.diff.tar", IMAGE_KIND_LAYER, IMAGE_PLAIN, true },
    { "application/vnd.docker.image.rootfs.diff.tar.gzip", IMAGE_KIND_LAYER, IMAGE_GZIP, true },
    { "application/vnd.docker.image.rootfs.diff.tar.zstd", IMAGE_KIND_LAYER, IMAGE_ZSTD, true },
    { "application/vnd.docker.image.rootfs.foreign.diff.tar", IMAGE_KIND_FOREIGN, IMAGE_PLAIN,
      true },
    { "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", IMAGE_KIND_FOREIGN, IMAGE_GZIP,
      true },
};

const struct image_media_type *image_media_type(const char *name)
{
    size_t len = name ? strcspn(name, "; ") : 0;

    for (size_t i = 0; i < ARRAY_LEN(media_types) && name; i++) {
        if (strncmp(media_types[i].name, name, len) == 0 && media_types[i].name[len] == '\0')
            return &media_types[i];
    }
    return NULL;
}

enum image_kind image_kind_of(const char *media_type)
{
    const struct image_media_type *t = image_media_type(media_type);

    return t ? t->kind : IMAGE_KIND_OTHER;
}

const char *image_check_digest(const char *text)
{
    static const struct {
        const char *prefix;
        size_t digits;
    } algorithms[] = { { "sha256:", 64 }, { "sha512:", 128 } };

    for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
        const char *hex = str_after(text, algorithms[i].prefix);

        if (!hex)
            continue;
        if (strspn(hex, "0123456789abcdef") == algorithms[i].digits &&
            hex[algorithms[i].digits] == '\0')
            return NULL;
        return "expected a digest: its hex digits are too few, too many or not lower case";
    }
    return "expected a digest: sha256: or sha512: and hex digits";
}

static const struct json_field platform_fields[] = {
    JSON_STR(struct image_platform, architecture, "architecture"),
    JSON_STR(struct image_platform, os, "os"),
    JSON_STR(struct image_platform, os_version, "os.version"),
    JSON_STRV(struct image_platform, os_features, "os.features"),
    JSON_STR(struct image_platform, variant, "variant"),
};
const struct json_table image_platform_table =
    JSON_TABLE_EXTRA(struct image_platform, platform_fields, extra);

static const struct json_field descriptor_fields[] = {
    JSON_STR(struct image_descriptor, media_type, "mediaType"),
    JSON_STR(struct image_descriptor, digest, "digest", .flags = JSON_REQUIRED,
             .check = image_check_digest),
    JSON_I64(struct image_descriptor, size, "size", .flags = JSON_REQUIRED, .max = INT64_MAX),
    JSON_STRV(struct image_descriptor, urls, "urls"),
    JSON_MAP(struct image_descriptor, annotations, "annotations"),
    JSON_STR(struct image_descriptor, data, "data"),
    JSON_PTR(struct image_descriptor, platform, "platform", &image_platform_table),
    JSON_STR(struct image_descriptor, artifact_type, "artifactType"),
};
const struct json_table image_descriptor_table =
    JSON_TABLE_EXTRA(struct image_descriptor, descriptor_fields, extra);

static const struct json_field index_fields[] = {
    JSON_I32(struct image_index, schema_version, "schemaVersion", .flags = JSON_REQUIRED, .min = 2,
             .max = 2),
    JSON_STR(struct image_index, media_type, "mediaType"),
    JSON_STR(struct image_index, artifact_type, "artifactType"),
    JSON_ARRAY(struct image_index, manifests, n_manifests, "manifests", &image_descriptor_table,
               .flags = JSON_REQUIRED),
    JSON_PTR(struct image_index, subject, "subject", &image_descriptor_table),
    JSON_MAP(struct image_index, annotations, "annotations"),
};
const struct json_table image_index_table =
    JSON_TABLE_EXTRA(struct image_index, index_fields, extra);

static const struct json_field manifest_fields[] = {
    JSON_I32(struct image_manifest, schema_version, "schemaVersion", .flags = JSON_REQUIRED,
             .min = 2, .max = 2),
    JSON_STR(struct image_manifest, media_type, "mediaType"),
    JSON_STR(struct image_manifest, artifact_type, "artifactType"),
    JSON_OBJ(struct image_manifest, config, "config", &image_descriptor_table,
             .flags = JSON_REQUIRED),
    JSON_ARRAY(struct image_manifest, layers, n_layers, "layers", &image_descriptor_table,
               .flags = JSON_REQUIRED),
    JSON_PTR(struct image_manifest, subject, "subject", &image_descriptor_table),
    JSON_MAP(struct image_manifest, annotations, "annotations"),
};
const struct json_table image_manifest_table =
    JSON_TABLE_EXTRA(struct image_manifest, manifest_fields, extra);

static const struct json_field layout_fields[] = {
    JSON_STR(struct image_layout, version, "imageLayoutVersion", .flags = JSON_REQUIRED),
};
const struct json_table image_layout_table =
    JSON_TABLE_EXTRA(struct image_layout, layout_fields, extra);

static const struct json_field docker_entry_fields[] = {
    JSON_STR(struct image_docker_entry, config, "Config", .flags = JSON_REQUIRED,
             .check = json_check_not_empty),
    JSON_STRV(struct image_docker_entry, repo_tags, "RepoTags", .flags = JSON_ALWAYS),
    JSON_STRV(struct image_docker_entry, layers, "Layers", .flags = JSON_ALWAYS,
              .check = json_check_not_empty),
};
const struct json_table image_docker_entry_table =
    JSON_TABLE_EXTRA(struct image_docker_entry, docker_entry_fields, extra);

/* manifest.md, "mediaType": a document of one kind must not call itself another (the confusion
 * of CVE-2021-41190). */
static int check_kind(const char *media_type, enum image_kind kind, const char *what, struct err *e)
{
    if (!media_type || image_kind_of(media_type) == kind)
        return 0;
    return err_set(e, ERR_INVALID, "/mediaType: \"%s\" is not the type of an image %s", media_type,
                   what);
}

/* An index has no layers and a manifest no manifests: what one lacks ends up in `extra`. */
static int check_ambiguous(const struct json_map *extra, const char *const *foreign, struct err *e)
{
    for (; *foreign; foreign++) {
        if (json_map_has(extra, *foreign))
            return err_set(e, ERR_INVALID, "/%s: the document is both a manifest and an index",
                           *foreign);
    }
    return 0;
}

int image_index_read(const char *text, size_t len, struct image_index *ret, struct err *e)
{
    static const char *const foreign[] = { "config", "layers", NULL };
    int r = json_read(&image_index_table, ret, text, len, e);

    if (r < 0)
        return r;
    r = check_kind(ret->media_type, IMAGE_KIND_INDEX, "index", e);
    if (r >= 0)
        r = check_ambiguous(&ret->extra, foreign, e);
    if (r < 0)
        image_index_free(ret);
    return r;
}

int image_manifest_read(const char *text, size_t len, struct image_manifest *ret, struct err *e)
{
    static const char *const foreign[] = { "manifests", NULL };
    int r = json_read(&image_manifest_table, ret, text, len, e);

    if (r < 0)
        return r;
    r = check_kind(ret->media_type, IMAGE_KIND_MANIFEST, "manifest", e);
    if (r >= 0)
        r = check_ambiguous(&ret->extra, foreign, e);
    if (r < 0)
        image_manifest_free(ret);
    return r;
}

int image_layout_read(const char *text, size_t len, struct image_layout *ret, struct err *e)
{
    int r = json_read(&image_layout_table, ret, text, len, e);

    if (r < 0)
        return r;
    if (STREQ(ret->version, IMAGE_LAYOUT_VERSION))
        return 0;
    r = err_set(e, ERR_UNSUPPORTED, "/imageLayoutVersion: \"%s\" is not supported, only \"%s\" is",
                ret->version, IMAGE_LAYOUT_VERSION);
    image_layout_free(ret);
    return r;
}

/* Whether the archive's own resolution is safe is the reader's business; these are simply wrong. */
static int check_docker_path(const char *path, size_t entry, const char *key, struct err *e)
{
    if (path[0] != '/')
        return 0;
    return err_set(e, ERR_INVALID, "/%zu/%s: expected a path inside the archive, found \"%s\"",
                   entry, key, path);
}

static int check_docker_entry(const struct image_docker_entry *d, size_t i, struct err *e)
{
    int r = check_docker_path(d->config, i, "Config", e);

    strv_foreach (it, d->layers) {
        if (r >= 0)
            r = check_docker_path(*it, i, "Layers", e);
    }
    return r;
}

int image_docker_read(const char *text, size_t len, struct image_docker_entry **ret, size_t *ret_n,
                      struct err *e)
{
    struct image_docker_entry *v = NULL;
    size_t n = 0;
    int r = json_read_array(&image_docker_entry_table, (void **)&v, &n, text, len, e);

    if (r < 0)
        return r;
    if (n == 0)
        r = err_set(e, ERR_INVALID, "/: the archive's manifest lists no image");
    for (size_t i = 0; i < n && r >= 0; i++)
        r = check_docker_entry(&v[i], i, e);
    if (r < 0) {
        json_free_array(&image_docker_entry_table, v, n);
        return r;
    }
    *ret = v;
    *ret_n = n;
    return 0;
}

void image_index_free(struct image_index *i)
{
    json_free(&image_index_table, i);
}

void image_manifest_free(struct image_manifest *m)
{
    json_free(&image_manifest_table, m);
}

void image_layout_free(struct image_layout *l)
{
    json_free(&image_layout_table, l);
}
