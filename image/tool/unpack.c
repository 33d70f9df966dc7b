/* SPDX-License-Identifier: MIT */
/* Reading a layer's tar stream by libarchive, entry for entry. */
#include "image/tool/unpack.h"

#include "base/mem.h"
#include "base/str.h"

#include <archive.h>
#include <archive_entry.h>

/* The stream as libarchive pulls it; keeps our own error across its callback. */
struct source {
    unpack_read_fn read;
    void *arg;
    struct err error;
};

static la_ssize_t pull(struct archive *ar, void *arg, const void **ret)
{
    struct source *src = arg;
    ssize_t n = src->read(src->arg, ret, &src->error);

    if (n < 0)
        archive_set_error(ar, EIO, "%s", src->error.msg);
    return n < 0 ? -1 : n;
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
    int r = open_tar(&src, &sink.ar, e);

    if (r < 0)
        return r;
    tree_init(&sink.tree, root);
    while ((r = next_entry(&sink, &src, &ent, e)) > 0) {
        r = make_one(&sink, &src, ent, e);
        if (r < 0)
            break;
        res.entries++;
    }
    if (r >= 0)
        r = drain(&src, e);
    if (r >= 0)
        r = tree_finish(&sink.tree, &res.implied, e);
    tree_free(&sink.tree);
    archive_read_free(sink.ar);
    if (r < 0)
        buf_free(&res.implied);
    else
        *ret = res;
    return r;
}
