/* SPDX-License-Identifier: MIT */
/* Encodes and decodes nf_tables objects: tables, chains, sets, elements, rules. */
#include "net/nft_msg.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/if.h>
#include <string.h>

/* What nft(8) keeps in user data (libnftnl's udata.h): type, length, value. */
enum {
    UDATA_TABLE_COMMENT = 0,
    UDATA_CHAIN_COMMENT = 0,
    UDATA_RULE_COMMENT = 0,
    UDATA_ELEM_COMMENT = 0,
    UDATA_SET_KEY_ORDER = 0,
    UDATA_SET_COMMENT = 7,
};
#define UDATA_COMMENT_MAX 128

/* nft's data types: an interface's name, and how a concatenation packs its fields' types. */
#define TYPE_IFNAME      41
#define TYPE_BITS        6
#define ORDER_HOST       1
#define FIELDS_MAX       2
#define ELEMENT_KEY_SIZE (FIELDS_MAX * IFNAMSIZ)

static struct nlmsghdr *put_header(struct netlink_batch *b, int msg, uint16_t flags, int tolerate,
                                   const struct nft_table *t, const char *label, const char *name)
{
    struct nlmsghdr *nlh =
        netlink_add(b, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | msg), flags, tolerate,
                    "nf_tables: %s%s%s", label, name ? " " : "", name ? name : "");
    struct nfgenmsg *nfg = netlink_put_head(nlh, sizeof(*nfg));

    nfg->nfgen_family = t->family;
    nfg->version = NFNETLINK_V0;
    return nlh;
}

static void put_bracket(struct netlink_batch *b, uint16_t type)
{
    struct nlmsghdr *nlh = netlink_add(b, type, 0, 0, "nf_tables: commit the transaction");
    struct nfgenmsg *nfg = netlink_put_head(nlh, sizeof(*nfg));

    nfg->version = NFNETLINK_V0;
    nfg->res_id = htons(NFNL_SUBSYS_NFTABLES);
    netlink_bracket(b, nlh);
}

void nft_msg_begin(struct netlink_batch *b)
{
    put_bracket(b, NFNL_MSG_BATCH_BEGIN);
}

void nft_msg_commit(struct netlink_batch *b)
{
    put_bracket(b, NFNL_MSG_BATCH_END);
}

static void put_u32(struct nlmsghdr *nlh, uint16_t type, uint32_t v)
{
    netlink_put_u32(nlh, type, htonl(v));
}

/* One entry of user data with a string; cut to what nft accepts. */
static size_t udata_text(uint8_t *out, uint8_t type, const char *text)
{
    size_t len = strnlen(text, UDATA_COMMENT_MAX - 1);

    out[0] = type;
    out[1] = (uint8_t)(len + 1);
    memcpy(out + 2, text, len);
    out[2 + len] = '\0';
    return len + 3;
}

static void put_comment(struct nlmsghdr *nlh, uint16_t attr, uint8_t type, const char *text)
{
    uint8_t udata[UDATA_COMMENT_MAX + 2];

    if (text)
        netlink_put(nlh, attr, udata, udata_text(udata, type, text));
}

void nft_msg_add_table(struct netlink_batch *b, const struct nft_table *t, uint16_t flags)
{
    struct nlmsghdr *nlh = put_header(b, NFT_MSG_NEWTABLE, (uint16_t)(NLM_F_CREATE | flags), 0, t,
                                      "add table", t->name);

    netlink_put_str(nlh, NFTA_TABLE_NAME, t->name);
    put_u32(nlh, NFTA_TABLE_FLAGS, 0);
    put_comment(nlh, NFTA_TABLE_USERDATA, UDATA_TABLE_COMMENT, t->comment);
}

void nft_msg_del_table(struct netlink_batch *b, const struct nft_table *t)
{
    struct nlmsghdr *nlh = put_header(b, NFT_MSG_DELTABLE, 0, 0, t, "delete table", t->name);

    netlink_put_str(nlh, NFTA_TABLE_NAME, t->name);
}

