/* SPDX-License-Identifier: MIT */
/* Drawing of the progress bar. */
#include "image/tool/progress.h"

#include "base/mem.h"
#include "base/num.h"
#include "image/ref.h"

#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#define REDRAW_MS 80
#define BAR_MAX   40

static int64_t now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int columns(void)
{
    struct winsize ws;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 0 ? ws.ws_col : 80;
}

void progress_start(struct progress *p, unsigned layers, int64_t bytes, bool quiet)
{
    *p = (struct progress){ .quiet = quiet, .layers = layers, .bytes = bytes };
    p->bar = !quiet && isatty(STDERR_FILENO);
    pthread_mutex_init(&p->lock, NULL);
}

static void draw(struct progress *p)
{
    char done[32];
    char all[32];
    char text[96];
    char bar[BAR_MAX + 1];

    num_size_text((uint64_t)p->bytes_done, done, sizeof(done));
    num_size_text((uint64_t)p->bytes, all, sizeof(all));
    snprintf(text, sizeof(text), "%u/%u layers  %s/%s", p->layers_done, p->layers, done, all);
    int width = columns() - (int)strlen(text) - 14;
    width = width > BAR_MAX ? BAR_MAX : width < 0 ? 0 : width;
    int full = p->bytes > 0 ? (int)(p->bytes_done * width / p->bytes) : width;
    full = full > width ? width : full;
    memset(bar, '=', (size_t)full);
    memset(bar + full, ' ', (size_t)(width - full));
    if (full > 0 && full < width)
        bar[full - 1] = '>';
    bar[width] = '\0';
    fprintf(stderr, "\rLoading [%s] %s\033[K", bar, text);
    p->drawn_at = now_ms();
}

void progress_add(struct progress *p, int64_t bytes)
{
    if (!p->bar)
        return;
    pthread_mutex_lock(&p->lock);
    p->bytes_done += bytes;
    if (now_ms() - p->drawn_at >= REDRAW_MS)
        draw(p);
    pthread_mutex_unlock(&p->lock);
}

void progress_layer(struct progress *p, const char *diff_id, int64_t size, const char *how)
{
    char text[32];

    if (p->quiet)
        return;
    pthread_mutex_lock(&p->lock);
    p->layers_done++;
    if (p->bar)
        draw(p);
    else
        fprintf(stderr, "layer %.12s  %s  %s\n", ref_digest_hex(diff_id),
                num_size_text((uint64_t)size, text, sizeof(text)), how);
    pthread_mutex_unlock(&p->lock);
}

void progress_end(struct progress *p)
{
    if (p->bar)
        fprintf(stderr, "\r\033[K");
    p->bar = false;
    pthread_mutex_destroy(&p->lock);
}
