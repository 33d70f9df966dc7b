/* SPDX-License-Identifier: MIT */
/* Rewrites DNS ports on a container's loopback, without connection tracking. */
#include "net/nft_dns.h"

#include "net/nft_msg.h"

#include <arpa/inet.h>

#include <linux/netfilter.h>

#define DNS_PORT     53
#define PRIORITY_RAW (-300)
#define IP_SADDR_OFF 12
#define IP_DADDR_OFF 16
#define SPORT_OFF    0
#define DPORT_OFF    2
#define UDP_CSUM_OFF 6
#define TCP_CSUM_OFF 16

static const struct nft_table table = { .family = NFPROTO_IPV4,
                                        .name = "hako_dns",
                                        .comment = "names are answered on 127.0.0.11" };
static const struct nft_chain out = {
    .name = "out", .type = "filter", .hook = NF_INET_LOCAL_OUT, .priority = PRIORITY_RAW
};
static const struct nft_chain in = {
    .name = "in", .type = "filter", .hook = NF_INET_LOCAL_IN, .priority = PRIORITY_RAW
};

/* Packets to (out) or from (in) the address on port `from` get `to` instead. */
static void put_rewrite(struct netlink_batch *b, const struct nft_chain *c, uint8_t proto,
                        uint16_t from, uint16_t to)
{
    static const uint8_t address[4] = { 127, 0, 0, 11 };
    uint32_t port_off = c == &out ? DPORT_OFF : SPORT_OFF;
    struct nft_rule r = nft_msg_rule(b, &table, c->name, NULL);

    from = htons(from);
    to = htons(to);
    nft_expr_payload(&r, NFT_PAYLOAD_NETWORK_HEADER, c == &out ? IP_DADDR_OFF : IP_SADDR_OFF, 4);
    nft_expr_cmp(&r, NFT_CMP_EQ, address, sizeof(address));
    nft_expr_meta(&r, NFT_META_L4PROTO, NFT_REG_1);
    nft_expr_cmp(&r, NFT_CMP_EQ, &proto, sizeof(proto));
    nft_expr_payload(&r, NFT_PAYLOAD_TRANSPORT_HEADER, port_off, 2);
    nft_expr_cmp(&r, NFT_CMP_EQ, &from, sizeof(from));
    nft_expr_value(&r, &to, sizeof(to));
    nft_expr_set_port(&r, port_off, proto == IPPROTO_UDP ? UDP_CSUM_OFF : TCP_CSUM_OFF);
    nft_msg_rule_end(&r);
}

static int install(struct netlink *nl, uint16_t udp_port, uint16_t tcp_port, bool replace,
                   int *ret_errnum, struct err *e)
{
    struct netlink_batch b;

    netlink_start(&b, nl);
    nft_msg_begin(&b);
    if (replace) {
        nft_msg_add_table(&b, &table, 0);
        nft_msg_del_table(&b, &table);
    }
    nft_msg_add_table(&b, &table, NLM_F_EXCL);
    nft_msg_add_chain(&b, &table, &out);
    nft_msg_add_chain(&b, &table, &in);
    put_rewrite(&b, &out, IPPROTO_UDP, DNS_PORT, udp_port);
    put_rewrite(&b, &out, IPPROTO_TCP, DNS_PORT, tcp_port);
    put_rewrite(&b, &in, IPPROTO_UDP, udp_port, DNS_PORT);
    put_rewrite(&b, &in, IPPROTO_TCP, tcp_port, DNS_PORT);
    nft_msg_commit(&b);
    int r = netlink_run(&b, NULL, NULL, e);
    *ret_errnum = b.failed;
    return r;
}

int nft_dns(int netns_fd, uint16_t udp_port, uint16_t tcp_port, struct err *e)
{
    AUTO_NETLINK struct netlink nl = NETLINK_INIT;
    int errnum = 0;

    if (netlink_open(NETLINK_NETFILTER, netns_fd, &nl, e) < 0)
        return -e->kind;
    int r = install(&nl, udp_port, tcp_port, false, &errnum, e);
    /* Deleting waits for the kernel: only where an earlier server left its rules. */
    if (r < 0 && errnum == EEXIST) {
        err_clear(e);
        r = install(&nl, udp_port, tcp_port, true, &errnum, e);
    }
    return r;
}
