/* SPDX-License-Identifier: MIT */
/* The pipeline of a layer, and the threads that run it. */
#include "image/tool/layers.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "image/tool/inflate.h"
#include "image/tool/load.h"
#include "image/tool/pump.h"
#include "image/tool/unpack.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#define THREADS_MAX 8

/* One layer on its way through the pipeline: read and inflated by the pump's thread, digested and
 * unpacked by its own. */
struct pipe {
    struct layers *ls;
    struct layers_work *w;
    struct pump *pump;
    struct digest *blob_digest; /* NULL for a plain blob: it is the diff-id */
    struct digest *diff_digest;
    int blob_fd;
    atomic_bool *stop;
};

/* Threads take the next work from here. */
struct crew {
    struct layers *ls;
    pthread_mutex_t lock;
    size_t next;
    atomic_bool stop;
    struct err error;
};

static bool same_blob(const struct plan_layer *a, const struct plan_layer *b)
{
    return a->member == b->member && STREQ(a->diff_id, b->diff_id);
}

const struct layers_work *layers_of(const struct layers *ls, const struct plan_layer *l)
{
    for (size_t i = 0; i < ls->n; i++)
        if (same_blob(ls->works[i].layer, l))
            return &ls->works[i];
    return NULL;
}

static void add_work(struct layers *ls, const struct plan_layer *l)
{
    struct layers_work w = { .layer = l, .present = layer_exists(ls->store, l->diff_id) };

    if (layers_of(ls, l))
        return;
    for (size_t i = 0; i < ls->n; i++)
        w.present = w.present || STREQ(ls->works[i].layer->diff_id, l->diff_id);
    ls->works[ls->n++] = w;
}

int layers_init(struct layers *ls, const struct store *s, const struct scratch *sc,
                const struct plan *p, struct err *e)
{
    size_t most = 0;

    *ls = (struct layers){ .store = s, .scratch = sc };
    for (size_t i = 0; i < p->n; i++)
        most += p->images[i].n_layers;
    ls->works = calloc(most + 1, sizeof(*ls->works));
    if (!ls->works)
        return err_nomem(e);
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < p->images[i].n_layers; k++)
            add_work(ls, &p->images[i].layers[k]);
    return 0;
}

void layers_free(struct layers *ls)
{
    for (size_t i = 0; i < ls->n; i++) {
        buf_free(&ls->works[i].implied);
        buf_free(&ls->works[i].links);
    }
    free(ls->works);
    *ls = (struct layers){ 0 };
}

/* The unpacker's source: chunks from the pump, digested in passing. */
static ssize_t next_chunk(void *arg, const void **ret, struct err *e)
{
    struct pipe *p = arg;

    if (*p->stop || load_interrupted())
        return err_set(e, ERR_STATE, "interrupted");
    ssize_t n = pump_next(p->pump, ret, e);
    if (n <= 0)
        return n;
    digest_add(p->diff_digest, *ret, (size_t)n);
    p->w->record.size += n;
    return n;
}

static int read_through(struct pipe *p, struct err *e)
{
    const void *data;
    ssize_t n;

    do
        n = next_chunk(p, &data, e);
    while (n > 0);
    return (int)n;
}

static int make_dirs(const struct pipe *p, int *ret_dir, int *ret_tree, struct err *e)
{
    char path[64];

    snprintf(path, sizeof(path), "layers/%zu", (size_t)(p->w - p->ls->works));
    if (mkdirat(p->ls->scratch->fd, path, 0700) < 0)
        return err_sys(e, "mkdir", path);
    *ret_dir = openat(p->ls->scratch->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*ret_dir < 0 || mkdirat(*ret_dir, LAYER_TREE, 0755) < 0)
        return err_sys(e, "mkdir", path);
    *ret_tree = openat(*ret_dir, LAYER_TREE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *ret_tree < 0 ? err_sys(e, "open", path) : 0;
}

/* What is kept beside the tree for the images that have the layer. */
static int write_notes(int dir, const char *name, const struct buf *notes, struct err *e)
{
    if (notes->len == 0)
        return 0;
    AUTO_FD int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || fs_write_all(fd, notes->data, notes->len) < 0)
        return err_sys(e, "write", name);
    return 0;
}

