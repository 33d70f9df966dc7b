/* SPDX-License-Identifier: MIT */
/* Image documents: media types, digests, manifests, configs, layouts, Docker's archive list. */
#include "base/str.h"
#include "oci/image.h"
#include "tests/unit/unit.h"

#define HEX    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST "sha256:" HEX
#define DESC   "{\"mediaType\":\"" IMAGE_TYPE_CONFIG "\",\"digest\":\"" DIGEST "\",\"size\":7}"

static struct err e;

START_TEST(media_types)
{
    const struct image_media_type *t = image_media_type(IMAGE_TYPE_LAYER_ZSTD);

    ck_assert_int_eq(t->kind, IMAGE_KIND_LAYER);
    ck_assert_int_eq(t->compression, IMAGE_ZSTD);
    ck_assert(!t->docker);
    t = image_media_type("application/vnd.docker.image.rootfs.diff.tar.gzip");
    ck_assert_int_eq(t->compression, IMAGE_GZIP);
    ck_assert(t->docker);
    ck_assert_int_eq(image_kind_of("application/vnd.docker.distribution.manifest.list.v2+json"),
                     IMAGE_KIND_INDEX);
    ck_assert_int_eq(image_kind_of(IMAGE_TYPE_MANIFEST "; charset=utf-8"), IMAGE_KIND_MANIFEST);
    ck_assert_int_eq(image_kind_of("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"),
                     IMAGE_KIND_FOREIGN);
    ck_assert_int_eq(image_kind_of("application/vnd.oci.image.layer.v1.ta"), IMAGE_KIND_OTHER);
    ck_assert_int_eq(image_kind_of("text/plain"), IMAGE_KIND_OTHER);
    ck_assert_int_eq(image_kind_of(""), IMAGE_KIND_OTHER);
    ck_assert_int_eq(image_kind_of(NULL), IMAGE_KIND_OTHER);
}
END_TEST

START_TEST(digests)
{
    static const char *const bad[] = {
        "",
        "sha256:",
        "sha256",
        HEX,
        "sha256:" HEX "0",
        "sha512:" HEX,
        "md5:" HEX,
        "sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
        "sha256:../../../etc/passwd",
    };

    ck_assert_ptr_null(image_check_digest(DIGEST));
    ck_assert_ptr_null(image_check_digest("sha512:" HEX HEX));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        ck_assert_msg(image_check_digest(bad[i]), "%s", bad[i]);
}
END_TEST

START_TEST(manifest)
{
    static const char text[] =
        "{\"schemaVersion\":2,\"mediaType\":\"" IMAGE_TYPE_MANIFEST "\",\"config\":" DESC
        ",\"layers\":[{\"mediaType\":\"" IMAGE_TYPE_LAYER_GZIP "\",\"digest\":\"" DIGEST
        "\",\"size\":9223372036854775807,\"urls\":[\"u\"],\"annotations\":{\"a\":\"b\"},"
        "\"data\":\"e30=\",\"artifactType\":\"x/y\"}],\"subject\":" DESC
        ",\"annotations\":{\"k\":\"v\"},\"later\":[1]}";
    CLEANUP(image_manifest) struct image_manifest m;
    AUTO_BUF struct buf b = { 0 };

    unit_ok(image_manifest_read(text, strlen(text), &m, &e), &e);
    ck_assert_str_eq(m.config.digest, DIGEST);
    ck_assert_uint_eq(m.n_layers, 1);
    ck_assert_int_eq(m.layers[0].size, INT64_MAX);
    json_write(&image_manifest_table, &m, JSON_COMPACT, &b);
    ck_assert_str_eq(b.data, text);
}
END_TEST

