#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Binds a unix socket and prints what comes: datagrams, or what a descriptor that is sent holds.

receive.py datagrams PATH COUNT    each datagram on a line, as Python writes bytes
receive.py terminal PATH           accepts one connection, takes the descriptor that comes with the
                                   message, prints its name and then all that is written to it
"""
import array
import os
import socket
import sys


def datagrams(path, count):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(path)
        for _ in range(int(count)):
            print(s.recv(65536), flush=True)


def terminal(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        s.bind(path)
        s.listen(1)
        connection, _ = s.accept()
        data, extra, _, _ = connection.recvmsg(4096, socket.CMSG_SPACE(4))
        fd = array.array("i", extra[0][2])[0]
        print(data.rstrip(b"\0").decode(), os.isatty(fd), flush=True)
        try:
            while part := os.read(fd, 4096):
                sys.stdout.write(part.decode())
                sys.stdout.flush()
        except OSError:
            pass


{"datagrams": datagrams, "terminal": terminal}[sys.argv[1]](*sys.argv[2:])
