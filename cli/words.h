/* SPDX-License-Identifier: MIT */
/* Words for completion: what may stand as an operand or an option's value. */
#pragma once

#include "base/opt.h"

/* All are opt_words_fn; their ctx is a struct cli *. */
void words_containers(void *ctx, const char *prefix, struct buf *out); /* in any state */
void words_running(void *ctx, const char *prefix, struct buf *out);    /* or paused */
void words_paused(void *ctx, const char *prefix, struct buf *out);
void words_unpaused(void *ctx, const char *prefix, struct buf *out); /* running and not paused */
void words_stopped(void *ctx, const char *prefix, struct buf *out);
void words_images(void *ctx, const char *prefix, struct buf *out);
void words_volumes(void *ctx, const char *prefix, struct buf *out);
void words_networks(void *ctx, const char *prefix, struct buf *out);
void words_objects(void *ctx, const char *prefix, struct buf *out); /* containers and images */
void words_commands(void *ctx, const char *prefix, struct buf *out);
void words_caps(void *ctx, const char *prefix, struct buf *out);
void words_signals(void *ctx, const char *prefix, struct buf *out);
void words_streams(void *ctx, const char *prefix, struct buf *out);
void words_pressure(void *ctx, const char *prefix, struct buf *out);
void words_private_host(void *ctx, const char *prefix, struct buf *out);
void words_pid(void *ctx, const char *prefix, struct buf *out);
void words_ipc(void *ctx, const char *prefix, struct buf *out);
void words_cgroup_managers(void *ctx, const char *prefix, struct buf *out);
void words_pull(void *ctx, const char *prefix, struct buf *out);
