"""Sends frames that no honest guest sends from the interface of a sandbox, as one would that had overtaken its engine.

Runs in the network namespace of a sandbox. The standard input is a JSON object with `from` and `to`, the hardware addresses
of both ends, and `frames`, each with a `kind` and what its builder takes. Prints the ARP answers that came back, as a JSON
list of the addresses that they tell.
"""

import json
import socket
import struct
import sys
import time

order = json.load(sys.stdin)
OURS, HOST = (bytes.fromhex(order[end].replace(":", "")) for end in ("from", "to"))


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4(source, target, protocol, payload, options=b"", fragment=0):
    length = 20 + len(options)
    head = struct.pack(
        "!BBHHHBBH4s4s",
        0x40 | length // 4,
        0,
        length + len(payload),
        0x666,
        fragment,
        64,
        protocol,
        0,
        socket.inet_aton(source),
        socket.inet_aton(target),
    )
    head += options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def udp(source, target, port, **more):
    return 0x0800, ipv4(source, target, 17, struct.pack("!HHHH", 6666, port, 14, 0) + b"inmate", **more)


def tcp(source, target, port, flags=2):
    body = struct.pack("!HHIIBBHHH", 6666, port, 1, 1, 0x50, flags, 1024, 0, 0)
    ends = socket.inet_aton(source) + socket.inet_aton(target)
    total = checksum(ends + struct.pack("!BBH", 0, 6, len(body)) + body)
    return 0x0800, ipv4(source, target, 6, body[:16] + struct.pack("!H", total) + body[18:])


def icmp(source, target):
    body = struct.pack("!BBHHH", 8, 0, 0, 6666, 1) + b"tunnel"
    return 0x0800, ipv4(source, target, 1, body[:2] + struct.pack("!H", checksum(body)) + body[4:])


def protocol(source, target, number):
    return 0x0800, ipv4(source, target, number, b"inmate inmate inmate")


def source_route(source, target, by, port):
    """Strict and loose source routes, which name the next station themselves."""
    return udp(source, by, port, options=struct.pack("!BBB4sB", 131, 7, 4, socket.inet_aton(target), 0))


def fragments(source, target, port):
    """The port stands in the second piece, where a filter that looks at the first one does not see it."""
    _, whole = udp(source, target, port)
    return 0x0800, ipv4(source, target, 17, whole[28:] + b"\0" * 2, fragment=1)


def ipv6(source, target, port):
    body = struct.pack("!HHHH", 6666, port, 14, 0) + b"inmate"
    ends = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, target)
    return 0x86DD, struct.pack("!IHBB", 6 << 28, len(body), 17, 64) + ends + body


def tagged(source, target, port):
    """In a virtual network of its own."""
    kind, packet = udp(source, target, port)
    return 0x8100, struct.pack("!HH", 1, kind) + packet


def arp(operation, sender, target):
    ends = OURS + socket.inet_aton(sender) + b"\0" * 6 + socket.inet_aton(target)
    return 0x0806, struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation) + ends


wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
wire.bind(("eth0", 0x0806))
for frame in order["frames"]:
    kind, body = globals()[frame.pop("kind")](**frame)
    for _ in range(3):
        wire.send((b"\xff" * 6 if kind == 0x0806 else HOST) + OURS + struct.pack("!H", kind) + body)

told = set()
wire.settimeout(0.2)
end = time.monotonic() + 1
while time.monotonic() < end:
    try:
        frame = wire.recv(2048)
    except TimeoutError:
        continue
    if frame[20:22] == b"\0\2" and frame[:6] == OURS:
        told.add(socket.inet_ntoa(frame[28:32]))
print(json.dumps(sorted(told)))
