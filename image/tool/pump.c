/* SPDX-License-Identifier: MIT */
/* A ring of chunks between a producing thread and the caller. */
#include "image/tool/pump.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdbool.h>

#define CHUNKS     6
#define CHUNK_SIZE (256u << 10)

struct chunk {
    unsigned char *data;
    ssize_t len; /* as stream_read() gave it */
};

struct pump {
    struct stream *from;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct chunk ring[CHUNKS];
    unsigned head; /* the next to be consumed */
    unsigned used; /* filled ones, the one that the caller holds included */
    bool held;
    bool stop;
    struct err error; /* of the producer, once a chunk's len is negative */
};

static ssize_t fill(struct pump *p, struct chunk *c, struct err *e)
{
    size_t have = 0;

    /* Whole chunks, since each costs a wake-up. */
    while (have < CHUNK_SIZE) {
        ssize_t n = stream_read(p->from, c->data + have, CHUNK_SIZE - have, e);
        if (n < 0)
            return n;
        if (n == 0)
            break;
        have += (size_t)n;
    }
    return (ssize_t)have;
}

static void *produce(void *arg)
{
    struct pump *p = arg;
    struct err e = ERR_INIT;
    ssize_t n = 1;

    for (unsigned tail = 0; n > 0; tail = (tail + 1) % CHUNKS) {
        pthread_mutex_lock(&p->lock);
        while (p->used == CHUNKS && !p->stop)
            pthread_cond_wait(&p->changed, &p->lock);
        bool stop = p->stop;
        pthread_mutex_unlock(&p->lock);
        if (stop)
            break;
        n = fill(p, &p->ring[tail], &e);
        pthread_mutex_lock(&p->lock);
        if (n < 0)
            p->error = e;
        p->ring[tail].len = n;
        p->used++;
        pthread_cond_signal(&p->changed);
        pthread_mutex_unlock(&p->lock);
    }
    return NULL;
}

static void pump_free(struct pump *p)
{
    for (size_t i = 0; i < CHUNKS; i++)
        free(p->ring[i].data);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

int pump_start(struct stream *from, struct pump **ret, struct err *e)
{
    struct pump *p = calloc(1, sizeof(*p));
    int r = 0;

    if (!p)
        return err_nomem(e);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    p->from = from;
    for (size_t i = 0; i < CHUNKS && r == 0; i++) {
        p->ring[i].data = malloc(CHUNK_SIZE);
        r = p->ring[i].data ? 0 : ENOMEM;
    }
    if (r == 0)
        r = pthread_create(&p->thread, NULL, produce, p);
    if (r != 0) {
        pump_free(p);
        return err_errnum(e, r, "start thread", NULL);
    }
    *ret = p;
    return 0;
}

ssize_t pump_next(struct pump *p, const void **ret, struct err *e)
{
    pthread_mutex_lock(&p->lock);
    if (p->held) {
        p->head = (p->head + 1) % CHUNKS;
        p->used--;
        p->held = false;
        pthread_cond_signal(&p->changed);
    }
    while (p->used == 0)
        pthread_cond_wait(&p->changed, &p->lock);
    const struct chunk *c = &p->ring[p->head];
    ssize_t n = c->len;
    p->held = n > 0; /* the end and an error stay for whoever asks again */
    if (n < 0)
        *e = p->error;
    pthread_mutex_unlock(&p->lock);
    *ret = c->data;
    return n;
}

void pump_stop(struct pump *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_signal(&p->changed);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    stream_close(p->from);
    pump_free(p);
}
