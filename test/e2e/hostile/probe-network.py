"""Tries to reach what a JSON list on the standard input names, and prints what came of each as a JSON list.

Each entry: {"kind": "tcp" | "udp" | "icmp" | "raw", "target": address as it is spelled, "port", "patience": seconds}.
"""

import concurrent.futures
import errno
import json
import socket
import struct
import sys
import time


def resolve(target, port, kind):
    """As programs do: every spelling that the C library takes for an address is one."""
    family, _, _, _, where = socket.getaddrinfo(target, port, type=kind)[0]
    return family, where


def tcp(target, port, patience):
    family, where = resolve(target, port, socket.SOCK_STREAM)
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(patience)
        probe.connect(where)
        return "reached"


def udp(target, port, patience):
    family, where = resolve(target, port, socket.SOCK_DGRAM)
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        return ask(probe, b"inmate", where, patience)


def icmp(target, port, patience):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP) as probe:
        return ask(probe, struct.pack("!BBHHH", 8, 0, 0, 0, 1) + b"tunnel", (target, 0), patience)


def raw(target, port, patience):
    """`port` is the protocol."""
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, port) as probe:
        probe.sendto(b"inmate", (target, 0))
        return "sent"


def packet(target, port, patience):
    """Whole frames, past the guest's own stack."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as probe:
        probe.bind(("eth0", 0))
        probe.send(b"\xff" * 12 + b"\x08\x06" + b"\0" * 28)
        return "sent"


def ask(probe, message, where, patience):
    """Again and again: a datagram may be lost."""
    probe.settimeout(min(patience, 1))
    end = time.monotonic() + patience
    while time.monotonic() < end:
        probe.sendto(message, where)
        try:
            probe.recvfrom(2048)
            return "reached"
        except TimeoutError:
            pass
    return "timeout"


def attempt(entry):
    kinds = {"tcp": tcp, "udp": udp, "icmp": icmp, "raw": raw, "packet": packet}
    try:
        return kinds[entry["kind"]](entry["target"], entry.get("port", 0), entry.get("patience", 2))
    except TimeoutError:
        return "timeout"
    except socket.gaierror as error:
        return f"no address: {error}"
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))


with concurrent.futures.ThreadPoolExecutor(48) as pool:
    print(json.dumps(list(pool.map(attempt, json.load(sys.stdin)))))
