/* SPDX-License-Identifier: MIT */
/* DNS over TCP: connections with several messages, each two bytes of length and the message. */
#pragma once

#include "net/dns_server.h"

/* Listens on d->tcp_fd. */
int dns_tcp_start(struct dns *d, struct err *e);
/* Closes every connection. */
void dns_tcp_stop(struct dns *d);
