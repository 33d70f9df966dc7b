/* SPDX-License-Identifier: MIT */
/* The image-spec's documents (1.1.1) and Docker's: descriptor, index, manifest, config, layout. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a blob is. Docker's types and OCI's of the same meaning are one kind. */
enum image_kind {
    IMAGE_KIND_OTHER,
    IMAGE_KIND_INDEX, /* OCI index, Docker manifest list */
    IMAGE_KIND_MANIFEST,
    IMAGE_KIND_CONFIG,
    IMAGE_KIND_LAYER,   /* a tar stream under some compression */
    IMAGE_KIND_FOREIGN, /* a non-distributable layer: has urls, may be absent from archives */
    IMAGE_KIND_EMPTY,   /* application/vnd.oci.empty.v1+json */
};

enum image_compression { IMAGE_PLAIN, IMAGE_GZIP, IMAGE_ZSTD };

struct image_media_type {
    const char *name;
    enum image_kind kind;
    enum image_compression compression; /* layers; what the type claims: trust the magic bytes */
    bool docker;
};

#define IMAGE_TYPE_INDEX      "application/vnd.oci.image.index.v1+json"
#define IMAGE_TYPE_MANIFEST   "application/vnd.oci.image.manifest.v1+json"
#define IMAGE_TYPE_CONFIG     "application/vnd.oci.image.config.v1+json"
#define IMAGE_TYPE_LAYER      "application/vnd.oci.image.layer.v1.tar"
#define IMAGE_TYPE_LAYER_GZIP "application/vnd.oci.image.layer.v1.tar+gzip"
#define IMAGE_TYPE_LAYER_ZSTD "application/vnd.oci.image.layer.v1.tar+zstd"

#define IMAGE_REF_NAME "org.opencontainers.image.ref.name"
#define IMAGE_CONTAINERD_NAME                                                                      \
    "io.containerd.image.name" /* the full name, as docker save adds it                            \
                                */

#define IMAGE_LAYOUT_VERSION "1.0.0"

/* The row of a media type (parameters after ';' are ignored), or NULL when it is not known. */
const struct image_media_type *image_media_type(const char *name);
/* The kind, IMAGE_KIND_OTHER for NULL and unknown types. */
enum image_kind image_kind_of(const char *media_type);

struct image_platform {
    char *architecture; /* GOARCH: "amd64" */
    char *os;
    char *os_version;
    char **os_features;
    char *variant;
    struct json_map extra;
};

/* descriptor.md. Digest and size have been checked for their grammar only. */
struct image_descriptor {
    char *media_type;
    char *digest; /* "sha256:<64 hex>"; sha512 too */
    int64_t size; /* bytes */
    char **urls;
    struct json_map annotations;
    char *data; /* base64 of the content */
    struct image_platform *platform;
    char *artifact_type;
    struct json_map extra;
};

/* image-index.md, and Docker's manifest list. */
struct image_index {
    int32_t schema_version;
    char *media_type;
    char *artifact_type;
    struct image_descriptor *manifests;
    size_t n_manifests;
    struct image_descriptor *subject;
    struct json_map annotations;
    struct json_map extra;
};

/* manifest.md, and Docker's manifest v2 schema 2. */
struct image_manifest {
    int32_t schema_version;
    char *media_type;
    char *artifact_type;
    struct image_descriptor config;
    struct image_descriptor *layers; /* base first */
    size_t n_layers;
    struct image_descriptor *subject;
    struct json_map annotations;
    struct json_map extra;
};

/* Docker's Healthcheck; durations in ns, 0: inherit. test[0] is "NONE", "CMD" or "CMD-SHELL". */
struct image_health {
    char **test;
    int64_t interval;
    int64_t timeout;
    int64_t start_period;
    int64_t start_interval;
    int32_t retries;
    struct json_map extra;
};

/* config.md, "config": defaults for the containers of this image. */
struct image_run {
    char *user;
    char **exposed_ports; /* "80/tcp" */
    char **env;
    char **entrypoint;
    char **cmd;
    char **volumes;
    char *working_dir;
    struct json_map labels;
    char *stop_signal;
    struct opt_i32 stop_timeout; /* seconds */
    bool args_escaped;
    struct image_health *healthcheck;
    char **on_build;
    char **shell;
    struct json_map extra; /* Docker's Hostname, Tty … among them */
};

struct image_rootfs {
    char *type;      /* "layers" */
    char **diff_ids; /* base first */
    struct json_map extra;
};

struct image_history {
    char *created;
    char *author;
    char *created_by;
    char *comment;
    bool empty_layer;
    struct json_map extra;
};

struct image_config {
    char *created; /* RFC 3339 */
    char *author;
    char *architecture;
    char *variant;
    char *os;
    char *os_version;
    char **os_features;
    struct image_run config;
    struct image_rootfs rootfs;
    struct image_history *history;
    size_t n_history;
    struct json_map extra;
};

/* image-layout.md: the file `oci-layout`. */
struct image_layout {
    char *version;
    struct json_map extra;
};

/* One entry of docker-archive's manifest.json; paths are inside the archive. */
struct image_docker_entry {
    char *config;
    char **repo_tags;
    char **layers;
    struct json_map extra;
};

/* Read with these (each adds what a table cannot say), write with json_write(&image_…_table, …).
 * A document that names another kind as its mediaType, or has the members of both a manifest and
 * an index, is refused (CVE-2021-41190). */
int image_index_read(const char *text, size_t len, struct image_index *ret, struct err *e);
int image_manifest_read(const char *text, size_t len, struct image_manifest *ret, struct err *e);
/* diff-ids are digests; there may be none. */
int image_config_read(const char *text, size_t len, struct image_config *ret, struct err *e);
/* Also that the version is one that is understood. */
int image_layout_read(const char *text, size_t len, struct image_layout *ret, struct err *e);
/* At least one entry, each with a config and relative paths. Free with
 * json_free_array(&image_docker_entry_table, …). */
int image_docker_read(const char *text, size_t len, struct image_docker_entry **ret, size_t *ret_n,
                      struct err *e);

void image_index_free(struct image_index *i);
void image_manifest_free(struct image_manifest *m);
void image_config_free(struct image_config *c);
void image_layout_free(struct image_layout *l);
DEFINE_CLEANUP(struct image_index, image_index, image_index_free(p))
DEFINE_CLEANUP(struct image_manifest, image_manifest, image_manifest_free(p))
DEFINE_CLEANUP(struct image_config, image_config, image_config_free(p))
DEFINE_CLEANUP(struct image_layout, image_layout, image_layout_free(p))

extern const struct json_table image_platform_table;
extern const struct json_table image_descriptor_table;
extern const struct json_table image_index_table;
extern const struct json_table image_manifest_table;
extern const struct json_table image_health_table;
extern const struct json_table image_config_table;
extern const struct json_table image_run_table;
extern const struct json_table image_layout_table;
extern const struct json_table image_docker_entry_table;

/* NULL, or why the text is no digest that is understood: "sha256:" and 64 lower-case hex digits,
 * or "sha512:" and 128. */
const char *image_check_digest(const char *text);
