#!/usr/bin/env python3
"""Asks by sockets of every kind, in many namespaces, all at once, and says which got an answer and by which way.

probe.py ROUNDS SECONDS: a line of standard input for each socket: a name, the namespace, udp, tcp or ping, the destination,
and what the socket is bound to: `-`, an address or `dev:INTERFACE`. Prints a line for each: its name and, for each round,
the way (the address that the other side saw; `yes` for a ping) or `-`.

A socket is connected, so the kernel chooses its way once. What is sent again in a round goes the same way: a packet that a
busy machine lost is no failure, and a choice that was wrong stays wrong.
"""
import ctypes
import os
import resource
import select
import socket
import struct
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Probe:
    def __init__(self, name, namespace, kind, destination, bound):
        self.name, self.namespace, self.kind, self.destination, self.bound = name, namespace, kind, destination, bound
        self.family = socket.AF_INET6 if ":" in destination else socket.AF_INET

    def open(self, number):
        """Sends the first packet from the thread's namespace; no socket is left where that is refused."""
        self.way, self.socket, self.token = None, None, number & 0xFFFF
        v6 = self.family == socket.AF_INET6
        kind, protocol, port = {
            "udp": (socket.SOCK_DGRAM, 0, 7),
            "tcp": (socket.SOCK_STREAM, 0, 80),
            "ping": (socket.SOCK_RAW, socket.IPPROTO_ICMPV6 if v6 else socket.IPPROTO_ICMP, 0),
        }[self.kind]
        asking = socket.socket(self.family, kind, protocol)
        asking.setblocking(False)
        try:
            if self.bound.startswith("dev:"):
                asking.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, self.bound[4:].encode())
            elif self.bound != "-":
                asking.bind((self.bound, 0))
            asking.connect((self.destination, port))
        except BlockingIOError:
            pass
        except OSError:
            asking.close()
            return
        self.socket = asking
        self.send()

    def send(self):
        try:
            if self.kind == "udp":
                self.socket.send(self.name.encode())
            elif self.kind == "ping":
                v6 = self.family == socket.AF_INET6
                echo = struct.pack("!BBHHH", 128 if v6 else 8, 0, 0, self.token, 1)
                if not v6:
                    total = sum(struct.unpack("!4H", echo))
                    total = ~((total >> 16) + (total & 0xFFFF)) & 0xFFFF
                    echo = echo[:2] + struct.pack("!H", total) + echo[4:]
                self.socket.send(echo)
        except OSError:
            pass

    def read(self):
        """True when there is nothing more to wait for."""
        try:
            data = self.socket.recv(512)
        except BlockingIOError:
            return False
        except OSError:
            # An ICMP error is an answer to a connected socket, which may be followed by a better one.
            return self.kind == "tcp"
        if self.kind == "tcp":
            self.way = data.decode() or None
        elif self.kind == "udp":
            self.way = data.decode().split()[-1]
        else:
            echo = data[(data[0] & 15) * 4 :] if self.family == socket.AF_INET else data
            if len(echo) < 8 or echo[0] not in (0, 129) or struct.unpack("!H", echo[4:6])[0] != self.token:
                return False
            self.way = "yes"
        return True


def enter(namespace):
    descriptor = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    if libc.setns(descriptor, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), f"setns {namespace}")
    os.close(descriptor)


def ask(probes, seconds):
    inside, poll, waiting = None, select.epoll(), {}
    for number, probe in enumerate(probes):
        if probe.namespace != inside:
            inside = probe.namespace
            enter(inside)
        probe.open(number)
        if probe.socket:
            waiting[probe.socket.fileno()] = probe
            poll.register(probe.socket, select.EPOLLIN)
    end = time.monotonic() + seconds
    again = time.monotonic() + 0.2
    is_over = False
    while waiting and not is_over:
        now = time.monotonic()
        # What came while this process had to wait for its turn is read all the same.
        is_over = now >= end
        if now >= again and not is_over:
            again = now + 0.3
            for probe in waiting.values():
                probe.send()
        for descriptor, _ in poll.poll(max(0, min(end, again) - now)):
            if descriptor in waiting and waiting[descriptor].read():
                poll.unregister(descriptor)
                waiting.pop(descriptor).socket.close()


lines = sorted((line.split() for line in sys.stdin if line.strip()), key=lambda line: line[1])
# The next round begins before the last is over, which is as good to the kernel's alternation, and quicker.
rounds = [[Probe(*line) for line in lines] for _ in range(int(sys.argv[1]))]
ask([probe for asked in rounds for probe in asked], float(sys.argv[2]))
for probes in zip(*rounds):
    print(probes[0].name, *[probe.way or "-" for probe in probes])