static int unpack(struct pipe *p, struct err *e)
{
    static const struct entry_limits limits = ENTRY_LIMITS;
    struct unpack_result res = { 0 };
    AUTO_FD int dir = -1;
    AUTO_FD int tree = -1;
    int r = make_dirs(p, &dir, &tree, e);

    if (r >= 0)
        r = unpack_layer(tree, next_chunk, p, &limits, &res, e);
    if (r < 0)
        return r;
    p->w->record.entries = res.entries;
    p->w->implied = res.implied;
    p->w->links = res.links;
    r = layer_write_record(dir, &p->w->record, e);
    if (r >= 0)
        r = write_notes(dir, LAYER_PARENTS, &res.implied, e);
    return r < 0 ? r : write_notes(dir, LAYER_LINKS, &res.links, e);
}

static int read_notes(const struct pipe *p, const char *name, struct buf *ret, struct err *e)
{
    char path[LAYER_PATH_MAX];
    char *text = NULL;
    size_t len = 0;
    const struct store *s = p->ls->store;

    layer_path(p->w->layer->diff_id, name, path);
    if (faccessat(s->fd, path, F_OK, 0) < 0)
        return 0;
    int r = fs_read(s->fd, path, 1u << 30, &text, &len, e);
    AUTO_FREE char *owned = text;
    if (r >= 0)
        buf_add(ret, text, len);
    return r;
}

/* What the store knows about a layer that it has. */
static int read_all_notes(const struct pipe *p, struct err *e)
{
    int r = read_notes(p, LAYER_PARENTS, &p->w->implied, e);

    return r < 0 ? r : read_notes(p, LAYER_LINKS, &p->w->links, e);
}

/* Reads the archive in the pump's thread, which is where progress is made. */
struct meter {
    struct stream st;
    struct stream *from;
    struct progress *progress;
};

static ssize_t meter_read(struct stream *st, void *buf, size_t len, struct err *e)
{
    struct meter *m = (struct meter *)st;
    ssize_t n = stream_read(m->from, buf, len, e);

    if (n > 0)
        progress_add(m->progress, n);
    return n;
}

static void meter_close(struct stream *st)
{
    stream_close(((struct meter *)st)->from);
    free(st);
}

static int open_meter(const struct source_member *m, struct progress *progress, struct stream **ret,
                      struct err *e)
{
    struct meter *meter = calloc(1, sizeof(*meter));
    int r = meter ? stream_range(m->fd, m->off, m->size, &meter->from, e) : err_nomem(e);

    if (r < 0) {
        free(meter);
        return r;
    }
    meter->st = (struct stream){ meter_read, meter_close };
    meter->progress = progress;
    *ret = &meter->st;
    return 0;
}

static int detect(struct pipe *p, struct err *e)
{
    const struct source_member *m = p->w->layer->member;
    unsigned char head[4];
    size_t len = m->size < 4 ? (size_t)m->size : 4;

    if (len > 0 && pread(m->fd, head, len, m->off) != (ssize_t)len)
        return err_sys(e, "read", "archive");
    p->w->compression = inflate_detect(head, len);
    return 0;
}

