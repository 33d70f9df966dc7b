/* SPDX-License-Identifier: MIT */
/* RTM_NEWADDR, RTM_NEWROUTE and loopback. */
#include "net/addr.h"

#include "net/link.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#define LOOPBACK_INDEX 1 /* the first link of every network namespace */

void addr_add(struct netlink_batch *b, int index, const struct ip_net *addr)
{
    char text[IP_TEXT_MAX];
    struct nlmsghdr *nlh = netlink_add(b, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, EEXIST,
                                       "add address %s", ip_net_text(addr, text));
    struct ifaddrmsg *ifa = netlink_put_head(nlh, sizeof(*ifa));
    size_t len = ip_len(&addr->addr);

    ifa->ifa_family = addr->addr.family;
    ifa->ifa_prefixlen = addr->bits;
    ifa->ifa_scope = RT_SCOPE_UNIVERSE;
    ifa->ifa_index = (unsigned)index;
    netlink_put(nlh, IFA_LOCAL, addr->addr.bytes, len);
    netlink_put(nlh, IFA_ADDRESS, addr->addr.bytes, len);
    if (addr->addr.family == AF_INET && addr->bits < 31) {
        struct ip_addr last = ip_broadcast(addr);
        netlink_put(nlh, IFA_BROADCAST, last.bytes, len);
    }
}

void addr_add_default(struct netlink_batch *b, int index, const struct ip_addr *gateway)
{
    char text[IP_TEXT_MAX];
    struct nlmsghdr *nlh = netlink_add(b, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, 0,
                                       "add default route via %s", ip_text(gateway, text));
    struct rtmsg *rtm = netlink_put_head(nlh, sizeof(*rtm));

    rtm->rtm_family = gateway->family;
    rtm->rtm_table = RT_TABLE_MAIN;
    rtm->rtm_protocol = RTPROT_BOOT;
    rtm->rtm_scope = RT_SCOPE_UNIVERSE;
    rtm->rtm_type = RTN_UNICAST;
    netlink_put(nlh, RTA_GATEWAY, gateway->bytes, ip_len(gateway));
    netlink_put_u32(nlh, RTA_OIF, (uint32_t)index);
}

void addr_add_loopback(struct netlink_batch *b)
{
    link_put_up(b, LOOPBACK_INDEX, "lo");
}

int addr_loopback_up(int netns_fd, struct err *e)
{
    AUTO_NETLINK struct netlink nl = NETLINK_INIT;
    struct netlink_batch b;

    int r = netlink_open(NETLINK_ROUTE, netns_fd, &nl, e);
    if (r < 0)
        return r;
    netlink_start(&b, &nl);
    addr_add_loopback(&b);
    return netlink_run(&b, NULL, NULL, e);
}
