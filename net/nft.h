/* SPDX-License-Identifier: MIT */
/* The host's one nf_tables table: masquerading, isolation, internal networks. */
#pragma once

#include "base/err.h"
#include "net/ip.h"

#include <stdbool.h>

/*
 * Each run root has a table of its own, and nothing outside it is ever touched. Its rules are
 * fixed; networks are elements of its sets, so that a packet's way does not grow with their
 * number, and each carries its name as comment:
 *
 *     table inet hako {
 *         set networks    { type ifname }             every bridge
 *         set inside      { type ifname . ifname }    bridge . the same bridge
 *         set internal    { type ifname }             without a way out
 *         set masqueraded { type ifname }             with source NAT
 *         chain forward { type filter hook forward priority filter; policy accept;
 *             iifname . oifname @inside accept
 *             iifname @internal drop
 *             iifname @networks tcp flags syn tcp option maxseg size set rt mtu
 *             oifname @networks tcp flags syn tcp option maxseg size set rt mtu
 *             oifname @networks ct state established,related accept
 *             oifname @networks drop
 *         }
 *         chain postrouting { type nat hook postrouting priority srcnat; policy accept;
 *             iifname @masqueraded oifname != @networks masquerade
 *         }
 *     }
 *
 * "accept" only ends this chain: a drop in a chain of the host's firewall stays final.
 */
struct nft_network {
    const char *table;  /* nft_table_name() */
    const char *bridge; /* interface name */
    const char *name;   /* for the comment */
    bool internal;
    bool masquerade;
};

/* "hako" for /run/hako, else "hako-" and eight hex digits of the run root's hash. */
#define NFT_TABLE_TEXT_MAX 16
const char *nft_table_name(const char *runroot, char *buf);

/* 1 when the table's chains are whole and the network is in its sets, 0 when not. Three look-ups in
 * one message, no dump; while another changes the rules it may be 0, and to apply them again does
 * no harm. */
int nft_check(const struct nft_network *n, struct err *e);
/* Makes it so: one transaction, which creates what is missing, rewrites the chains' rules and
 * leaves other networks' elements alone. May be repeated. */
int nft_apply(const struct nft_network *n, struct err *e);
/* Removes the network from the sets, and the table when no network is left. Missing things are
 * success. Callers serialise it with nft_apply (network.c's lock). */
int nft_remove(const struct nft_network *n, struct err *e);
