"""Lifecycle events as they happen."""

from __future__ import annotations

import threading
from types import TracebackType

from websockets.exceptions import ConnectionClosed
from websockets.sync.connection import Connection as Socket

from .._core.connection import Connection
from .._core.event_stream import EventStream, lost
from .._models.lifecycle import LifecycleEvent
from ..errors import SandboxError, TransportError
from .open_socket import open_socket


class LifecycleEventStream:
    """Iterates over lifecycle events, for ever. A broken connection is taken up after the last event seen.

    Entering it as a context manager subscribes; what happens from then on is seen. Without that the first
    step does. Leaving the block or `close`, from any thread, ends it:

        with Lifecycle().stream_events(live_only=True) as events:
            for event in events:
                print(event.operation, event.sandbox_id)
    """

    def __init__(self, connection: Connection, url: str, stream: EventStream) -> None:
        self._connection = connection
        self._url = url
        self._stream = stream
        self._socket: Socket | None = None
        self._closed = threading.Event()

    def close(self) -> None:
        """Ends the stream; a step that waits in another thread ends too."""
        self._closed.set()
        socket = self._socket
        if socket:
            socket.close()

    def __iter__(self) -> LifecycleEventStream:
        return self

    def __next__(self) -> LifecycleEvent:
        while not self._closed.is_set():
            event = self._step()
            if event:
                return event
        raise StopIteration

    def __enter__(self) -> LifecycleEventStream:
        while not self._stream.subscribed and not self._closed.is_set():
            self._step()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _step(self) -> LifecycleEvent | None:
        try:
            if self._socket is None:
                self._socket = self._open()
            return self._stream.receive(self._socket.recv())
        except (ConnectionClosed, TransportError) as cause:
            self._lose(cause)
            return None
        except SandboxError:
            self.close()
            raise

    def _open(self) -> Socket:
        socket = open_socket(self._connection, self._url)
        try:
            socket.send(self._stream.first_frame())
        except BaseException:
            socket.close()
            raise
        if self._closed.is_set():
            # By another thread, which could not know of this socket.
            socket.close()
        return socket

    def _lose(self, cause: Exception) -> None:
        if self._socket:
            self._socket.close()
            self._socket = None
        if self._closed.is_set():
            return
        # The first connection shows whether there is such a server; later ones wait for its return.
        if not self._stream.confirmed:
            raise lost(cause, self._url)
        self._closed.wait(self._stream.pause_after_break())
