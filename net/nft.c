/* SPDX-License-Identifier: MIT */
/* The rules of the host's table, and networks as elements of its sets. */
#include "net/nft.h"

#include "base/str.h"
#include "net/nft_msg.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <stdio.h>

#define PRIORITY_FILTER 0
#define PRIORITY_SRCNAT 100
#define IFNAME_SECOND   NFT_REG_2 /* an interface's name fills one 16 byte register */
#define TCP_FLAGS_OFF   13

/* Indices are the sets' ids in a transaction minus one. */
enum { NETWORKS, INSIDE, INTERNAL, MASQUERADE, SETS };
static const struct nft_set sets[SETS] = {
    [NETWORKS] = { "networks", 1, 1, "bridges of all networks" },
    [INSIDE] = { "inside", 2, 2, "from a bridge to itself" },
    [INTERNAL] = { "internal", 1, 3, "bridges without a way out" },
    [MASQUERADE] = { "masqueraded", 1, 4, "bridges whose packets leave with the host's address" },
};

enum { FORWARD, POSTROUTING, CHAINS };
static const struct nft_chain chains[CHAINS] = {
    [FORWARD] = { .name = "forward",
                  .type = "filter",
                  .hook = NF_INET_FORWARD,
                  .priority = PRIORITY_FILTER },
    [POSTROUTING] = { .name = "postrouting",
                      .type = "nat",
                      .hook = NF_INET_POST_ROUTING,
                      .priority = PRIORITY_SRCNAT },
};

/* A rule: an interface in a set, perhaps a further condition, and what then happens. */
enum condition { ALWAYS, ANSWERS, TCP_SYN, TO_ELSEWHERE };
enum action { ACCEPT, DROP, CLAMP_MSS, NAT };
struct rule {
    uint8_t chain;
    uint8_t set;
    enum nft_meta_keys key; /* which side's interface; both when the set has two fields */
    enum condition when;
    enum action then;
    const char *comment;
};
static const struct rule rules[] = {
    { FORWARD, INSIDE, NFT_META_IIFNAME, ALWAYS, ACCEPT, "inside one network" },
    { FORWARD, INTERNAL, NFT_META_IIFNAME, ALWAYS, DROP, "no way out of internal networks" },
    { FORWARD, NETWORKS, NFT_META_IIFNAME, TCP_SYN, CLAMP_MSS, "segments fit the way out" },
    { FORWARD, NETWORKS, NFT_META_OIFNAME, TCP_SYN, CLAMP_MSS, "segments fit the way in" },
    { FORWARD, NETWORKS, NFT_META_OIFNAME, ANSWERS, ACCEPT, "answers to what a network began" },
    { FORWARD, NETWORKS, NFT_META_OIFNAME, ALWAYS, DROP, "no other network or host gets in" },
    { POSTROUTING, MASQUERADE, NFT_META_IIFNAME, TO_ELSEWHERE, NAT, "out with our address" },
};

static struct nft_table table_of(const struct nft_network *n)
{
    return (struct nft_table){
        .family = NFPROTO_INET,
        .name = n->table,
        .comment = "made by hako, changed at will: keep your own rules in a table of your own",
    };
}

const char *nft_table_name(const char *runroot, char *buf)
{
    if (STREQ(runroot, "/run/hako"))
        snprintf(buf, NFT_TABLE_TEXT_MAX, "hako");
    else
        snprintf(buf, NFT_TABLE_TEXT_MAX, "hako-%08x",
                 (unsigned)(ip_hash(IP_HASH_INIT, runroot) >> 32));
    return buf;
}

static bool in_set(const struct nft_network *n, int set)
{
    switch (set) {
    case INTERNAL: return n->internal;
    case MASQUERADE: return n->masquerade && !n->internal;
    default: return true;
    }
}

static void put_condition(struct nft_rule *r, enum condition when)
{
    static const uint8_t tcp = IPPROTO_TCP;
    static const uint8_t syn = TH_SYN;
    static const uint8_t zero[4];
    static const uint32_t answers =
        NF_CT_STATE_BIT(IP_CT_ESTABLISHED) | NF_CT_STATE_BIT(IP_CT_RELATED);

    switch (when) {
    case ALWAYS: break;
    case ANSWERS:
        nft_expr_ct(r, NFT_CT_STATE);
        nft_expr_bits(r, &answers, sizeof(answers));
        nft_expr_cmp(r, NFT_CMP_NEQ, zero, sizeof(answers));
        break;
    case TCP_SYN:
        nft_expr_meta(r, NFT_META_L4PROTO, NFT_REG_1);
        nft_expr_cmp(r, NFT_CMP_EQ, &tcp, sizeof(tcp));
        nft_expr_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, TCP_FLAGS_OFF, 1);
        nft_expr_bits(r, &syn, sizeof(syn));
        nft_expr_cmp(r, NFT_CMP_NEQ, zero, sizeof(syn));
        break;
    case TO_ELSEWHERE:
        nft_expr_meta(r, NFT_META_OIFNAME, NFT_REG_1);
        nft_expr_lookup(r, &sets[NETWORKS], NFT_REG_1, true);
        break;
    }
}

