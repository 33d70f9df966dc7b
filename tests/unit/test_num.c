/* SPDX-License-Identifier: MIT */
/* Integers, sizes, durations and fractions as people write them. */
#include "base/mem.h"
#include "base/num.h"
#include "tests/unit/unit.h"

#include <inttypes.h>

#define KIB 1024LL
#define MIB (KIB * 1024)
#define GIB (MIB * 1024)
#define SEC 1000000000LL
#define BAD INT64_MIN /* must be ERR_INVALID */

struct sample {
    const char *text;
    int64_t want;
};

static int64_t parsed(int (*parse)(const char *, int64_t *, struct err *), const char *text)
{
    struct err e = ERR_INIT;
    int64_t v = 77;
    int r = parse(text, &v, &e);

    if (r == 0)
        return v;
    ck_assert_int_eq(r, -ERR_INVALID);
    ck_assert_msg(strstr(e.msg, text) != NULL, "\"%s\" is not named: %s", text, e.msg);
    ck_assert_msg(v == 77, "a failure set the result of \"%s\"", text);
    return BAD;
}

static int parse_i64(const char *s, int64_t *ret, struct err *e)
{
    return num_i64(s, -100, INT64_MAX, ret, e);
}

static int parse_u64(const char *s, int64_t *ret, struct err *e)
{
    uint64_t v;
    int r = num_u64(s, 5, UINT32_MAX, &v, e);

    if (r == 0)
        *ret = (int64_t)v;
    return r;
}

static int parse_octal(const char *s, int64_t *ret, struct err *e)
{
    uint32_t v;
    int r = num_octal(s, 07777, &v, e);

    if (r == 0)
        *ret = v;
    return r;
}

static const struct sample integers[] = {
    { "0", 0 },
    { "-100", -100 },
    { "007", 7 },
    { "9223372036854775807", INT64_MAX },
    { "9223372036854775808", BAD },
    { "-101", BAD },
    { "", BAD },
    { " 1", BAD },
    { "1 ", BAD },
    { "+1", BAD },
    { "1k", BAD },
    { "0x10", BAD },
    { "-", BAD },
};

START_TEST(signed_integers)
{
    ck_assert_int_eq(parsed(parse_i64, integers[_i].text), integers[_i].want);
}
END_TEST

static const struct sample unsigneds[] = {
    { "5", 5 },    { "4294967295", UINT32_MAX },    { "4294967296", BAD }, { "4", BAD },
    { "-6", BAD }, { "99999999999999999999", BAD }, { "", BAD },           { " 7", BAD },
};

START_TEST(unsigned_integers)
{
    ck_assert_int_eq(parsed(parse_u64, unsigneds[_i].text), unsigneds[_i].want);
}
END_TEST

static const struct sample octals[] = {
    { "0", 0 },        { "755", 0755 },  { "0755", 0755 },
    { "7777", 07777 }, { "10000", BAD }, { "8", BAD },
    { "", BAD },       { "-1", BAD },    { "77777777777777777777777777", BAD },
};

START_TEST(octal_modes)
{
    ck_assert_int_eq(parsed(parse_octal, octals[_i].text), octals[_i].want);
}
END_TEST

/* docker's go-units RAMInBytes. */
static const struct sample sizes[] = {
    { "0", 0 },
    { "512", 512 },
    { "32b", 32 },
    { "32B", 32 },
    { "64k", 64 * KIB },
    { "64K", 64 * KIB },
    { "64kb", 64 * KIB },
    { "64KiB", 64 * KIB },
    { "100m", 100 * MIB },
    { "1.5g", GIB + GIB / 2 },
    { "0.5m", MIB / 2 },
    { "2 g", 2 * GIB },
    { "1t", 1024 * GIB },
    { "1p", GIB * 1024 * 1024 },
    { "8191p", GIB * 1024 * 1024 * 8191 },
    { "8192p", BAD },
    { "", BAD },
    { "k", BAD },
    { "-1", BAD },
    { "1x", BAD },
    { "1kx", BAD },
    { "1ki", BAD },
    { "1bb", BAD },
    { "1.2.3m", BAD },
    { ".", BAD },
    { "99999999999999999999", BAD },
};

START_TEST(byte_sizes)
{
    ck_assert_int_eq(parsed(num_size, sizes[_i].text), sizes[_i].want);
}
END_TEST

