#!/usr/bin/env python3
"""Answers every TCP connection to port 80 and every datagram to port 7, in both families, with the sender's address.

The address is the one that the last translation on the way gave the packet, so the asker learns by which way it came.
"""
import resource
import selectors
import socket

most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
selector = selectors.DefaultSelector()


def plain(address):
    return address[0].removeprefix("::ffff:").split("%")[0].encode()


def answer_datagrams(server):
    try:
        while True:
            data, sender, address = receive(server)
            # From the address that was asked, as a connected socket expects.
            server.sendmsg([data + b" " + plain(sender)], [(socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, address)], 0, sender)
    except BlockingIOError:
        pass
    except OSError:
        # Nobody can be reached there, which is the asker's to notice.
        pass


def receive(server):
    data, ancillary, _, sender = server.recvmsg(512, 256)
    for level, kind, value in ancillary:
        if (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO):
            # Without the interface: the answer goes where the routes lead.
            return data, sender, value[:16] + bytes(4)
    raise OSError("no destination")


def accept(server):
    try:
        while True:
            connection, peer = server.accept()
            connection.send(plain(peer))
            connection.close()
    except OSError:
        pass


def serve(kind, port, handler):
    server = socket.socket(socket.AF_INET6, kind)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    server.setsockopt(socket.SOL_SOCKET, 33, 1 << 26)  # SO_RCVBUFFORCE
    server.bind(("::", port))
    server.setblocking(False)
    if kind == socket.SOCK_STREAM:
        server.listen(4096)
    else:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    selector.register(server, selectors.EVENT_READ, handler)


serve(socket.SOCK_DGRAM, 7, answer_datagrams)
serve(socket.SOCK_STREAM, 80, accept)
while True:
    for key, _ in selector.select():
        key.data(key.fileobj)
