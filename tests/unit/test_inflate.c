/* SPDX-License-Identifier: MIT */
/* Decompression streams: every format, in pieces of any size, whole or damaged. */
#include "base/str.h"
#include "image/tool/inflate.h"
#include "image/tool/pump.h"
#include "tests/unit/unit.h"

#include <zlib.h>
#include <zstd.h>

#define PLAIN_LEN 1000000

static unsigned char plain[PLAIN_LEN];
static unsigned char packed[2 * PLAIN_LEN];
static size_t packed_len;

/* A stream over `packed`, some bytes at a time. */
struct memory {
    struct stream st;
    size_t at;
    size_t piece;
};

static ssize_t memory_read(struct stream *st, void *buf, size_t len, struct err *e)
{
    struct memory *m = (struct memory *)st;
    size_t n = packed_len - m->at;

    (void)e;
    n = n < m->piece ? n : m->piece;
    n = n < len ? n : len;
    memcpy(buf, packed + m->at, n);
    m->at += n;
    return (ssize_t)n;
}

static void memory_close(struct stream *st)
{
    free(st);
}

static void fill_plain(void)
{
    unsigned seed = 1;

    for (size_t i = 0; i < PLAIN_LEN; i++) {
        seed = seed * 1103515245 + 12345;
        plain[i] = i % 3 ? 'x' : (unsigned char)(seed >> 24);
    }
}

static void add_gzip(const void *data, size_t len)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)data,
                   .avail_in = (uInt)len,
                   .next_out = packed + packed_len,
                   .avail_out = (uInt)(sizeof(packed) - packed_len) };

    ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, 0), Z_OK);
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    packed_len = sizeof(packed) - z.avail_out;
    deflateEnd(&z);
}

static void add_zstd(const void *data, size_t len)
{
    packed_len += ZSTD_compress(packed + packed_len, sizeof(packed) - packed_len, data, len, 3);
}

static void add_skippable(void)
{
    static const unsigned char frame[] = { 0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 'i', 'n', 'f', 'o' };

    memcpy(packed + packed_len, frame, sizeof(frame));
    packed_len += sizeof(frame);
}

static struct stream *open_packed(enum image_compression how, size_t piece)
{
    struct memory *m = calloc(1, sizeof(*m));
    struct stream *st = NULL;
    struct err e;

    *m = (struct memory){ { memory_read, memory_close }, 0, piece };
    unit_ok(inflate_open(&m->st, how, &st, &e), &e);
    return st;
}

/* Reads all by way of a pump; what came, or the error's negative kind. */
static ssize_t read_all(enum image_compression how, size_t piece, const void *want, struct err *e)
{
    struct pump *p = NULL;
    const void *data;
    size_t len = 0;
    ssize_t n;

    unit_ok(pump_start(open_packed(how, piece), &p, e), e);
    while ((n = pump_next(p, &data, e)) > 0) {
        if (want)
            ck_assert_mem_eq((const char *)want + len, data, (size_t)n);
        len += (size_t)n;
    }
    pump_stop(p);
    return n < 0 ? n : (ssize_t)len;
}

static void pack(enum image_compression how)
{
    fill_plain();
    packed_len = 0;
    if (how == IMAGE_GZIP) {
        add_gzip(plain, 300000);
        add_gzip(plain + 300000, 0);
        add_gzip(plain + 300000, PLAIN_LEN - 300000);
    } else if (how == IMAGE_ZSTD) {
        add_zstd(plain, 300000);
        add_skippable();
        add_zstd(plain + 300000, PLAIN_LEN - 300000);
        add_skippable();
    } else {
        memcpy(packed, plain, PLAIN_LEN);
        packed_len = PLAIN_LEN;
    }
}

static const enum image_compression all[] = { IMAGE_PLAIN, IMAGE_GZIP, IMAGE_ZSTD };
static const size_t pieces[] = { 1, 7, 4096, 1 << 20 };

START_TEST(members_are_one_stream)
{
    enum image_compression how = all[_i / 4];
    struct err e;

    pack(how);
    ck_assert_int_eq(inflate_detect(packed, 4), how);
    ck_assert_int_eq(read_all(how, pieces[_i % 4], plain, &e), PLAIN_LEN);
}
END_TEST

START_TEST(cut_off)
{
    enum image_compression how = all[1 + _i % 2];
    struct err e;

    pack(how);
    packed_len = _i < 2 ? packed_len - 30 : _i < 4 ? packed_len / 2 : 5;
    unit_fails((int)read_all(how, 4096, NULL, &e), ERR_CORRUPT, &e);
}
END_TEST

START_TEST(damaged)
{
    enum image_compression how = all[1 + _i % 2];
    struct err e;

    pack(how);
    if (_i < 2)
        packed[packed_len / 2] ^= 0xff;
    else
        packed[packed_len++] = 'x'; /* behind the end */
    ssize_t r = read_all(how, 4096, NULL, &e);
    if (how == IMAGE_GZIP || _i >= 2) /* zstd frames need not have a checksum */
        unit_fails((int)r, ERR_CORRUPT, &e);
}
END_TEST

START_TEST(wrong_checksum)
{
    struct err e;

    fill_plain();
    packed_len = 0;
    add_gzip(plain, 1000);
    packed[packed_len - 6] ^= 1;
    unit_fails((int)read_all(IMAGE_GZIP, 4096, NULL, &e), ERR_CORRUPT, &e);
}
END_TEST

START_TEST(stopping_early)
{
    struct pump *p = NULL;
    const void *data;
    struct err e;

    pack(IMAGE_GZIP);
    unit_ok(pump_start(open_packed(IMAGE_GZIP, 7), &p, &e), &e);
    if (_i)
        ck_assert_int_gt(pump_next(p, &data, &e), 0);
    pump_stop(p);
    pump_stop(NULL);
}
END_TEST

START_TEST(detects)
{
    ck_assert_int_eq(inflate_detect("\x1f\x8b\x08\x00", 4), IMAGE_GZIP);
    ck_assert_int_eq(inflate_detect("\x28\xb5\x2f\xfd", 4), IMAGE_ZSTD);
    ck_assert_int_eq(inflate_detect("\x5e\x2a\x4d\x18", 4), IMAGE_ZSTD);
    ck_assert_int_eq(inflate_detect("BZh9", 4), IMAGE_PLAIN);
    ck_assert_int_eq(inflate_detect("", 0), IMAGE_PLAIN);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("inflate");

    tcase_add_loop_test(t, members_are_one_stream, 0, 12);
    tcase_add_loop_test(t, cut_off, 0, 6);
    tcase_add_loop_test(t, damaged, 0, 4);
    tcase_add_test(t, wrong_checksum);
    tcase_add_loop_test(t, stopping_early, 0, 2);
    tcase_add_test(t, detects);
    return unit_run(t);
}
