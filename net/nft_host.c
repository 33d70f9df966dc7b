/* SPDX-License-Identifier: MIT */
/* Looks through the base chains of all tables. */
#include "net/nft_host.h"

#include "base/netlink.h"
#include "base/netlink_msg.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>

#define NAME_MAX_SHOWN 64

struct search {
    char *buf;
    size_t len;
    int found;
};

struct chain {
    char table[NAME_MAX_SHOWN];
    char name[NAME_MAX_SHOWN];
    bool forwards;
    bool drops;
};

static bool is_forward_hook(const struct nlattr *hook)
{
    netlink_for_each_in(attr, hook)
    {
        if (netlink_attr_type(attr) == NFTA_HOOK_HOOKNUM)
            return ntohl(netlink_attr_u32(attr)) == NF_INET_FORWARD;
    }
    return false;
}

static void read_attr(const struct nlattr *attr, struct chain *c)
{
    switch (netlink_attr_type(attr)) {
    case NFTA_CHAIN_TABLE: netlink_attr_str(attr, c->table, sizeof(c->table)); break;
    case NFTA_CHAIN_NAME: netlink_attr_str(attr, c->name, sizeof(c->name)); break;
    case NFTA_CHAIN_HOOK: c->forwards = is_forward_hook(attr); break;
    case NFTA_CHAIN_POLICY: c->drops = ntohl(netlink_attr_u32(attr)) == NF_DROP; break;
    default: break;
    }
}

static void take_chain(const struct nlmsghdr *nlh, void *arg)
{
    const struct nfgenmsg *nfg = netlink_data(nlh);
    struct search *s = arg;
    struct chain c = { 0 };

    if (s->found || (nfg->nfgen_family != NFPROTO_IPV4 && nfg->nfgen_family != NFPROTO_INET))
        return;
    netlink_for_each(attr, nlh, sizeof(*nfg)) read_attr(attr, &c);
    if (!c.forwards || !c.drops)
        return;
    s->found = 1;
    snprintf(s->buf, s->len, "table %s %s, chain %s",
             nfg->nfgen_family == NFPROTO_IPV4 ? "ip" : "inet", c.table, c.name);
}

int nft_host_drops(char *buf, size_t len, struct err *e)
{
    AUTO_NETLINK struct netlink nl = NETLINK_INIT;
    struct search s = { .buf = buf, .len = len };
    struct netlink_batch b;

    int r = netlink_open(NETLINK_NETFILTER, -1, &nl, e);
    if (r < 0)
        return r;
    netlink_start(&b, &nl);
    struct nlmsghdr *nlh = netlink_add(&b, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETCHAIN, NLM_F_DUMP,
                                       0, "nf_tables: list chains");
    struct nfgenmsg *nfg = netlink_put_head(nlh, sizeof(*nfg));
    nfg->nfgen_family = NFPROTO_UNSPEC;
    nfg->version = NFNETLINK_V0;
    r = netlink_run(&b, take_chain, &s, e);
    return r < 0 ? r : s.found;
}
