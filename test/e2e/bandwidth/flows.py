"""Makes traffic with the outside and prints what it was like: flows.py <what> <address> <port> <flows> <seconds> [Mbit/s]."""

import json
import socket
import sys
import threading
import time

what, address, port, flows, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])
rate = float(sys.argv[6]) if len(sys.argv) > 6 else 0
block = bytes(65536)
taken = 0
lock = threading.Lock()


def send():
    connection = socket.create_connection((address, port), 30)
    connection.settimeout(None)
    while True:
        connection.sendall(block)


def receive(request=b""):
    global taken
    connection = socket.create_connection((address, port), 30)
    connection.settimeout(None)
    connection.sendall(request)
    while True:
        data = connection.recv(262144)
        with lock:
            taken += len(data)


def ask():
    receive(b"GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n")


def send_datagrams():
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    begun, sent = time.monotonic(), 0
    while True:
        due = rate * 125000 * (time.monotonic() - begun) / 1200
        while sent < due:
            try:
                link.sendto(block[:1200], (address, port))
            except OSError:
                pass
            sent += 1
        time.sleep(0.005)


def receive_datagrams():
    global taken
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.sendto(f"pour {rate} {seconds + 5}".encode(), (address, port))
    while True:
        taken += len(link.recv(2000))


def echo():
    """Milliseconds of each answer; those that are lost are none."""
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.settimeout(2)
    times = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        word = f"echo {len(times)} {time.monotonic()}".encode()
        begun = time.monotonic()
        link.sendto(word, (address, port))
        try:
            while link.recv(100) != word:
                pass
            times.append((time.monotonic() - begun) * 1000)
        except TimeoutError:
            pass
        time.sleep(0.05)
    return sorted(times)


if what == "echo":
    print(json.dumps(echo()))
    sys.exit()
for _ in range(flows):
    threading.Thread(target=globals()[what], daemon=True).start()
time.sleep(1.5)
first, begun = taken, time.monotonic()
time.sleep(seconds)
print((taken - first) * 8e-6 / (time.monotonic() - begun))
