"""Keeps state inside a sandbox, in memory and on disk, and says of all of it what it is.

Serves HTTP on port 8200 by asyncio, so that its socket and its epoll loop must survive a pause too. A request is a JSON
object with "op" and what that needs; the answer is JSON.
"""

import asyncio
import hashlib
import json
import os
import stat
import subprocess

ROOT = "/workspace/kept"
counters = {}
children = {}
ballast = {}


def at(path):
    return os.path.join(ROOT, path)


def stamp(path, mtime):
    os.utime(at(path), ns=(mtime, mtime))


def write(path, text, mtime, times=1):
    os.makedirs(os.path.dirname(at(path)), exist_ok=True)
    with open(at(path), "w") as file:
        file.write(text * times)
    stamp(path, mtime)


def append(path, text, mtime, times=1):
    with open(at(path), "a") as file:
        file.write(text * times)
    stamp(path, mtime)


def remove(path):
    os.remove(at(path))


def rename(path, to):
    os.makedirs(os.path.dirname(at(to)), exist_ok=True)
    os.rename(at(path), at(to))


def chmod(path, mode):
    os.chmod(at(path), mode)


def chown(path, uid, gid):
    os.chown(at(path), uid, gid)


def add(name, by):
    counters[name] = counters.get(name, 0) + by


def grow(name, mib):
    # Not zero, since zero pages are left out of snapshots.
    ballast[name] = bytearray(os.urandom(4096) * 256 * mib)


def spawn(name):
    children[name] = subprocess.Popen(["sleep", "1000000"])


def describe():
    return {
        "files": {os.path.relpath(path, ROOT): facts(path) for path in walk()},
        "counters": counters,
        "children": {name: child.poll() is None for name, child in children.items()},
        "ballast": {name: hashlib.sha256(data).hexdigest() for name, data in ballast.items()},
        "pid": os.getpid(),
    }


def walk():
    for folder, _, names in os.walk(ROOT):
        for name in names:
            yield os.path.join(folder, name)


def facts(path):
    status = os.lstat(path)
    with open(path, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    return {
        "sha256": digest,
        "mode": stat.S_IMODE(status.st_mode),
        "uid": status.st_uid,
        "gid": status.st_gid,
        "mtime": str(status.st_mtime_ns),
    }


operations = {
    function.__name__: function
    for function in (write, append, remove, rename, chmod, chown, add, grow, spawn, describe)
}


async def answer(reader, writer):
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.split("content-length:")[1].split("\r\n")[0])
    request = json.loads(await reader.readexactly(length))
    try:
        result = operations[request.pop("op")](**request)
        status = "200 OK"
    except Exception as error:
        result, status = {"error": repr(error)}, "500 Failed"
    body = json.dumps(result).encode()
    writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
    await writer.drain()
    writer.close()


async def main():
    os.makedirs(ROOT, exist_ok=True)
    server = await asyncio.start_server(answer, "0.0.0.0", 8200)
    print("ready", flush=True)
    await server.serve_forever()


asyncio.run(main())
