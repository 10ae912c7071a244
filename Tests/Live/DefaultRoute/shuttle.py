#!/usr/bin/env python3
"""Carries packets between tun or tap devices of two namespaces, as the two ends of a VPN do.

shuttle.py MODE NAMESPACE DEVICE NAMESPACE DEVICE...: five words for each tunnel; the devices are there already. Prints
`ready` when all are held.
"""
import ctypes
import fcntl
import os
import selectors
import struct
import sys

libc = ctypes.CDLL(None, use_errno=True)


def hold(mode, namespace, device):
    inside = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    if libc.setns(inside, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), f"setns {namespace}")
    os.close(inside)
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    no_header = 0x1000
    request = struct.pack("16sH22x", device.encode(), no_header | (1 if mode == "tun" else 2))
    fcntl.ioctl(end, 0x400454CA, request)  # TUNSETIFF
    return end


def carry(source, target):
    try:
        while True:
            os.write(target, os.read(source, 65536))
    except BlockingIOError:
        pass
    except OSError:
        # An end that is down, or has gone with its namespace.
        pass


selector = selectors.DefaultSelector()
words = sys.argv[1:]
for mode, one, one_device, other, other_device in zip(*[iter(words)] * 5):
    ends = hold(mode, one, one_device), hold(mode, other, other_device)
    selector.register(ends[0], selectors.EVENT_READ, ends[1])
    selector.register(ends[1], selectors.EVENT_READ, ends[0])
print("ready", flush=True)
while True:
    for key, _ in selector.select():
        carry(key.fd, key.data)
