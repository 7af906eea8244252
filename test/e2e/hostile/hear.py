"""Answers TCP and UDP on a port with "heard", and writes down who called."""

import socket
import sys
import threading

port, journal = int(sys.argv[1]), sys.argv[2]
lock = threading.Lock()


def note(kind, where):
    with lock, open(journal, "a") as file:
        file.write(f"{kind} {where[0]}\n")


def datagrams():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("0.0.0.0", port))
    while True:
        _, where = server.recvfrom(2048)
        note("udp", where)
        server.sendto(b"heard", where)


open(journal, "a").close()
threading.Thread(target=datagrams, daemon=True).start()
listener = socket.create_server(("0.0.0.0", port))
print("ready", flush=True)
while True:
    connection, where = listener.accept()
    note("tcp", where)
    connection.sendall(b"heard")
    connection.close()