void nft_msg_add_chain(struct netlink_batch *b, const struct nft_table *t,
                       const struct nft_chain *c)
{
    struct nlmsghdr *nlh =
        put_header(b, NFT_MSG_NEWCHAIN, NLM_F_CREATE, 0, t, "add chain", c->name);

    netlink_put_str(nlh, NFTA_CHAIN_TABLE, t->name);
    netlink_put_str(nlh, NFTA_CHAIN_NAME, c->name);
    netlink_put_str(nlh, NFTA_CHAIN_TYPE, c->type);
    put_u32(nlh, NFTA_CHAIN_POLICY, NF_ACCEPT);
    struct nlattr *hook = netlink_nest(nlh, NFTA_CHAIN_HOOK);
    put_u32(nlh, NFTA_HOOK_HOOKNUM, c->hook);
    put_u32(nlh, NFTA_HOOK_PRIORITY, (uint32_t)c->priority);
    netlink_nest_end(nlh, hook);
    put_comment(nlh, NFTA_CHAIN_USERDATA, UDATA_CHAIN_COMMENT, c->comment);
}

void nft_msg_flush_chain(struct netlink_batch *b, const struct nft_table *t, const char *chain)
{
    struct nlmsghdr *nlh = put_header(b, NFT_MSG_DELRULE, 0, 0, t, "flush chain", chain);

    netlink_put_str(nlh, NFTA_RULE_TABLE, t->name);
    netlink_put_str(nlh, NFTA_RULE_CHAIN, chain);
}

void nft_msg_add_set(struct netlink_batch *b, const struct nft_table *t, const struct nft_set *s)
{
    uint8_t udata[6 + UDATA_COMMENT_MAX + 2] = { UDATA_SET_KEY_ORDER, 4 };
    uint32_t order = s->fields == 1 ? ORDER_HOST : 0;
    struct nlmsghdr *nlh = put_header(b, NFT_MSG_NEWSET, NLM_F_CREATE, 0, t, "add set", s->name);
    uint32_t type = 0;

    for (unsigned i = 0; i < s->fields; i++)
        type = type << TYPE_BITS | TYPE_IFNAME;
    netlink_put_str(nlh, NFTA_SET_TABLE, t->name);
    netlink_put_str(nlh, NFTA_SET_NAME, s->name);
    put_u32(nlh, NFTA_SET_FLAGS, 0);
    put_u32(nlh, NFTA_SET_KEY_TYPE, type);
    put_u32(nlh, NFTA_SET_KEY_LEN, s->fields * IFNAMSIZ);
    put_u32(nlh, NFTA_SET_ID, s->id);
    memcpy(udata + 2, &order, sizeof(order));
    size_t len = 6 + udata_text(udata + 6, UDATA_SET_COMMENT, s->comment);
    netlink_put(nlh, NFTA_SET_USERDATA, udata, len);
}

void nft_msg_element(struct netlink_batch *b, int msg, const struct nft_table *t,
                     const struct nft_set *s, const char *ifname, const char *comment)
{
    char key[ELEMENT_KEY_SIZE] = "";
    bool look = msg == NFT_MSG_GETSETELEM;
    struct nlmsghdr *nlh =
        put_header(b, msg, msg == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0, look ? ENOENT : 0, t,
                   look ? "look into set" : "change set", s->name);

    for (unsigned i = 0; i < s->fields; i++)
        strncpy(key + (size_t)i * IFNAMSIZ, ifname, IFNAMSIZ - 1);
    netlink_put_str(nlh, NFTA_SET_ELEM_LIST_TABLE, t->name);
    netlink_put_str(nlh, NFTA_SET_ELEM_LIST_SET, s->name);
    struct nlattr *list = netlink_nest(nlh, NFTA_SET_ELEM_LIST_ELEMENTS);
    struct nlattr *elem = netlink_nest(nlh, NFTA_LIST_ELEM);
    struct nlattr *data = netlink_nest(nlh, NFTA_SET_ELEM_KEY);
    netlink_put(nlh, NFTA_DATA_VALUE, key, s->fields * IFNAMSIZ);
    netlink_nest_end(nlh, data);
    put_comment(nlh, NFTA_SET_ELEM_USERDATA, UDATA_ELEM_COMMENT, comment);
    netlink_nest_end(nlh, elem);
    netlink_nest_end(nlh, list);
}

