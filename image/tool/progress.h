/* SPDX-License-Identifier: MIT */
/* How far a load has come: a bar on a terminal, else a line a layer, on standard error. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct progress {
    pthread_mutex_t lock;
    bool quiet;
    bool bar;
    unsigned layers;
    unsigned layers_done;
    int64_t bytes;
    int64_t bytes_done;
    int64_t drawn_at; /* ms, CLOCK_MONOTONIC */
};

void progress_start(struct progress *p, unsigned layers, int64_t bytes, bool quiet);
/* Bytes of layers' blobs that have been read; from any thread. */
void progress_add(struct progress *p, int64_t bytes);
/* A layer is finished; `how`: "unpacked", "already there". */
void progress_layer(struct progress *p, const char *diff_id, int64_t size, const char *how);
/* Removes the bar. */
void progress_end(struct progress *p);