static const struct {
    const char *text;
    const char *msg;
} bad_manifests[] = {
    { "{\"schemaVersion\":1,\"config\":" DESC ",\"layers\":[]}",
      "/schemaVersion: expected integer from 2 to 2, found 1" },
    { "{\"schemaVersion\":2,\"layers\":[]}", "/: required key \"config\" is missing" },
    { "{\"schemaVersion\":2,\"config\":" DESC "}", "/: required key \"layers\" is missing" },
    { "{\"schemaVersion\":2,\"config\":{\"digest\":\"" DIGEST "\"},\"layers\":[]}",
      "/config: required key \"size\" is missing" },
    { "{\"schemaVersion\":2,\"config\":" DESC ",\"layers\":[{\"digest\":\"" DIGEST
      "\",\"size\":-1}]}",
      "/layers/0/size: expected integer from 0 to 9223372036854775807, found -1" },
    { "{\"schemaVersion\":2,\"config\":" DESC ",\"layers\":[{\"digest\":\"sha256:../x\","
      "\"size\":1}]}",
      "/layers/0/digest: expected a digest: its hex digits are too few, too many or not lower "
      "case, found \"sha256:../x\"" },
    { "{\"schemaVersion\":2,\"mediaType\":\"" IMAGE_TYPE_INDEX "\",\"config\":" DESC
      ",\"layers\":[]}",
      "/mediaType: \"" IMAGE_TYPE_INDEX "\" is not the type of an image manifest" },
    { "{\"schemaVersion\":2,\"config\":" DESC ",\"layers\":[],\"manifests\":[]}",
      "/manifests: the document is both a manifest and an index" },
};

START_TEST(manifest_refused)
{
    struct image_manifest m;

    unit_fails(image_manifest_read(bad_manifests[_i].text, strlen(bad_manifests[_i].text), &m, &e),
               ERR_INVALID, &e);
    ck_assert_str_eq(e.msg, bad_manifests[_i].msg);
}
END_TEST

START_TEST(image_index)
{
    static const char text[] =
        "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"" IMAGE_TYPE_MANIFEST
        "\",\"digest\":\"" DIGEST "\",\"size\":5,\"annotations\":{\"" IMAGE_REF_NAME
        "\":\"app:1\"},\"platform\":{\"architecture\":\"arm64\",\"os\":\"linux\","
        "\"os.version\":\"1\",\"os.features\":[\"f\"],\"variant\":\"v8\"}}]}";
    static const char both[] = "{\"schemaVersion\":2,\"manifests\":[],\"layers\":[]}";
    static const char other[] =
        "{\"schemaVersion\":2,\"mediaType\":\"" IMAGE_TYPE_MANIFEST "\",\"manifests\":[]}";
    struct image_index i;
    AUTO_BUF struct buf b = { 0 };

    unit_ok(image_index_read(text, strlen(text), &i, &e), &e);
    ck_assert_str_eq(i.manifests[0].platform->variant, "v8");
    ck_assert_str_eq(json_map_get(&i.manifests[0].annotations, IMAGE_REF_NAME), "app:1");
    json_write(&image_index_table, &i, JSON_COMPACT, &b);
    ck_assert_str_eq(b.data, text);
    image_index_free(&i);
    unit_fails(image_index_read(both, strlen(both), &i, &e), ERR_INVALID, &e);
    unit_fails(image_index_read(other, strlen(other), &i, &e), ERR_INVALID, &e);
}
END_TEST

START_TEST(config)
{
    static const char text[] =
        "{\"created\":\"2024-01-01T00:00:00Z\",\"author\":\"a\",\"architecture\":\"amd64\","
        "\"variant\":\"v1\",\"os\":\"linux\",\"config\":{\"User\":\"1:2\","
        "\"ExposedPorts\":{\"80/tcp\":{},\"53/udp\":{}},\"Env\":[\"A=b\"],\"Entrypoint\":[\"/e\"],"
        "\"Cmd\":[\"c\"],\"Volumes\":{\"/data\":{}},\"WorkingDir\":\"/w\",\"Labels\":{\"l\":\"1\"},"
        "\"StopSignal\":\"SIGINT\",\"StopTimeout\":0,\"ArgsEscaped\":true,"
        "\"Healthcheck\":{\"Test\":[\"CMD\",\"x\"],\"Interval\":30000000000,\"Timeout\":1,"
        "\"StartPeriod\":2,\"StartInterval\":3,\"Retries\":4},\"OnBuild\":[\"RUN x\"],"
        "\"Shell\":[\"/bin/bash\"],\"Hostname\":\"h\",\"Tty\":false},"
        "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"" DIGEST "\"]},"
        "\"history\":[{\"created\":\"t\",\"author\":\"a\",\"created_by\":\"b\",\"comment\":\"c\","
        "\"empty_layer\":true}],\"container\":\"x\"}";
    CLEANUP(image_config) struct image_config c;
    AUTO_BUF struct buf b = { 0 };

    unit_ok(image_config_read(text, strlen(text), &c, &e), &e);
    ck_assert_str_eq(c.config.exposed_ports[1], "53/udp");
    ck_assert_str_eq(c.config.volumes[0], "/data");
    ck_assert_int_eq(c.config.healthcheck->interval, INT64_C(30000000000));
    ck_assert(c.config.stop_timeout.set);
    ck_assert_str_eq(json_map_get(&c.config.extra, "Tty"), "false");
    ck_assert(c.history[0].empty_layer);
    json_write(&image_config_table, &c, JSON_COMPACT, &b);
    ck_assert_str_eq(b.data, text);
}
END_TEST

