/* SPDX-License-Identifier: MIT */
/* Internet addresses and prefixes as values: parse, print, compare, count. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An address of either family; `family` AF_UNSPEC (0) is "none". */
struct ip_addr {
    uint8_t family;    /* AF_INET, AF_INET6 or AF_UNSPEC */
    uint8_t bytes[16]; /* network order; the first 4 for AF_INET, the rest 0 */
};

/* An address with a prefix length. As a network its host bits are 0. */
struct ip_net {
    struct ip_addr addr;
    uint8_t bits;
};

#define IP_TEXT_MAX 64 /* holds any address with its prefix length */

/* "10.1.2.3" or "fd00::1"; no zone, no leading or trailing space. ERR_INVALID. */
int ip_parse(const char *s, struct ip_addr *ret, struct err *e);
/* "10.1.0.0/16"; the length is required, host bits are kept. ERR_INVALID. */
int ip_parse_net(const char *s, struct ip_net *ret, struct err *e);
/* Write into buf (IP_TEXT_MAX bytes) and return it; "" for none. */
const char *ip_text(const struct ip_addr *a, char *buf);
const char *ip_net_text(const struct ip_net *n, char *buf);

/* 4 or 16. */
size_t ip_len(const struct ip_addr *a);
bool ip_eq(const struct ip_addr *a, const struct ip_addr *b);
/* The network that the address is in: host bits cleared. */
struct ip_net ip_mask(const struct ip_net *n);
bool ip_contains(const struct ip_net *net, const struct ip_addr *a);
/* One of the two lies inside the other; networks of different families never do. */
bool ip_overlap(const struct ip_net *a, const struct ip_net *b);

/* IPv4 as a number in host order, and back. */
uint32_t ip_to_u32(const struct ip_addr *a);
struct ip_addr ip_from_u32(uint32_t v);
/* The last address of an IPv4 network (its broadcast address). */
struct ip_addr ip_broadcast(const struct ip_net *n);

/* "02:42:0a:01:02:03", six pairs of hex digits; multicast and all-zero addresses are
 * ERR_INVALID. buf: IP_MAC_TEXT_MAX bytes. */
#define IP_MAC_TEXT_MAX 18
int ip_parse_mac(const char *s, uint8_t ret[6], struct err *e);
const char *ip_mac_text(const uint8_t mac[6], char *buf);

/* 02:42 and the four bytes of the IPv4 address: an address that changes hands keeps its MAC
 * address, so neighbours' ARP entries stay right. */
void ip_mac_of(const struct ip_addr *a, uint8_t ret[6]);

/* FNV-1a, 64 bits, of the string and its terminating zero, with its halves mixed; start with
 * IP_HASH_INIT and chain. */
#define IP_HASH_INIT 0xcbf29ce484222325ull
uint64_t ip_hash(uint64_t h, const char *s);