void nft_msg_list_elements(struct netlink_batch *b, const struct nft_table *t,
                           const struct nft_set *s)
{
    struct nlmsghdr *nlh =
        put_header(b, NFT_MSG_GETSETELEM, NLM_F_DUMP, ENOENT, t, "list set", s->name);

    netlink_put_str(nlh, NFTA_SET_ELEM_LIST_TABLE, t->name);
    netlink_put_str(nlh, NFTA_SET_ELEM_LIST_SET, s->name);
}

void nft_msg_get_chain(struct netlink_batch *b, const struct nft_table *t, const char *chain)
{
    struct nlmsghdr *nlh = put_header(b, NFT_MSG_GETCHAIN, 0, ENOENT, t, "look up chain", chain);

    netlink_put_str(nlh, NFTA_CHAIN_TABLE, t->name);
    netlink_put_str(nlh, NFTA_CHAIN_NAME, chain);
}

int nft_msg_type(const struct nlmsghdr *nlh)
{
    return nlh->nlmsg_type & 0xff;
}

uint32_t nft_msg_chain_use(const struct nlmsghdr *nlh)
{
    netlink_for_each(attr, nlh, sizeof(struct nfgenmsg))
    {
        if (netlink_attr_type(attr) == NFTA_CHAIN_USE)
            return ntohl(netlink_attr_u32(attr));
    }
    return 0;
}

/* The attribute of that type inside a nest, or NULL. */
static const struct nlattr *nested(const struct nlattr *nest, int type)
{
    if (!nest)
        return NULL;
    netlink_for_each_in(attr, nest)
    {
        if (netlink_attr_type(attr) == type)
            return attr;
    }
    return NULL;
}

void nft_msg_each_key(const struct nlmsghdr *nlh, void (*fn)(const char *key, void *arg), void *arg)
{
    netlink_for_each(attr, nlh, sizeof(struct nfgenmsg))
    {
        if (netlink_attr_type(attr) != NFTA_SET_ELEM_LIST_ELEMENTS)
            continue;
        netlink_for_each_in(elem, attr)
        {
            const struct nlattr *val = nested(nested(elem, NFTA_SET_ELEM_KEY), NFTA_DATA_VALUE);
            char key[IFNAMSIZ] = "";
            if (val && netlink_attr_len(val) >= IFNAMSIZ) {
                memcpy(key, netlink_attr_data(val), IFNAMSIZ - 1);
                fn(key, arg);
            }
        }
    }
}

struct nft_rule nft_msg_rule(struct netlink_batch *b, const struct nft_table *t, const char *chain,
                             const char *comment)
{
    struct nft_rule r = { .comment = comment };

    r.nlh = put_header(b, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, 0, t, "add rule to chain",
                       chain);
    netlink_put_str(r.nlh, NFTA_RULE_TABLE, t->name);
    netlink_put_str(r.nlh, NFTA_RULE_CHAIN, chain);
    r.list = netlink_nest(r.nlh, NFTA_RULE_EXPRESSIONS);
    return r;
}

void nft_msg_rule_end(struct nft_rule *r)
{
    netlink_nest_end(r->nlh, r->list);
    put_comment(r->nlh, NFTA_RULE_USERDATA, UDATA_RULE_COMMENT, r->comment);
}
