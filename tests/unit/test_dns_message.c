/* SPDX-License-Identifier: MIT */
/* DNS messages: queries taken apart at every byte, answers put together and cut to size. */
#include "net/dns_message.h"

#include "tests/unit/dns_fake.h"
#include "unit.h"

#include <string.h>
#include <sys/socket.h>

/* A query for NAME as dig sends it, with EDNS when udp > 0. */
static size_t make_query(uint8_t *out, size_t max, const char *name, uint16_t type, uint16_t udp)
{
    return dns_fake_query(out, max, 0x1234, name, type, udp);
}

START_TEST(parses_query)
{
    uint8_t msg[512];
    struct dns_query q;
    size_t len = make_query(msg, sizeof(msg), "DB.App", DNS_A, 0);

    ck_assert(dns_message_parse(msg, len, &q));
    ck_assert_int_eq(q.rcode, DNS_NOERROR);
    ck_assert_str_eq(q.name, "db.app");
    ck_assert_int_eq(q.id, 0x1234);
    ck_assert_int_eq(q.type, DNS_A);
    ck_assert_uint_eq(q.udp_max, DNS_UDP_PLAIN);
    ck_assert(!q.edns);
}
END_TEST

START_TEST(parses_edns)
{
    uint8_t msg[512];
    struct dns_query q;
    size_t len = make_query(msg, sizeof(msg), "db", DNS_AAAA, 4096);

    ck_assert(dns_message_parse(msg, len, &q));
    ck_assert(q.edns);
    ck_assert_uint_eq(q.udp_max, DNS_UDP_MAX);
    msg[len - 5] = 1; /* EDNS version 1 */
    ck_assert(dns_message_parse(msg, len, &q));
    ck_assert_int_eq(q.rcode, DNS_BADVERS);
}
END_TEST

/* Cut anywhere, a query is silence or an error, never a success. */
START_TEST(refuses_every_cut)
{
    uint8_t msg[512];
    struct dns_query q;
    size_t len = make_query(msg, sizeof(msg), "a.bc.def", DNS_A, 1232);

    for (size_t cut = 0; cut < len; cut++) {
        uint8_t *exact = malloc(cut + 1);
        memcpy(exact, msg, cut);
        if (dns_message_parse(exact, cut, &q))
            ck_assert_int_ne(q.rcode, DNS_NOERROR);
        else
            ck_assert_uint_lt(cut, DNS_HEADER);
        free(exact);
    }
}
END_TEST

START_TEST(refuses_oddities)
{
    uint8_t msg[512];
    struct dns_query q;
    size_t len = make_query(msg, sizeof(msg), "db", DNS_A, 0);

    msg[2] |= 0x80; /* a response */
    ck_assert(!dns_message_parse(msg, len, &q));
    msg[2] = 0x28; /* UPDATE */
    ck_assert(dns_message_parse(msg, len, &q));
    ck_assert_int_eq(q.rcode, DNS_NOTIMP);
    msg[2] = 1;
    msg[5] = 2; /* two questions */
    ck_assert(dns_message_parse(msg, len, &q));
    ck_assert_int_eq(q.rcode, DNS_FORMERR);
    msg[5] = 1;
    msg[13] = '.'; /* a dot inside a label */
    ck_assert(dns_message_parse(msg, len, &q));
    ck_assert_int_eq(q.rcode, DNS_FORMERR);
    msg[12] = 0xc0; /* a pointer in the question */
    ck_assert(dns_message_parse(msg, len, &q));
    ck_assert_int_eq(q.rcode, DNS_FORMERR);
}
END_TEST

START_TEST(answers_addresses)
{
    uint8_t msg[512];
    uint8_t out[DNS_UDP_PLAIN];
    struct dns_query q;
    struct ip_addr addrs[2] = { { AF_INET, { 10, 1, 2, 3 } }, { AF_INET, { 10, 1, 2, 4 } } };
    struct dns_answer a = { .addrs = addrs, .n_addrs = 2 };
    size_t len = make_query(msg, sizeof(msg), "db", DNS_A, 0);

    ck_assert(dns_message_parse(msg, len, &q));
    size_t n = dns_message_answer(&q, msg, &a, out, sizeof(out));
    ck_assert_uint_eq(n, len + 2 * 16);
    ck_assert_int_eq(out[2] & 0x80, 0x80);
    ck_assert_int_eq(out[2] & 0x02, 0);
    ck_assert_int_eq(out[7], 2);
    ck_assert_mem_eq(out + len + 12, addrs[0].bytes, 4);
    ck_assert_mem_eq(out + len + 28, addrs[1].bytes, 4);
}
END_TEST

START_TEST(cuts_what_does_not_fit)
{
    uint8_t msg[512];
    uint8_t out[DNS_UDP_PLAIN];
    struct dns_query q;
    struct ip_addr addrs[64];
    struct dns_answer a = { .addrs = addrs, .n_addrs = 64 };
    size_t len = make_query(msg, sizeof(msg), "db", DNS_A, 512);

    for (size_t i = 0; i < 64; i++)
        addrs[i] = (struct ip_addr){ AF_INET, { 10, 0, 0, (uint8_t)i } };
    ck_assert(dns_message_parse(msg, len, &q));
    size_t n = dns_message_answer(&q, msg, &a, out, sizeof(out));
    ck_assert_uint_le(n, sizeof(out));
    ck_assert_int_eq(out[2] & 0x02, 0x02);
    ck_assert_int_eq(out[7], (int)((n - len) / 16));
    ck_assert_int_eq(out[11], 1); /* the OPT record is there all the same */
}
END_TEST

START_TEST(answers_pointer_and_errors)
{
    uint8_t msg[512];
    uint8_t out[DNS_UDP_PLAIN];
    struct dns_query q;
    struct dns_answer ptr = { .ptr = "db.app" };
    struct dns_answer fail = { .rcode = DNS_NXDOMAIN };
    size_t len = make_query(msg, sizeof(msg), "3.2.1.10.in-addr.arpa", DNS_PTR, 0);

    ck_assert(dns_message_parse(msg, len, &q));
    size_t n = dns_message_answer(&q, msg, &ptr, out, sizeof(out));
    ck_assert_mem_eq(out + n - 8, "\2db\3app", 8);
    n = dns_message_answer(&q, msg, &fail, out, sizeof(out));
    ck_assert_uint_eq(n, len);
    ck_assert_int_eq(out[3] & 15, DNS_NXDOMAIN);
    ck_assert_int_eq(out[2] & 0x04, 0); /* not authoritative */
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("dns_message");

    tcase_add_test(t, parses_query);
    tcase_add_test(t, parses_edns);
    tcase_add_test(t, refuses_every_cut);
    tcase_add_test(t, refuses_oddities);
    tcase_add_test(t, answers_addresses);
    tcase_add_test(t, cuts_what_does_not_fit);
    tcase_add_test(t, answers_pointer_and_errors);
    return unit_run(t);
}
