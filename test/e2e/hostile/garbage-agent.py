"""Plays the agent of a hostile guest: /answers.json says how it answers which call; "*" stands for the others."""

import json
import os
import socket
import threading
import time
from pathlib import Path

ANSWERS = json.loads(Path("/answers.json").read_text())
OK = b"HTTP/1.1 200 OK\r\ncontent-type: "


def noise(connection):
    connection.sendall(os.urandom(2000))


def silence(_connection):
    time.sleep(10**6)


def empty(connection):
    connection.sendall(OK + b"application/proto\r\ncontent-length: 0\r\n\r\n")


def message(connection):
    connection.sendall(OK + b"application/proto\r\ncontent-length: 1000\r\n\r\n" + os.urandom(1000))


def half(connection):
    connection.sendall(OK + b"application/proto\r\ncontent-length: 100000\r\n\r\nhalf")


def headers(connection):
    connection.sendall(OK + b"application/proto\r\n")
    without_end(connection, b"x-more: " + b"x" * 1000 + b"\r\n")


def redirect(connection):
    location = ANSWERS["location"].encode()
    connection.sendall(b"HTTP/1.1 307 Go\r\nlocation: " + location + b"\r\ncontent-length: 0\r\n\r\n")


def flood(connection):
    connection.sendall(OK + b"application/proto\r\ntransfer-encoding: chunked\r\n\r\n")
    without_end(connection, chunk(b"x" * 65536))


def messages(connection):
    connection.sendall(OK + b"application/connect+proto\r\ntransfer-encoding: chunked\r\n\r\n")
    without_end(connection, chunk(b"\0\0\0\0\0" * 1000))


def chunk(data):
    return b"%x\r\n" % len(data) + data + b"\r\n"


def without_end(connection, data):
    while True:
        connection.sendall(data)


def serve(connection):
    try:
        request = b""
        while b"\r\n\r\n" not in request:
            piece = connection.recv(65536)
            if not piece:
                return
            request += piece
        call = request.split(b" ")[1].rsplit(b"/", 1)[-1].decode()
        globals()[ANSWERS.get(call, ANSWERS["*"])](connection)
    except OSError:
        pass
    finally:
        connection.close()


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("0.0.0.0", 49983))
listener.listen(512)
while True:
    # It is process 1: an error that ended it, as that no thread can be had, would end the guest.
    try:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
    except (OSError, RuntimeError):
        time.sleep(0.01)
