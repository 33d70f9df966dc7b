/* SPDX-License-Identifier: MIT */
/* The DNS port rewrite of a container's network namespace by raw nf_tables netlink. */
#pragma once

/*
 * One transaction:
 *     chain out { type filter hook output priority -300; ip daddr 127.0.0.11 udp dport 53 udp dport
 *                 set 40053; … tcp … }
 *     chain in  { type filter hook input priority -300; ip saddr 127.0.0.11 udp sport 40053 udp
 *                 sport set 53; … tcp … }
 */
void nft_rewrite_dns(void);
