/* SPDX-License-Identifier: MIT */
/* The walk over an archive's members. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "image/tool/load.h"
#include "image/tool/source.h"
#include "image/tool/tree.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/mman.h>

#define BLOCK (1u << 20)

/* What must be small, by name: so that a huge one is refused before it has been copied. */
static bool is_document(const char *name)
{
    return str_ends(name, ".json") || str_ends(name, "/json") || STREQ(name, "repositories") ||
           STREQ(name, "oci-layout") || str_ends(name, "/VERSION");
}

static struct source_member *add(struct source *src, const char *name, struct err *e)
{
    if (src->n == SOURCE_MEMBERS_MAX) {
        err_set(e, ERR_LIMIT, "more than %d files in the archive", SOURCE_MEMBERS_MAX);
        return NULL;
    }
    if (src->n == src->cap) {
        size_t cap = src->cap ? 2 * src->cap : 64;
        struct source_member *grown = realloc(src->members, cap * sizeof(*grown));
        if (!grown) {
            err_nomem(e);
            return NULL;
        }
        src->members = grown;
        src->cap = cap;
    }
    struct source_member *m = &src->members[src->n];
    *m = (struct source_member){ .name = strdup(name), .fd = -1, .order = src->n };
    if (!m->name) {
        err_nomem(e);
        return NULL;
    }
    src->n++;
    return m;
}

/* "a/b" for the link "../b" in "a/c/": by its text alone, as there are no directories here. */
static int resolve_link(const char *from, const char *to, char *out, struct err *e)
{
    char joined[2 * TREE_PATH_MAX + 2];
    const char *slash = strrchr(from, '/');
    size_t len = slash ? (size_t)(slash - from) : 0;

    if (*to == '/' || strlen(to) > TREE_PATH_MAX)
        return err_set(e, ERR_INVALID, "link to %s is refused", to);
    memcpy(joined, from, len);
    joined[len] = '\0';
    while (*to) {
        size_t n = strcspn(to, "/");
        if (n == 2 && strncmp(to, "..", 2) == 0) {
            char *up = strrchr(joined, '/');
            if (joined[0] == '\0')
                return err_set(e, ERR_INVALID, "link to outside of the archive is refused");
            *(up ? up : joined) = '\0';
        } else if (n > 0 && !(n == 1 && *to == '.')) {
            size_t at = strlen(joined);
            snprintf(joined + at, sizeof(joined) - at, "%s%.*s", at ? "/" : "", (int)n, to);
        }
        to += n + strspn(to + n, "/");
    }
    return tree_normal_name(joined, out, e);
}

static int open_spool(struct source *src, int tmp_fd, struct err *e)
{
    if (src->spool_fd >= 0)
        return 0;
    src->spool_fd = openat(tmp_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return src->spool_fd < 0 ? err_sys(e, "create temporary file", NULL) : 0;
}

/* Copies what is left of the member from its first block on. */
static int spool(struct source *src, struct archive *ar, struct source_member *m, const void *data,
                 size_t len, int64_t at, struct err *e)
{
    int r = ARCHIVE_OK;

    m->fd = src->spool_fd;
    m->off = src->spool_len;
    while (r == ARCHIVE_OK) {
        if (lseek(m->fd, m->off + at, SEEK_SET) < 0 || fs_write_all(m->fd, data, len) < 0)
            return err_sys(e, "write temporary file", NULL);
        r = archive_read_data_block(ar, &data, &len, &at);
    }
    if (r != ARCHIVE_EOF)
        return err_set(e, ERR_CORRUPT, "%s", archive_error_string(ar));
    src->spool_len += m->size;
    return ftruncate(m->fd, src->spool_len) < 0 ? err_sys(e, "truncate temporary file", NULL) : 0;
}

/* A member that lies in one piece in the mapped file is left where it is. */
static int add_file(struct source *src, struct archive *ar, struct source_member *m, int tmp_fd,
                    struct err *e)
{
    const void *data;
    size_t len;
    la_int64_t at;
    const char *map = src->map;

    if (is_document(m->name) && m->size > (int64_t)SOURCE_JSON_MAX)
        return err_set(e, ERR_LIMIT, "larger than the limit of %u bytes", SOURCE_JSON_MAX);
    m->fd = src->fd;
    if (m->size == 0)
        return 0;
    int r = archive_read_data_block(ar, &data, &len, &at);
    if (r != ARCHIVE_OK)
        return err_set(e, ERR_CORRUPT, "%s", archive_error_string(ar));
    const char *p = data;
    if (map && at == 0 && (int64_t)len == m->size && p >= map && p < map + src->map_len) {
        m->off = p - map;
        return 0;
    }
    r = open_spool(src, tmp_fd, e);
    return r < 0 ? r : spool(src, ar, m, data, len, at, e);
}

static int add_link(struct source_member *m, const char *base, const char *to, struct err *e)
{
    char name[TREE_PATH_MAX + 1];
    int r = resolve_link(base, to, name, e);

    if (r < 0)
        return r;
    m->link = strdup(name);
    return m->link ? 0 : err_nomem(e);
}

static int add_entry(struct source *src, struct archive *ar, struct archive_entry *ent, int tmp_fd,
                     struct err *e)
{
    char name[TREE_PATH_MAX + 1];
    const char *raw = archive_entry_pathname(ent);
    mode_t type = archive_entry_filetype(ent);
    int r = raw ? tree_normal_name(raw, name, e) : err_set(e, ERR_INVALID, "member without a name");

    if (r < 0 || (type == AE_IFDIR && !archive_entry_hardlink(ent)))
        return r;
    struct source_member *m = add(src, name, e);
    if (!m)
        return -e->kind;
    if (archive_entry_hardlink(ent))
        return add_link(m, "", archive_entry_hardlink(ent), e);
    if (type == AE_IFLNK)
        return add_link(m, name, archive_entry_symlink(ent), e);
    if (type != AE_IFREG)
        return err_set(e, ERR_INVALID, "neither a file nor a link: refused");
    m->size = archive_entry_size(ent);
    return add_file(src, ar, m, tmp_fd, e);
}

static int walk(struct source *src, struct archive *ar, int tmp_fd, struct err *e)
{
    struct archive_entry *ent;

    for (;;) {
        int r = archive_read_next_header(ar, &ent);
        if (r == ARCHIVE_EOF)
            return 0;
        if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
            return err_set(e, ERR_CORRUPT, "damaged or no tar archive: %s",
                           archive_error_string(ar));
        r = add_entry(src, ar, ent, tmp_fd, e);
        if (r < 0) {
            const char *name = archive_entry_pathname(ent);
            return err_wrap(e, "%s", name ? name : "?");
        }
    }
}

static int open_file(struct source *src, const char *path, struct err *e)
{
    struct stat st;

    src->fd = STREQ(path, "-") ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                               : open(path, O_RDONLY | O_CLOEXEC);
    if (src->fd < 0 || fstat(src->fd, &st) < 0)
        return err_sys(e, "open", NULL); /* load_archive() names it */
    if (S_ISDIR(st.st_mode))
        return err_errnum(e, EISDIR, "read", NULL);
    if (!S_ISREG(st.st_mode) || st.st_size == 0 || lseek(src->fd, 0, SEEK_CUR) != 0)
        return 0;
    void *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, src->fd, 0);
    if (map != MAP_FAILED) {
        src->map = map;
        src->map_len = (size_t)st.st_size;
    }
    return 0;
}

