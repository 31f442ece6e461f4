"""Captures on many interfaces of many namespaces with one clock, and writes one pcapng file.

capture.py FILE, with a line "NETNS IFACE" on standard input for each interface. Interface 2*n of the file holds what came
in on the n-th, 2*n+1 what went out. Not promiscuous, like `tcpdump -p`. Says "ready"; SIGTERM ends it.
"""
import ctypes
import mmap
import os
import selectors
import signal
import socket
import struct
import sys

ETH_P_ALL = 3
OUTGOING = 4
SOL_PACKET = 263
PACKET_RX_RING = 5
PACKET_VERSION = 10
TPACKET_V2 = 1
TP_STATUS_USER = 1
CLONE_NEWNET = 0x40000000
# A ring into which the kernel copies each frame at once: what a plain socket reads later shows what became of the frame
# since, for a bridge rewrites Ethernet addresses in place.
FRAME = 4096
BLOCK = 65536
BLOCKS = 8
FRAMES = BLOCK * BLOCKS // FRAME
libc = ctypes.CDLL(None, use_errno=True)

out = open(sys.argv[1], "wb")


def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    out.write(struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12))


def option(code, value):
    return struct.pack("<HH", code, len(value)) + value + b"\0" * (-len(value) % 4)


block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
selector = selectors.DefaultSelector()
for number, line in enumerate(sys.stdin):
    netns, iface = line.split()
    with open("/run/netns/" + netns) as handle:
        if libc.setns(handle.fileno(), CLONE_NEWNET) != 0:
            sys.exit("cannot enter " + netns)
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    tap.setsockopt(SOL_PACKET, PACKET_VERSION, TPACKET_V2)
    tap.setsockopt(SOL_PACKET, PACKET_RX_RING, struct.pack("IIII", BLOCK, BLOCKS, FRAME, FRAMES))
    ring = mmap.mmap(tap.fileno(), BLOCK * BLOCKS)
    tap.bind((iface, ETH_P_ALL))
    selector.register(tap, selectors.EVENT_READ, [number, iface, ring, 0])
    for way in ("in", "out"):
        # if_tsresol: nanoseconds.
        block(1, struct.pack("<HHI", 1, 0, 0) + option(2, f"{netns} {iface} {way}".encode()) + option(9, b"\x09") + option(0, b""))


def drain(tap):
    number, iface, ring, at = tap
    while True:
        start = at * FRAME
        status, length, kept, mac, _, seconds, nanoseconds = struct.unpack_from("IIIHHII", ring, start)
        if not status & TP_STATUS_USER:
            break
        # A sockaddr_ll follows the header; its packet type is the eleventh byte.
        outgoing = ring[start + 32 + 10] == OUTGOING
        data = ring[start + mac : start + mac + kept]
        struct.pack_into("I", ring, start, 0)
        at = (at + 1) % FRAMES
        # A loopback packet is shown once, as it comes in.
        if outgoing and iface == "lo":
            continue
        stamp = seconds * 1_000_000_000 + nanoseconds
        head = struct.pack("<IIIII", number * 2 + outgoing, stamp >> 32, stamp & 0xFFFFFFFF, len(data), length)
        block(6, head + data)
    tap[3] = at


stopping = False


def stop(*_):
    global stopping
    stopping = True


signal.signal(signal.SIGTERM, stop)
# A signal must end a wait that has begun: the wake-up pipe makes it readable.
wake_read, wake_write = os.pipe()
os.set_blocking(wake_write, False)
signal.set_wakeup_fd(wake_write)
selector.register(wake_read, selectors.EVENT_READ, None)
print("ready", flush=True)
while not stopping:
    for key, _ in selector.select():
        if key.data is not None:
            drain(key.data)
        else:
            os.read(wake_read, 64)
    out.flush()
for key in list(selector.get_map().values()):
    if key.data is not None:
        drain(key.data)
out.close()