static int open_blob(struct pipe *p, struct err *e)
{
    char path[64];

    snprintf(path, sizeof(path), "blobs/%zu", (size_t)(p->w - p->ls->works));
    p->blob_fd = openat(p->ls->scratch->fd, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return p->blob_fd < 0 ? err_sys(e, "create", path) : 0;
}

/* range → meter → tee (digest, stored blob) → inflate → pump */
static int open_pipe(struct pipe *p, struct err *e)
{
    const struct plan_layer *l = p->w->layer;
    const char *like = l->digest ? l->digest : "sha256";
    struct stream *st = NULL;
    int r = detect(p, e);

    if (r >= 0)
        r = open_blob(p, e);
    if (r >= 0)
        r = digest_new(l->diff_id, &p->diff_digest, e);
    /* A plain blob's digest is its diff-id, unless it is one of another algorithm. */
    if (r >= 0 &&
        (p->w->compression != IMAGE_PLAIN || strncmp(like, l->diff_id, strlen("sha256")) != 0))
        r = digest_new(like, &p->blob_digest, e);
    if (r >= 0)
        r = open_meter(l->member, &p->ls->progress, &st, e);
    struct stream *next = NULL;
    if (r >= 0)
        r = stream_tee(st, p->blob_digest, p->blob_fd, &next, e);
    if (r >= 0) {
        st = next;
        r = inflate_open(st, p->w->compression, &next, e);
    }
    if (r >= 0) {
        st = next;
        r = pump_start(st, &p->pump, e);
    }
    if (r < 0)
        stream_close(st);
    return r;
}

static int verify(struct pipe *p, struct err *e)
{
    const struct plan_layer *l = p->w->layer;
    char diff[DIGEST_TEXT_MAX];

    digest_text(p->diff_digest, diff);
    if (p->blob_digest)
        digest_text(p->blob_digest, p->w->digest);
    else
        memcpy(p->w->digest, diff, sizeof(diff));
    if (l->digest && !STREQ(l->digest, p->w->digest))
        return err_set(e, ERR_CORRUPT, "its digest is %s, not %s", p->w->digest, l->digest);
    if (!STREQ(l->diff_id, diff))
        return err_set(e, ERR_CORRUPT, "its diff-id is %s, not %s as its image says", diff,
                       l->diff_id);
    return 0;
}

static int run_pipe(struct pipe *p, struct err *e)
{
    int r = open_pipe(p, e);

    if (r >= 0)
        r = p->w->present ? read_through(p, e) : unpack(p, e);
    pump_stop(TAKE_PTR(p->pump));
    if (r >= 0)
        r = verify(p, e);
    if (r >= 0 && p->w->present)
        r = read_all_notes(p, e);
    digest_free(p->blob_digest);
    digest_free(p->diff_digest);
    mem_close(&p->blob_fd);
    return r;
}

static int run_work(struct crew *c, struct layers_work *w, struct err *e)
{
    struct pipe p = { .ls = c->ls, .w = w, .blob_fd = -1, .stop = &c->stop };
    int r = run_pipe(&p, e);

    if (r < 0)
        return err_wrap(e, "%s", w->layer->name);
    progress_layer(&c->ls->progress, w->layer->diff_id, w->record.size,
                   w->present ? "already there" : "unpacked");
    return 0;
}

static void *crew_main(void *arg)
{
    struct crew *c = arg;

    for (;;) {
        struct err e = ERR_INIT;
        pthread_mutex_lock(&c->lock);
        size_t i = c->next++;
        pthread_mutex_unlock(&c->lock);
        if (i >= c->ls->n || c->stop)
            return NULL;
        if (run_work(c, &c->ls->works[i], &e) >= 0)
            continue;
        pthread_mutex_lock(&c->lock);
        if (!c->stop) /* the first error is the cause of the others */
            c->error = e;
        c->stop = true;
        pthread_mutex_unlock(&c->lock);
    }
}

static size_t crew_size(const struct layers *ls)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    size_t n = cpus < 2 ? 2 : cpus > THREADS_MAX ? THREADS_MAX : (size_t)cpus;

    return n > ls->n ? ls->n : n;
}

static int64_t total_bytes(const struct layers *ls)
{
    int64_t sum = 0;

    for (size_t i = 0; i < ls->n; i++)
        sum += ls->works[i].layer->member->size;
    return sum;
}

int layers_run(struct layers *ls, bool quiet, struct err *e)
{
    struct crew c = { .ls = ls, .lock = PTHREAD_MUTEX_INITIALIZER };
    pthread_t threads[THREADS_MAX];
    size_t n = crew_size(ls);
    size_t started = 0;

    if (mkdirat(ls->scratch->fd, "blobs", 0700) < 0 || mkdirat(ls->scratch->fd, "layers", 0700) < 0)
        return err_sys(e, "mkdir", ls->scratch->name);
    progress_start(&ls->progress, (unsigned)ls->n, total_bytes(ls), quiet);
    while (started < n && pthread_create(&threads[started], NULL, crew_main, &c) == 0)
        started++;
    if (started == 0)
        crew_main(&c);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    progress_end(&ls->progress);
    if (!c.stop)
        return 0;
    *e = c.error;
    return -e->kind;
}