/* What standard input, or a file that cannot be mapped, gives. */
struct input {
    int fd;
    char block[BLOCK];
};

static la_ssize_t read_input(struct archive *ar, void *arg, const void **ret)
{
    struct input *in = arg;
    ssize_t n;

    do
        n = load_interrupted() ? (errno = ECANCELED, -1) : read(in->fd, in->block, BLOCK);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        archive_set_error(ar, errno, "read: %s", strerror(errno));
    *ret = in->block;
    return n;
}

static int open_archive(const struct source *src, struct archive *ar, struct input *in,
                        struct err *e)
{
    int r;

    archive_read_support_format_tar(ar);
    archive_read_support_filter_gzip(ar);
    archive_read_support_filter_zstd(ar);
    archive_read_support_filter_xz(ar);
    archive_read_support_filter_bzip2(ar);
    if (src->map)
        r = archive_read_open_memory(ar, src->map, src->map_len);
    else
        r = archive_read_open2(ar, in, NULL, read_input, NULL, NULL);
    if (r == ARCHIVE_OK)
        return 0;
    return err_set(e, ERR_INVALID, "no tar archive: %s", archive_error_string(ar));
}

static int by_name(const void *a, const void *b)
{
    const struct source_member *x = a;
    const struct source_member *y = b;
    int c = strcmp(x->name, y->name);

    return c != 0 ? c : x->order < y->order ? -1 : 1;
}

/* By name; of one name the last member only, as an unpacked archive would show it. */
static void sort_members(struct source *src)
{
    size_t kept = 0;

    if (src->n > 0)
        qsort(src->members, src->n, sizeof(*src->members), by_name);
    for (size_t i = 0; i < src->n; i++) {
        if (i + 1 < src->n && STREQ(src->members[i].name, src->members[i + 1].name)) {
            free(src->members[i].name);
            free(src->members[i].link);
            continue;
        }
        src->members[kept++] = src->members[i];
    }
    src->n = kept;
}

int source_open(const char *path, int tmp_fd, struct source *ret, struct err *e)
{
    struct source src = { .fd = -1, .spool_fd = -1 };
    struct archive *ar = archive_read_new();
    AUTO_FREE struct input *in = malloc(sizeof(*in));

    src.name = STREQ(path, "-") ? "standard input" : path;
    if (!ar || !in) {
        archive_read_free(ar);
        return err_nomem(e);
    }
    int r = open_file(&src, path, e);
    in->fd = src.fd;
    if (r >= 0)
        r = open_archive(&src, ar, in, e);
    if (r >= 0)
        r = walk(&src, ar, tmp_fd, e);
    archive_read_free(ar);
    if (r < 0) {
        source_close(&src);
        return r;
    }
    sort_members(&src);
    *ret = src;
    return 0;
}
