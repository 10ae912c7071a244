#!/usr/bin/env python3
"""Answers whatever asks 10.89.1.6 or fd00:89:1::6, and each time a little wrong: another identifier, payload, address, port or
acknowledgement. Prints a word for each question. The kernel must drop the questions, or it would answer right."""
import socket
import struct

OWN = {4: "10.89.1.6", 6: "fd00:89:1::6"}
OTHER = {4: "10.89.1.7", 6: "fd00:89:1::7"}
FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}
ICMP = {4: socket.IPPROTO_ICMP, 6: socket.IPPROTO_ICMPV6}

listener = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def send(version, protocol, source, target, message):
    out = socket.socket(FAMILY[version], socket.SOCK_RAW, protocol)
    out.bind((source, 0))
    out.sendto(message, (target, 0))
    out.close()


def summed(version, protocol, source, target, message, place):
    """With the checksum of RFC 9293 and RFC 768 at a place."""
    pseudo = socket.inet_pton(FAMILY[version], source) + socket.inet_pton(FAMILY[version], target)
    pseudo += struct.pack("!HH" if version == 4 else "!II", *((protocol, len(message)) if version == 4 else (len(message), protocol)))
    total = checksum(pseudo + message) or 0xFFFF
    return message[:place] + struct.pack("!H", total) + message[place + 2 :]


def echo(version, asker, question):
    reply = 0 if version == 4 else 129
    identifier, sequence = struct.unpack("!HH", question[4:8])
    lies = [
        (OWN[version], identifier ^ 1, sequence, question[8:]),
        (OWN[version], identifier, sequence ^ 1, question[8:]),
        (OWN[version], identifier, sequence, question[8:-1] + bytes([question[-1] ^ 1])),
        (OWN[version], identifier, sequence, question[8:12]),
        (OTHER[version], identifier, sequence, question[8:]),
    ]
    for source, number, place, payload in lies:
        message = struct.pack("!BBHHH", reply, 0, 0, number, place) + payload
        if version == 4:
            message = message[:2] + struct.pack("!H", checksum(message)) + message[4:]
        send(version, ICMP[version], source, asker, message)


def refuse(version, asker, question):
    theirs, ours, number = struct.unpack("!HHI", question[:8])
    flags = {"reset": 0x5014, "accept": 0x5012}
    lies = [
        (OWN[version], ours, number + 1000, "reset"),
        (OWN[version], ours, number + 1000, "accept"),
        (OWN[version], ours ^ 1, number + 1, "accept"),
        (OTHER[version], ours, number + 1, "reset"),
    ]
    for source, port, acknowledged, kind in lies:
        message = struct.pack("!HHIIHHHH", port, theirs, 1, acknowledged & 0xFFFFFFFF, flags[kind], 1000, 0, 0)
        send(version, socket.IPPROTO_TCP, source, asker, summed(version, 6, source, asker, message, 16))


def reply(version, asker, question):
    theirs, ours = struct.unpack("!HH", question[:4])
    for source, port in [(OWN[version], ours ^ 1), (OTHER[version], ours)]:
        message = struct.pack("!HHHH", port, theirs, 12, 0) + question[8:12]
        send(version, socket.IPPROTO_UDP, source, asker, summed(version, 17, source, asker, message, 6))


print("ready", flush=True)
while True:
    packet = listener.recv(2048)
    if packet[0] >> 4 == 4:
        version, protocol, start = 4, packet[9], (packet[0] & 15) * 4
        source, target = (socket.inet_ntop(socket.AF_INET, packet[n : n + 4]) for n in (12, 16))
    elif packet[0] >> 4 == 6:
        version, protocol, start = 6, packet[6], 40
        source, target = (socket.inet_ntop(socket.AF_INET6, packet[n : n + 16]) for n in (8, 24))
    else:
        continue
    question = packet[start:]
    if target != OWN[version] or source == OTHER[version]:
        continue
    if protocol == ICMP[version] and question[0] in (8, 128):
        print(f"ping{version}", flush=True)
        echo(version, source, question)
    elif protocol == 6 and question[13] == 2:
        print(f"tcp{version}", flush=True)
        refuse(version, source, question)
    elif protocol == 17:
        print(f"udp{version}", flush=True)
        reply(version, source, question)
