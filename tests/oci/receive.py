#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Binds a unix socket and prints what comes: datagrams, or what a descriptor that is sent holds.

receive.py datagrams PATH COMMAND...    runs the command, whatever becomes of it, and prints the
                                   datagrams that it has sent, one a line, as Python writes bytes
receive.py terminal PATH           accepts one connection, takes the descriptor that comes with the
                                   message, prints its name and then all that is written to it
receive.py pidfd PATH              the same for a pidfd: prints its name and the process's id

Nothing within a minute is an error.
"""
import array
import os
import socket
import subprocess
import sys

socket.setdefaulttimeout(60)


def datagrams(path, *command):
    """What a command has sent is here when it has ended: nobody waits for anybody."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(path)
        subprocess.run(command, stdout=sys.stderr, timeout=60, check=False)
        s.setblocking(False)
        try:
            while True:
                print(s.recv(65536), flush=True)
        except BlockingIOError:
            pass


def descriptor(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        # Who sees the socket may connect to it.
        s.bind(path + ".new")
        s.listen(1)
        os.rename(path + ".new", path)
        connection, _ = s.accept()
        data, extra, _, _ = connection.recvmsg(4096, socket.CMSG_SPACE(4))
        return data.rstrip(b"\0").decode(), array.array("i", extra[0][2])[0]


def terminal(path):
    name, fd = descriptor(path)
    print(name, os.isatty(fd), flush=True)
    try:
        while part := os.read(fd, 4096):
            sys.stdout.write(part.decode())
            sys.stdout.flush()
    except OSError:
        pass


def pidfd(path):
    name, fd = descriptor(path)
    with open(f"/proc/self/fdinfo/{fd}", encoding="ascii") as f:
        facts = dict(line.split(":", 1) for line in f)
    print(name, facts["Pid"].strip(), flush=True)


{"datagrams": datagrams, "terminal": terminal, "pidfd": pidfd}[sys.argv[1]](*sys.argv[2:])
