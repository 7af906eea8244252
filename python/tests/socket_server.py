"""A WebSocket server that plays the server's side of live commands and of event streams."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve


class Channel:
    """The server's end of one connection."""

    def __init__(self, connection: ServerConnection) -> None:
        self._socket = connection
        self.path = connection.request.path
        self.authorization = connection.request.headers["Authorization"]
        self.first = json.loads(connection.recv())

    def send(self, kind: str, **fields: Any) -> None:
        about = {"id": self.first["id"]} if "id" in self.first else {}
        self._socket.send(json.dumps({"type": kind, **about, **fields}))

    def send_text(self, text: str | bytes) -> None:
        self._socket.send(text)

    def cut(self) -> None:
        """Ends the connection as a dying server does."""
        self._socket.socket.shutdown(socket.SHUT_RDWR)

    def receive(self) -> Any:
        """A later frame of the client; `None` when it has closed."""
        try:
            return json.loads(self._socket.recv())
        except ConnectionClosed:
            return None

    def wait_until_closed(self) -> None:
        try:
            self._socket.recv()
        except ConnectionClosed:
            return


class SocketServer:
    """Plays one scene a connection, in order; the last one stays."""

    def __init__(self) -> None:
        self.scenes: list[Callable[[Channel], None]] = []
        self.channels: list[Channel] = []
        self.refusals: list[int] = []
        # Nullspace's own server does not compress either: small frames never fill the buffers on the way.
        options = {"process_request": self._refuse, "compression": None}
        self._server: Server = serve(self._play, "127.0.0.1", 0, **options)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        host, port = self._server.socket.getsockname()[:2]
        return f"http://{host}:{port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join(30)

    def _refuse(self, connection: ServerConnection, _request: Any) -> Any:
        return connection.respond(self.refusals.pop(0), "refused") if self.refusals else None

    def _play(self, connection: ServerConnection) -> None:
        channel = Channel(connection)
        self.channels.append(channel)
        scene = self.scenes.pop(0) if len(self.scenes) > 1 else self.scenes[0]
        scene(channel)