START_TEST(config_as_docker_writes_it)
{
    static const char text[] =
        "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"ExposedPorts\":null,"
        "\"Env\":null,\"Cmd\":null,\"Volumes\":null,\"Entrypoint\":[],\"Labels\":null,"
        "\"OnBuild\":null,\"Healthcheck\":null},\"rootfs\":{\"type\":\"layers\","
        "\"diff_ids\":null},\"history\":null}";
    static const char bad[] = "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":"
                              "{\"type\":\"layers\",\"diff_ids\":[\"" DIGEST "\",\"../x\"]}}";
    struct image_config c;

    unit_ok(image_config_read(text, strlen(text), &c, &e), &e);
    ck_assert_ptr_null(c.config.cmd);
    ck_assert_ptr_nonnull(c.config.entrypoint);
    ck_assert_ptr_null(c.config.entrypoint[0]);
    ck_assert_ptr_null(c.rootfs.diff_ids);
    image_config_free(&c);
    unit_fails(image_config_read(bad, strlen(bad), &c, &e), ERR_INVALID, &e);
    ck_assert_str_eq(e.msg, "/rootfs/diff_ids/1: expected a digest: sha256: or sha512: and hex "
                            "digits, found \"../x\"");
}
END_TEST

START_TEST(layout)
{
    struct image_layout l;

    unit_ok(image_layout_read("{\"imageLayoutVersion\":\"1.0.0\"}", 30, &l, &e), &e);
    image_layout_free(&l);
    unit_fails(image_layout_read("{\"imageLayoutVersion\":\"2.0.0\"}", 30, &l, &e), ERR_UNSUPPORTED,
               &e);
    ck_assert_str_eq(e.msg, "/imageLayoutVersion: \"2.0.0\" is not supported, only \"1.0.0\" is");
    unit_fails(image_layout_read("{}", 2, &l, &e), ERR_INVALID, &e);
}
END_TEST

START_TEST(docker_archive)
{
    static const char text[] = "[{\"Config\":\"c.json\",\"RepoTags\":[\"a:1\",\"b:2\"],"
                               "\"Layers\":[\"x/layer.tar\"]},{\"Config\":\"d\",\"RepoTags\":null,"
                               "\"Layers\":null,\"LayerSources\":{}}]";
    static const struct {
        const char *text, *msg;
    } bad[] = {
        { "[]", "/: the archive's manifest lists no image" },
        { "{}", "/: expected array, found an object" },
        { "[{}]", "/0: required key \"Config\" is missing" },
        { "[{\"Config\":\"\"}]", "/0/Config: must not be empty, found \"\"" },
        { "[{\"Config\":\"/etc/passwd\"}]",
          "/0/Config: expected a path inside the archive, found \"/etc/passwd\"" },
        { "[{\"Config\":\"a\",\"Layers\":[\"b\",\"/c\"]}]",
          "/0/Layers: expected a path inside the archive, found \"/c\"" },
    };
    struct image_docker_entry *v = NULL;
    size_t n = 0;

    unit_ok(image_docker_read(text, strlen(text), &v, &n, &e), &e);
    ck_assert_uint_eq(n, 2);
    ck_assert_str_eq(v[0].repo_tags[1], "b:2");
    ck_assert_ptr_null(v[1].layers);
    json_free_array(&image_docker_entry_table, v, n);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        unit_fails(image_docker_read(bad[i].text, strlen(bad[i].text), &v, &n, &e), ERR_INVALID,
                   &e);
        ck_assert_str_eq(e.msg, bad[i].msg);
    }
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("image_doc");

    tcase_add_test(t, media_types);
    tcase_add_test(t, digests);
    tcase_add_test(t, manifest);
    tcase_add_loop_test(t, manifest_refused, 0, (int)ARRAY_LEN(bad_manifests));
    tcase_add_test(t, image_index);
    tcase_add_test(t, config);
    tcase_add_test(t, config_as_docker_writes_it);
    tcase_add_test(t, layout);
    tcase_add_test(t, docker_archive);
    return unit_run(t);
}