/* Go's time.ParseDuration, and bare seconds. */
static const struct sample durations[] = {
    { "0", 0 },
    { "10", 10 * SEC },
    { "1.5", SEC + SEC / 2 },
    { "300ms", 300 * 1000000 },
    { "1m30s", 90 * SEC },
    { "1h2m3s", 3723 * SEC },
    { "1.5h", 5400 * SEC },
    { "7us", 7000 },
    { "7µs", 7000 },
    { "9ns", 9 },
    { "", BAD },
    { "s", BAD },
    { "-1s", BAD },
    { "1x", BAD },
    { "1m30", BAD },
    { "1 s", BAD },
    { "9999999999999h", BAD },
    { "2562047h2562047h", BAD },
};

START_TEST(time_spans)
{
    ck_assert_int_eq(parsed(num_duration, durations[_i].text), durations[_i].want);
}
END_TEST

static const struct sample nanos[] = {
    { "0.5", SEC / 2 },   { "2", 2 * SEC },  { "1.25", SEC + SEC / 4 },
    { "0.000000001", 1 }, { ".5", SEC / 2 }, { "", BAD },
    { "0.5x", BAD },      { "-1", BAD },     { "9999999999999", BAD },
};

START_TEST(fractions)
{
    ck_assert_int_eq(parsed(num_nano, nanos[_i].text), nanos[_i].want);
}
END_TEST

struct text_sample {
    int64_t value;
    const char *want;
};

/* docker's units.HumanSizeWithPrecision(size, 3). */
static const struct text_sample size_texts[] = {
    { 0, "0B" },         { 999, "999B" },        { 1000, "1kB" },          { 1500, "1.5kB" },
    { 12345, "12.3kB" }, { 187000000, "187MB" }, { 1290000000, "1.29GB" }, { INT64_MAX, "9.22EB" },
};

START_TEST(size_text)
{
    char buf[16];

    ck_assert_str_eq(num_size_text((uint64_t)size_texts[_i].value, buf, sizeof(buf)),
                     size_texts[_i].want);
}
END_TEST

/* docker's units.BytesSize. */
static const struct text_sample memory_texts[] = {
    { 0, "0B" },
    { 1023, "1023B" },
    { 1024, "1KiB" },
    { 1536, "1.5KiB" },
    { 33554432, "32MiB" },
    { 8198246400, "7.635GiB" },
    { 1073741823, "1024MiB" },
    { INT64_MAX, "8EiB" },
};

START_TEST(memory_text)
{
    char buf[16];

    ck_assert_str_eq(num_memory_text((uint64_t)memory_texts[_i].value, buf, sizeof(buf)),
                     memory_texts[_i].want);
}
END_TEST

#define HOUR 3600
#define DAY  (24 * HOUR)

/* docker's units.HumanDuration, which rounds to hours before it counts days. */
static const struct text_sample age_texts[] = {
    { 0, "Less than a second" }, { 1, "1 second" },
    { 59, "59 seconds" },        { 60, "About a minute" },
    { 119, "About a minute" },   { 120, "2 minutes" },
    { 3599, "59 minutes" },      { HOUR, "About an hour" },
    { 5399, "About an hour" },   { 5400, "2 hours" },
    { 47 * HOUR, "47 hours" },   { 48 * HOUR - 1, "2 days" },
    { 2 * DAY, "2 days" },       { 14 * DAY - HOUR, "13 days" },
    { 14 * DAY, "2 weeks" },     { 60 * DAY - HOUR, "8 weeks" },
    { 60 * DAY, "2 months" },    { 729 * DAY, "24 months" },
    { 730 * DAY, "2 years" },
};

START_TEST(age_text)
{
    char buf[32];

    ck_assert_str_eq(num_age_text(age_texts[_i].value, buf, sizeof(buf)), age_texts[_i].want);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("num");

    tcase_add_loop_test(t, signed_integers, 0, (int)ARRAY_LEN(integers));
    tcase_add_loop_test(t, unsigned_integers, 0, (int)ARRAY_LEN(unsigneds));
    tcase_add_loop_test(t, octal_modes, 0, (int)ARRAY_LEN(octals));
    tcase_add_loop_test(t, byte_sizes, 0, (int)ARRAY_LEN(sizes));
    tcase_add_loop_test(t, time_spans, 0, (int)ARRAY_LEN(durations));
    tcase_add_loop_test(t, fractions, 0, (int)ARRAY_LEN(nanos));
    tcase_add_loop_test(t, size_text, 0, (int)ARRAY_LEN(size_texts));
    tcase_add_loop_test(t, memory_text, 0, (int)ARRAY_LEN(memory_texts));
    tcase_add_loop_test(t, age_text, 0, (int)ARRAY_LEN(age_texts));
    return unit_run(t);
}
