/* SPDX-License-Identifier: MIT */
/* Encodes the expressions of nf_tables rules. */
#include "net/nft_msg.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <netinet/tcp.h>
#include <string.h>

/* An expression: a list element with its name and nested data. */
struct expr {
    struct nlmsghdr *nlh;
    struct nlattr *elem;
    struct nlattr *data;
};

static struct expr expr_start(struct nft_rule *r, const char *name)
{
    struct expr x = { .nlh = r->nlh };

    x.elem = netlink_nest(x.nlh, NFTA_LIST_ELEM);
    netlink_put_str(x.nlh, NFTA_EXPR_NAME, name);
    x.data = netlink_nest(x.nlh, NFTA_EXPR_DATA);
    return x;
}

static void expr_end(struct expr *x)
{
    netlink_nest_end(x->nlh, x->data);
    netlink_nest_end(x->nlh, x->elem);
}

static void put_u32(struct expr *x, uint16_t type, uint32_t v)
{
    netlink_put_u32(x->nlh, type, htonl(v));
}

static void put_data(struct expr *x, uint16_t type, const void *data, size_t len)
{
    struct nlattr *nest = netlink_nest(x->nlh, type);

    netlink_put(x->nlh, NFTA_DATA_VALUE, data, len);
    netlink_nest_end(x->nlh, nest);
}

void nft_expr_meta(struct nft_rule *r, enum nft_meta_keys key, uint32_t dreg)
{
    struct expr x = expr_start(r, "meta");

    put_u32(&x, NFTA_META_KEY, key);
    put_u32(&x, NFTA_META_DREG, dreg);
    expr_end(&x);
}

void nft_expr_lookup(struct nft_rule *r, const struct nft_set *s, uint32_t sreg, bool invert)
{
    struct expr x = expr_start(r, "lookup");

    netlink_put_str(x.nlh, NFTA_LOOKUP_SET, s->name);
    put_u32(&x, NFTA_LOOKUP_SET_ID, s->id);
    put_u32(&x, NFTA_LOOKUP_SREG, sreg);
    if (invert)
        put_u32(&x, NFTA_LOOKUP_FLAGS, NFT_LOOKUP_F_INV);
    expr_end(&x);
}

void nft_expr_cmp(struct nft_rule *r, enum nft_cmp_ops op, const void *data, size_t len)
{
    struct expr x = expr_start(r, "cmp");

    put_u32(&x, NFTA_CMP_SREG, NFT_REG_1);
    put_u32(&x, NFTA_CMP_OP, op);
    put_data(&x, NFTA_CMP_DATA, data, len);
    expr_end(&x);
}

void nft_expr_bits(struct nft_rule *r, const void *mask, size_t len)
{
    static const uint8_t zero[16];
    struct expr x = expr_start(r, "bitwise");

    put_u32(&x, NFTA_BITWISE_SREG, NFT_REG_1);
    put_u32(&x, NFTA_BITWISE_DREG, NFT_REG_1);
    put_u32(&x, NFTA_BITWISE_LEN, (uint32_t)len);
    put_data(&x, NFTA_BITWISE_MASK, mask, len);
    put_data(&x, NFTA_BITWISE_XOR, zero, len);
    expr_end(&x);
}

void nft_expr_ct(struct nft_rule *r, enum nft_ct_keys key)
{
    struct expr x = expr_start(r, "ct");

    put_u32(&x, NFTA_CT_KEY, key);
    put_u32(&x, NFTA_CT_DREG, NFT_REG_1);
    expr_end(&x);
}

void nft_expr_rt(struct nft_rule *r, enum nft_rt_keys key)
{
    struct expr x = expr_start(r, "rt");

    put_u32(&x, NFTA_RT_KEY, key);
    put_u32(&x, NFTA_RT_DREG, NFT_REG_1);
    expr_end(&x);
}

void nft_expr_payload(struct nft_rule *r, enum nft_payload_bases base, uint32_t off, uint32_t len)
{
    struct expr x = expr_start(r, "payload");

    put_u32(&x, NFTA_PAYLOAD_DREG, NFT_REG_1);
    put_u32(&x, NFTA_PAYLOAD_BASE, base);
    put_u32(&x, NFTA_PAYLOAD_OFFSET, off);
    put_u32(&x, NFTA_PAYLOAD_LEN, len);
    expr_end(&x);
}

void nft_expr_value(struct nft_rule *r, const void *data, size_t len)
{
    struct expr x = expr_start(r, "immediate");

    put_u32(&x, NFTA_IMMEDIATE_DREG, NFT_REG_1);
    put_data(&x, NFTA_IMMEDIATE_DATA, data, len);
    expr_end(&x);
}

void nft_expr_set_port(struct nft_rule *r, uint32_t off, uint32_t csum_off)
{
    struct expr x = expr_start(r, "payload");

    put_u32(&x, NFTA_PAYLOAD_SREG, NFT_REG_1);
    put_u32(&x, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_TRANSPORT_HEADER);
    put_u32(&x, NFTA_PAYLOAD_OFFSET, off);
    put_u32(&x, NFTA_PAYLOAD_LEN, 2);
    put_u32(&x, NFTA_PAYLOAD_CSUM_TYPE, NFT_PAYLOAD_CSUM_INET);
    put_u32(&x, NFTA_PAYLOAD_CSUM_OFFSET, csum_off);
    put_u32(&x, NFTA_PAYLOAD_CSUM_FLAGS, 0);
    expr_end(&x);
}

void nft_expr_set_mss(struct nft_rule *r)
{
    struct expr x = expr_start(r, "byteorder");

    put_u32(&x, NFTA_BYTEORDER_SREG, NFT_REG_1);
    put_u32(&x, NFTA_BYTEORDER_DREG, NFT_REG_1);
    put_u32(&x, NFTA_BYTEORDER_OP, NFT_BYTEORDER_HTON);
    put_u32(&x, NFTA_BYTEORDER_LEN, 2);
    put_u32(&x, NFTA_BYTEORDER_SIZE, 2);
    expr_end(&x);

    x = expr_start(r, "exthdr");
    netlink_put_u8(x.nlh, NFTA_EXTHDR_TYPE, TCPOPT_MAXSEG);
    put_u32(&x, NFTA_EXTHDR_OFFSET, 2);
    put_u32(&x, NFTA_EXTHDR_LEN, 2);
    put_u32(&x, NFTA_EXTHDR_OP, NFT_EXTHDR_OP_TCPOPT);
    put_u32(&x, NFTA_EXTHDR_SREG, NFT_REG_1);
    expr_end(&x);
}

void nft_expr_verdict(struct nft_rule *r, int code)
{
    struct expr x = expr_start(r, "immediate");

    put_u32(&x, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
    struct nlattr *data = netlink_nest(x.nlh, NFTA_IMMEDIATE_DATA);
    struct nlattr *verdict = netlink_nest(x.nlh, NFTA_DATA_VERDICT);
    put_u32(&x, NFTA_VERDICT_CODE, (uint32_t)code);
    netlink_nest_end(x.nlh, verdict);
    netlink_nest_end(x.nlh, data);
    expr_end(&x);
}

void nft_expr_masquerade(struct nft_rule *r)
{
    struct expr x = expr_start(r, "masq");

    expr_end(&x);
}
