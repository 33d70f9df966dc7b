/* SPDX-License-Identifier: MIT */
/* nf_tables messages: transactions, tables, chains, sets, rules and their expressions. */
#pragma once

#include "base/netlink.h"

#include <linux/netfilter/nf_tables.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Written straight into a netlink batch (net/netlink.h), as linux/netfilter/nf_tables.h tells;
 * comments, byte orders and key types are what nft(8) expects, so that `nft list ruleset` reads
 * well. Numbers are in host order here and go out in network order.
 */
struct nft_table {
    uint8_t family; /* NFPROTO_INET … */
    const char *name;
    const char *comment;
};

void nft_msg_begin(struct netlink_batch *b);
void nft_msg_commit(struct netlink_batch *b);

void nft_msg_add_table(struct netlink_batch *b, const struct nft_table *t, uint16_t flags);
void nft_msg_del_table(struct netlink_batch *b, const struct nft_table *t);

struct nft_chain {
    const char *name;
    const char *type; /* "filter", "nat" */
    uint32_t hook;    /* NF_INET_… */
    int32_t priority;
    const char *comment;
};
/* A base chain with policy accept. */
void nft_msg_add_chain(struct netlink_batch *b, const struct nft_table *t,
                       const struct nft_chain *c);
/* Deletes all its rules. */
void nft_msg_flush_chain(struct netlink_batch *b, const struct nft_table *t, const char *chain);

/* A hash set whose keys are `fields` interface names (1 or 2). `id` is unique in the batch. */
struct nft_set {
    const char *name;
    unsigned fields;
    uint32_t id;
    const char *comment;
};
void nft_msg_add_set(struct netlink_batch *b, const struct nft_table *t, const struct nft_set *s);
/* NFT_MSG_NEWSETELEM, NFT_MSG_DELSETELEM or NFT_MSG_GETSETELEM of the element whose fields are
 * all `ifname`. `comment` may be NULL. */
void nft_msg_element(struct netlink_batch *b, int msg, const struct nft_table *t,
                     const struct nft_set *s, const char *ifname, const char *comment);
/* Asks for all elements (a dump). */
void nft_msg_list_elements(struct netlink_batch *b, const struct nft_table *t,
                           const struct nft_set *s);
/* Asks for a chain; nft_msg_chain_use() reads the number of its rules from the answer. */
void nft_msg_get_chain(struct netlink_batch *b, const struct nft_table *t, const char *chain);
uint32_t nft_msg_chain_use(const struct nlmsghdr *nlh);
/* Calls fn with each key (its first field) in an answer to nft_msg_list_elements(). */
void nft_msg_each_key(const struct nlmsghdr *nlh, void (*fn)(const char *key, void *arg),
                      void *arg);
/* NFT_MSG_… of an answer. */
int nft_msg_type(const struct nlmsghdr *nlh);

/* A rule is open between rule() and rule_end(): expressions go in between, in order. */
struct nft_rule {
    struct nlmsghdr *nlh;
    struct nlattr *list;
    const char *comment;
};
struct nft_rule nft_msg_rule(struct netlink_batch *b, const struct nft_table *t, const char *chain,
                             const char *comment);
void nft_msg_rule_end(struct nft_rule *r);

/* Registers are NFT_REG32_00 …, NFT_REG_1 …; data is in network order unless the key's own order
 * is the host's (enum nft_meta_keys). */
void nft_expr_meta(struct nft_rule *r, enum nft_meta_keys key, uint32_t dreg);
void nft_expr_lookup(struct nft_rule *r, const struct nft_set *s, uint32_t sreg, bool invert);
void nft_expr_cmp(struct nft_rule *r, enum nft_cmp_ops op, const void *data, size_t len);
void nft_expr_bits(struct nft_rule *r, const void *mask, size_t len); /* reg 1 &= mask */
void nft_expr_ct(struct nft_rule *r, enum nft_ct_keys key);
void nft_expr_rt(struct nft_rule *r, enum nft_rt_keys key);
void nft_expr_payload(struct nft_rule *r, enum nft_payload_bases base, uint32_t off, uint32_t len);
void nft_expr_value(struct nft_rule *r, const void *data, size_t len); /* reg 1 = data */
/* Writes 2 bytes of reg 1 into the transport header and mends the checksum at csum_off. */
void nft_expr_set_port(struct nft_rule *r, uint32_t off, uint32_t csum_off);
/* Writes the 16-bit host-order value of reg 1 as the TCP maximum segment size. */
void nft_expr_set_mss(struct nft_rule *r);
void nft_expr_verdict(struct nft_rule *r, int code); /* NF_ACCEPT, NF_DROP */
void nft_expr_masquerade(struct nft_rule *r);
