/* SPDX-License-Identifier: MIT */
/* The DNS port rewrite of a container's network namespace by raw nf_tables netlink. */
#include "tests/bench/floor/nft.h"
#include "tests/bench/floor/nlmsg.h"
#include "tests/bench/floor/rtnl.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netinet/in.h>
#include <unistd.h>

#define TABLE     "hako"
#define MSG(type) ((NFNL_SUBSYS_NFTABLES << 8) | (type))

/* One rule: packets of `protocol` with our address and port `from` at these offsets get port `to`.
 */
struct rewrite {
    const char *chain;
    uint32_t address_offset; /* in the IPv4 header */
    uint32_t port_offset;    /* in the transport header */
    uint16_t from, to;
};

static const struct rewrite rewrites[] = {
    { "out", 16, 2, 53, RTNL_DNS_PORT },
    { "in", 12, 0, RTNL_DNS_PORT, 53 },
};

static const struct {
    uint8_t protocol;
    uint32_t checksum_offset;
} transports[] = { { IPPROTO_UDP, 6 }, { IPPROTO_TCP, 16 } };

static void begin(struct nlmsg *m, uint16_t type, uint16_t flags)
{
    const struct nfgenmsg gen = { .nfgen_family = NFPROTO_IPV4, .version = NFNETLINK_V0 };

    nlmsg_begin(m, MSG(type), flags, &gen, sizeof(gen));
}

static void batch_mark(struct nlmsg *m, uint16_t type, uint16_t flags)
{
    const struct nfgenmsg gen = { .version = NFNETLINK_V0, .res_id = htons(NFNL_SUBSYS_NFTABLES) };

    nlmsg_begin(m, type, flags, &gen, sizeof(gen));
}

