"""A container runtime at its socket for plugins, which says what it is told to. See Sources/NRI for the protocol."""

import fcntl
import os
import socket
import struct

SOCKET = "/run/nri/nri.sock"
OURS, THEIRS = 2, 1  # connections: on which the plugin asks, and on which it is asked
REQUEST, RESPONSE = 1, 2


def varint(number):
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(encoded + bytes([number]))


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def pod(namespace, **annotations):
    """What a runtime tells of a pod; annotations are of evenkeel.dev."""
    told = b"".join(field(6, field(1, f"evenkeel.dev/{name}") + field(2, value)) for name, value in annotations.items())
    return field(2, "web") + told + field(8, field(5, field(1, "network") + field(2, namespace)))


def recorded(version, connection):
    """The bytes that containerd sent, piece by piece."""
    folder = os.path.join(os.path.dirname(__file__), "../../NRI/recorded")
    with open(f"{folder}/containerd-{version}.txt") as file:
        lines = file.read().split("\n\n")[connection].splitlines()
    return [bytes.fromhex(line[2:]) for line in lines if line[0] == "<"]


def hold(namespace):
    """Locks a namespace as a run over it does, until the descriptor is closed."""
    lock = os.open("/run/evenkeel/locks/namespaces", os.O_RDWR)
    part = struct.pack("hh4xqqi4x", fcntl.F_WRLCK, os.SEEK_SET, os.stat(namespace).st_ino, 1, 0)
    fcntl.fcntl(lock, 37, part)  # F_OFD_SETLK
    return lock


class Runtime:
    def __init__(self):
        os.makedirs(os.path.dirname(SOCKET), exist_ok=True)
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(SOCKET)
        self.server.listen()
        self.stream = 1

    def close(self):
        """Ends, and leaves the socket's file behind, as one that is killed does."""
        self.server.close()
        self.plugin.close()

    def accept(self, refusal=None, status=None):
        """Waits for the plugin, reads its registration and answers it."""
        self.plugin, _ = self.server.accept()
        self.stream = 1
        connection, stream, kind, payload = self.receive()
        assert (connection, stream, kind) == (OURS, 1, REQUEST) and b"RegisterPlugin" in payload, payload
        self.send(OURS, 1, RESPONSE, field(1, field(1, 2) + field(2, refusal)) if refusal else b"")

    def begin(self, *pods):
        """All that comes before the first pod starts."""
        self.accept()
        assert self.ask("Configure", field(2, "test") + field(3, "1.0")) == bytes.fromhex("12021001")
        assert self.ask("Synchronize", b"".join(field(1, pod) for pod in pods)) == b""

    def send(self, connection, stream, kind, payload):
        message = struct.pack(">IIBB", len(payload), stream, kind, 0) + payload
        for start in range(0, len(message), 4096):
            part = message[start : start + 4096]
            self.plugin.sendall(struct.pack(">II", connection, len(part)) + part)

    def start_asking(self, method, payload):
        self.send(THEIRS, self.stream, REQUEST, field(1, "nri.pkg.api.v1alpha1.Plugin") + field(2, method) + field(3, payload))

    def answer(self):
        """The answer to the oldest question; None if the plugin has hung up."""
        answer = self.receive()
        if answer is None:
            return None
        connection, stream, kind, payload = answer
        assert (connection, stream, kind) == (THEIRS, self.stream, RESPONSE), answer
        self.stream += 2
        return payload

    def ask(self, method, payload):
        self.start_asking(method, payload)
        return self.answer()

    def receive(self):
        head = self.take(18)
        if head is None:
            return None
        connection, frame, length, stream, kind, flags = struct.unpack(">IIIIBB", head)
        assert frame == length + 10 and flags == 0, head
        return connection, stream, kind, self.take(length)

    def take(self, length):
        taken = b""
        while len(taken) < length:
            try:
                part = self.plugin.recv(length - len(taken))
            except ConnectionResetError:
                return None
            if not part:
                return None
            taken += part
        return taken
