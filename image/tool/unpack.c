/* SPDX-License-Identifier: MIT */
/* Reading a layer's tar stream by libarchive, entry for entry. */
#include "image/tool/unpack.h"

#include "base/mem.h"
#include "base/str.h"

#include <archive.h>
#include <archive_entry.h>

#define BLOCK 512 /* of tar */

/* The stream as libarchive pulls it; keeps our own error across its callback. */
struct source {
    unpack_read_fn read;
    void *arg;
    uint64_t len; /* bytes so far */
    bool padded;  /* the last block was short and has been filled */
    struct err error;
};

static la_ssize_t pull(struct archive *ar, void *arg, const void **ret)
{
    struct source *src = arg;
    ssize_t n = src->read(src->arg, ret, &src->error);

    if (n < 0) {
        archive_set_error(ar, EIO, "%s", src->error.msg);
        return -1;
    }
    src->len += (uint64_t)n;
    if (n > 0 || src->padded || src->len % BLOCK == 0)
        return n;
    /* Some writers (umoci insert) end a layer right behind its last byte of data, and Go's readers
     * take it; check_padding() tells that from a layer cut short. */
    static const char zeros[BLOCK];
    src->padded = true;
    *ret = zeros;
    return (la_ssize_t)(BLOCK - src->len % BLOCK);
}

/* What was filled must have been padding and nothing else. */
static int check_padding(const struct source *src, uint64_t last_size, const char *last,
                         struct err *e)
{
    if (!src->padded || last_size % BLOCK == src->len % BLOCK)
        return 0;
    return err_set(e, ERR_CORRUPT, "entry %s: tar stream cut short at byte %llu", last,
                   (unsigned long long)src->len);
}

static int open_tar(struct source *src, struct archive **ret, struct err *e)
{
    struct archive *ar = archive_read_new();

    if (!ar)
        return err_nomem(e);
    archive_read_support_format_tar(ar);
    archive_read_support_format_empty(ar); /* a layer of no bytes at all */
    if (archive_read_open2(ar, src, NULL, pull, NULL, NULL) != ARCHIVE_OK) {
        int r = src->error.kind
                    ? (*e = src->error, -e->kind)
                    : err_set(e, ERR_CORRUPT, "not a tar stream: %s", archive_error_string(ar));
        archive_read_free(ar);
        return r;
    }
    *ret = ar;
    return 0;
}

/* libarchive is in the C locale here, so that names other than ASCII come through byte for byte,
 * with this warning; any other warning means that something has been lost. */
static bool is_name_warning(struct archive *ar)
{
    const char *text = archive_error_string(ar);

    return text && strstr(text, "can't be converted");
}

/* 1: an entry; 0: the end. */
static int next_entry(struct entry_sink *sink, struct source *src, struct archive_entry **ret,
                      struct err *e)
{
    int r = archive_read_next_header(sink->ar, ret);

    if (r == ARCHIVE_EOF)
        return 0;
    if (r == ARCHIVE_OK || (r == ARCHIVE_WARN && is_name_warning(sink->ar)))
        return 1;
    if (src->error.kind) {
        *e = src->error;
        return -e->kind;
    }
    const char *why = archive_error_string(sink->ar);
    return err_set(e, ERR_CORRUPT, "damaged tar stream after %lld entries: %s",
                   (long long)archive_file_count(sink->ar), why ? why : "unknown format");
}

/* For messages: what a hostile name could do to a terminal is replaced. */
static void printable(const char *name, char *out, size_t len)
{
    size_t i = 0;

    for (; name && name[i] && i + 1 < len; i++)
        out[i] = (unsigned char)name[i] < 0x20 || name[i] == 0x7f ? '?' : name[i];
    out[i] = '\0';
}

static int make_one(struct entry_sink *sink, struct source *src, struct archive_entry *ent,
                    struct err *e)
{
    char name[512];
    int r = entry_make(sink, ent, e);

    if (r >= 0)
        return 0;
    if (src->error.kind) { /* the stream failed in the middle of a file */
        *e = src->error;
        r = -e->kind;
    }
    printable(archive_entry_pathname(ent), name, sizeof(name));
    err_wrap(e, "entry %s", name);
    return r;
}

static int drain(struct source *src, struct err *e)
{
    const void *data;
    ssize_t n;

    do
        n = src->read(src->arg, &data, e);
    while (n > 0);
    return (int)n;
}

int unpack_layer(int root, unpack_read_fn read, void *arg, const struct entry_limits *limits,
                 struct unpack_result *ret, struct err *e)
{
    struct source src = { .read = read, .arg = arg };
    struct entry_sink sink = { .left = *limits };
    struct archive_entry *ent;
    struct unpack_result res = { 0 };
    uint64_t last_size = 0;
    char last[512] = "";
    int r = open_tar(&src, &sink.ar, e);

    if (r < 0)
        return r;
    tree_init(&sink.tree, root);
    while ((r = next_entry(&sink, &src, &ent, e)) > 0) {
        r = make_one(&sink, &src, ent, e);
        if (r < 0)
            break;
        last_size = (uint64_t)archive_entry_size(ent);
        printable(archive_entry_pathname(ent), last, sizeof(last));
        res.entries++;
    }
    if (r >= 0)
        r = check_padding(&src, last_size, last, e);
    if (r >= 0)
        r = drain(&src, e);
    if (r >= 0)
        r = tree_finish(&sink.tree, &res.implied, e);
    tree_free(&sink.tree);
    archive_read_free(sink.ar);
    res.links = sink.links;
    if (r >= 0 && res.links.failed)
        r = err_nomem(e);
    if (r >= 0) {
        *ret = res;
        return r;
    }
    buf_free(&res.implied);
    buf_free(&res.links);
    return r;
}