static void put_action(struct nft_rule *r, enum action then)
{
    switch (then) {
    case ACCEPT: nft_expr_verdict(r, NF_ACCEPT); break;
    case DROP: nft_expr_verdict(r, NF_DROP); break;
    case CLAMP_MSS:
        nft_expr_rt(r, NFT_RT_TCPMSS);
        nft_expr_set_mss(r);
        break;
    case NAT: nft_expr_masquerade(r); break;
    }
}

static void put_rule(struct netlink_batch *b, const struct nft_table *t, const struct rule *rule)
{
    const struct nft_set *set = &sets[rule->set];
    struct nft_rule r = nft_msg_rule(b, t, chains[rule->chain].name, rule->comment);

    nft_expr_meta(&r, rule->key, NFT_REG_1);
    if (set->fields == 2)
        nft_expr_meta(&r, NFT_META_OIFNAME, IFNAME_SECOND);
    nft_expr_lookup(&r, set, NFT_REG_1, false);
    put_condition(&r, rule->when);
    put_action(&r, rule->then);
    nft_msg_rule_end(&r);
}

struct answers {
    unsigned rules;
    unsigned elements;
};

static void count_answer(const struct nlmsghdr *nlh, void *arg)
{
    struct answers *a = arg;

    if (nft_msg_type(nlh) == NFT_MSG_NEWCHAIN)
        a->rules += nft_msg_chain_use(nlh);
    else if (nft_msg_type(nlh) == NFT_MSG_NEWSETELEM)
        a->elements++;
}

static int look(struct netlink *nl, const struct nft_network *n, struct answers *ret, struct err *e)
{
    struct nft_table t = table_of(n);
    struct netlink_batch b;

    netlink_start(&b, nl);
    for (int i = 0; i < CHAINS; i++)
        nft_msg_get_chain(&b, &t, chains[i].name);
    nft_msg_element(&b, NFT_MSG_GETSETELEM, &t, &sets[INSIDE], n->bridge, NULL);
    return netlink_run(&b, count_answer, ret, e);
}

int nft_check(const struct nft_network *n, struct err *e)
{
    AUTO_NETLINK struct netlink nl = NETLINK_INIT;
    struct answers found = { 0 };

    if (netlink_open(NETLINK_NETFILTER, -1, &nl, e) < 0 || look(&nl, n, &found, e) < 0)
        return -e->kind;
    return found.elements == 1 && found.rules == ARRAY_LEN(rules);
}

static void put_rules(struct netlink_batch *b, const struct nft_table *t)
{
    for (int i = 0; i < CHAINS; i++) {
        nft_msg_add_chain(b, t, &chains[i]);
        nft_msg_flush_chain(b, t, chains[i].name);
    }
    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        put_rule(b, t, &rules[i]);
}

int nft_apply(const struct nft_network *n, struct err *e)
{
    AUTO_NETLINK struct netlink nl = NETLINK_INIT;
    struct nft_table t = table_of(n);
    struct answers found = { 0 };
    struct netlink_batch b;

    if (netlink_open(NETLINK_NETFILTER, -1, &nl, e) < 0 || look(&nl, n, &found, e) < 0)
        return -e->kind;
    netlink_start(&b, &nl);
    nft_msg_begin(&b);
    nft_msg_add_table(&b, &t, 0);
    for (int i = 0; i < SETS; i++)
        nft_msg_add_set(&b, &t, &sets[i]);
    /* Deleting rules makes the kernel wait (PERFORMANCE: 12 ms): only when they are not whole. */
    if (found.rules != ARRAY_LEN(rules))
        put_rules(&b, &t);
    for (int i = 0; i < SETS; i++) {
        if (in_set(n, i))
            nft_msg_element(&b, NFT_MSG_NEWSETELEM, &t, &sets[i], n->bridge, n->name);
    }
    nft_msg_commit(&b);
    return netlink_run(&b, NULL, NULL, e);
}

struct members {
    const char *bridge;
    bool ours;
    bool others;
    bool table; /* the set exists */
};

static void note_member(const char *key, void *arg)
{
    struct members *m = arg;

    if (STREQ(key, m->bridge))
        m->ours = true;
    else
        m->others = true;
}

static void take_members(const struct nlmsghdr *nlh, void *arg)
{
    struct members *m = arg;

    m->table = true;
    nft_msg_each_key(nlh, note_member, m);
}

int nft_remove(const struct nft_network *n, struct err *e)
{
    AUTO_NETLINK struct netlink nl = NETLINK_INIT;
    struct nft_table t = table_of(n);
    struct members m = { .bridge = n->bridge };
    struct netlink_batch b;

    if (netlink_open(NETLINK_NETFILTER, -1, &nl, e) < 0)
        return -e->kind;
    netlink_start(&b, &nl);
    nft_msg_list_elements(&b, &t, &sets[NETWORKS]);
    if (netlink_run(&b, take_members, &m, e) < 0)
        return -e->kind;
    if (!m.ours && (m.others || !m.table))
        return 0;
    netlink_start(&b, &nl);
    nft_msg_begin(&b);
    if (!m.others)
        nft_msg_del_table(&b, &t);
    for (int i = 0; m.others && i < SETS; i++) {
        if (in_set(n, i))
            nft_msg_element(&b, NFT_MSG_DELSETELEM, &t, &sets[i], n->bridge, NULL);
    }
    nft_msg_commit(&b);
    return netlink_run(&b, NULL, NULL, e);
}
