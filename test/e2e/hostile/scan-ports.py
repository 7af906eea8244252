"""Connects to TCP ports of an address and sends a datagram to each UDP port. Prints the TCP ports that answered.

Arguments: address, first port, last port, milliseconds that every 800 ports are given.
"""

import select
import socket
import sys

address = sys.argv[1]
first, last, PATIENCE_MS = map(int, sys.argv[2:])
AT_ONCE = 800
opened = []

datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.setblocking(False)
for start in range(first, last + 1, AT_ONCE):
    poller = select.poll()
    probes = {}
    for port in range(start, min(start + AT_ONCE, last + 1)):
        probe = socket.socket()
        probe.setblocking(False)
        probe.connect_ex((address, port))
        poller.register(probe, select.POLLOUT)
        probes[probe.fileno()] = (probe, port)
        try:
            datagrams.sendto(b"inmate", (address, port))
        except OSError:
            pass
    for fd, _ in poller.poll(PATIENCE_MS):
        probe, port = probes[fd]
        if probe.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
            opened.append(port)
    for probe, _ in probes.values():
        probe.close()
print(*opened)