static void add_chain(struct nlmsg *m, const char *name, uint32_t hook)
{
    size_t nest;

    begin(m, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
    nlmsg_put_str(m, NFTA_CHAIN_TABLE, TABLE);
    nlmsg_put_str(m, NFTA_CHAIN_NAME, name);
    nest = nlmsg_nest(m, NFTA_CHAIN_HOOK);
    nlmsg_put_be32(m, NFTA_HOOK_HOOKNUM, hook);
    nlmsg_put_be32(m, NFTA_HOOK_PRIORITY, (uint32_t)-300);
    nlmsg_end(m, nest);
    nlmsg_put_be32(m, NFTA_CHAIN_POLICY, NF_ACCEPT);
    nlmsg_put_str(m, NFTA_CHAIN_TYPE, "filter");
}

struct expr {
    size_t elem, data;
};

static struct expr expr_begin(struct nlmsg *m, const char *name)
{
    struct expr x = { .elem = nlmsg_nest(m, NFTA_LIST_ELEM) };

    nlmsg_put_str(m, NFTA_EXPR_NAME, name);
    x.data = nlmsg_nest(m, NFTA_EXPR_DATA);
    return x;
}

static void expr_end(struct nlmsg *m, struct expr x)
{
    nlmsg_end(m, x.data);
    nlmsg_end(m, x.elem);
}

static void put_value(struct nlmsg *m, uint16_t type, const void *value, size_t size)
{
    size_t nest = nlmsg_nest(m, type);

    nlmsg_put(m, NFTA_DATA_VALUE, value, size);
    nlmsg_end(m, nest);
}

static void match_equal(struct nlmsg *m, const void *value, size_t size)
{
    struct expr x = expr_begin(m, "cmp");

    nlmsg_put_be32(m, NFTA_CMP_SREG, NFT_REG_1);
    nlmsg_put_be32(m, NFTA_CMP_OP, NFT_CMP_EQ);
    put_value(m, NFTA_CMP_DATA, value, size);
    expr_end(m, x);
}

static void match_payload(struct nlmsg *m, uint32_t base, uint32_t offset, const void *value,
                          size_t size)
{
    struct expr x = expr_begin(m, "payload");

    nlmsg_put_be32(m, NFTA_PAYLOAD_DREG, NFT_REG_1);
    nlmsg_put_be32(m, NFTA_PAYLOAD_BASE, base);
    nlmsg_put_be32(m, NFTA_PAYLOAD_OFFSET, offset);
    nlmsg_put_be32(m, NFTA_PAYLOAD_LEN, (uint32_t)size);
    expr_end(m, x);
    match_equal(m, value, size);
}

static void match_protocol(struct nlmsg *m, uint8_t protocol)
{
    struct expr x = expr_begin(m, "meta");

    nlmsg_put_be32(m, NFTA_META_DREG, NFT_REG_1);
    nlmsg_put_be32(m, NFTA_META_KEY, NFT_META_L4PROTO);
    expr_end(m, x);
    match_equal(m, &protocol, sizeof(protocol));
}

static void set_port(struct nlmsg *m, uint32_t offset, uint16_t port, uint32_t checksum_offset)
{
    struct expr x = expr_begin(m, "immediate");

    nlmsg_put_be32(m, NFTA_IMMEDIATE_DREG, NFT_REG_1);
    put_value(m, NFTA_IMMEDIATE_DATA, &port, sizeof(port));
    expr_end(m, x);
    x = expr_begin(m, "payload");
    nlmsg_put_be32(m, NFTA_PAYLOAD_SREG, NFT_REG_1);
    nlmsg_put_be32(m, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_TRANSPORT_HEADER);
    nlmsg_put_be32(m, NFTA_PAYLOAD_OFFSET, offset);
    nlmsg_put_be32(m, NFTA_PAYLOAD_LEN, sizeof(port));
    nlmsg_put_be32(m, NFTA_PAYLOAD_CSUM_TYPE, NFT_PAYLOAD_CSUM_INET);
    nlmsg_put_be32(m, NFTA_PAYLOAD_CSUM_OFFSET, checksum_offset);
    expr_end(m, x);
}

static void add_rule(struct nlmsg *m, const struct rewrite *r, size_t t)
{
    const uint16_t from = htons(r->from);
    struct in_addr server;
    size_t list;

    inet_pton(AF_INET, "127.0.0.11", &server);
    begin(m, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
    nlmsg_put_str(m, NFTA_RULE_TABLE, TABLE);
    nlmsg_put_str(m, NFTA_RULE_CHAIN, r->chain);
    list = nlmsg_nest(m, NFTA_RULE_EXPRESSIONS);
    match_payload(m, NFT_PAYLOAD_NETWORK_HEADER, r->address_offset, &server, sizeof(server));
    match_protocol(m, transports[t].protocol);
    match_payload(m, NFT_PAYLOAD_TRANSPORT_HEADER, r->port_offset, &from, sizeof(from));
    set_port(m, r->port_offset, htons(r->to), transports[t].checksum_offset);
    nlmsg_end(m, list);
}

void nft_rewrite_dns(void)
{
    struct nlmsg m = { .len = 0 };
    int sock = nlmsg_open(NETLINK_NETFILTER);

    batch_mark(&m, NFNL_MSG_BATCH_BEGIN, 0);
    begin(&m, NFT_MSG_NEWTABLE, NLM_F_CREATE);
    nlmsg_put_str(&m, NFTA_TABLE_NAME, TABLE);
    add_chain(&m, "out", NF_INET_LOCAL_OUT);
    add_chain(&m, "in", NF_INET_LOCAL_IN);
    for (size_t i = 0; i < sizeof(rewrites) / sizeof(*rewrites); i++)
        for (size_t t = 0; t < sizeof(transports) / sizeof(*transports); t++)
            add_rule(&m, &rewrites[i], t);
    m.head->nlmsg_flags |= NLM_F_ACK;
    batch_mark(&m, NFNL_MSG_BATCH_END, 0);
    nlmsg_talk(sock, &m, "rewrite DNS ports");
    close(sock);
}
