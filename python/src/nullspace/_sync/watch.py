"""A watch on a directory of a sandbox."""

from __future__ import annotations

import builtins
import threading
import time
from collections.abc import Callable
from types import TracebackType

from websockets.exceptions import ConnectionClosed, ConnectionClosedOK
from websockets.sync.connection import Connection as Socket

from .._core.connection import Connection
from .._core.socket_options import OPEN_TIMEOUT
from .._core.watch_stream import WatchStream
from .._models.search_match import FileEvent
from ..errors import SandboxError, TransportError
from .open_socket import open_socket

EventCallback = Callable[[FileEvent], object]
ExitCallback = Callable[["Exception | None"], object]


class WatchHandle:
    """A watch that stands. `stop`, the end of a `with` block or its timeout ends it."""

    def __init__(
        self,
        connection: Connection,
        url: str,
        stream: WatchStream,
        on_event: EventCallback,
        on_exit: ExitCallback | None,
    ) -> None:
        self._connection = connection
        self._url = url
        self._stream = stream
        self._on_event = on_event
        self._on_exit = on_exit
        self._stopped = threading.Event()
        self._deadline: float | None = None
        self._socket = self._open()
        try:
            while not stream.started:
                stream.raise_failure()
                self._step(OPEN_TIMEOUT)
        except BaseException as cause:
            self._socket.close()
            if isinstance(cause, builtins.TimeoutError):
                raise TransportError(f"the watch said nothing for {OPEN_TIMEOUT:g} s") from cause
            raise
        if stream.timeout is not None:
            self._deadline = time.monotonic() + stream.timeout
        self._thread = threading.Thread(target=self._listen, name="nullspace-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the watch."""
        self._stopped.set()
        self._socket.close()

    def __enter__(self) -> WatchHandle:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _listen(self) -> None:
        failure: Exception | None = None
        try:
            while not self._stopped.is_set():
                left = None if self._deadline is None else self._deadline - time.monotonic()
                if left is not None and left <= 0:
                    break
                self._step(left)
                self._stream.raise_failure()
        except builtins.TimeoutError:
            pass
        except Exception as cause:
            failure = None if self._stopped.is_set() else cause
        finally:
            self._stopped.set()
            self._socket.close()
            if self._on_exit:
                self._on_exit(failure)

    def _step(self, patience: float | None) -> None:
        try:
            event = self._stream.receive(self._socket.recv(patience))
        except ConnectionClosedOK:
            # The server ends a watch at its timeout.
            self._stopped.set()
            return
        except ConnectionClosed as cause:
            self._stream.lose(cause)
            event = None
        if event:
            self._on_event(event)
        if self._stream.interruption:
            self._recover()

    def _recover(self) -> None:
        while self._stream.interruption and not self._stopped.is_set():
            delay = self._stream.next_attempt()
            if delay is None or self._stopped.wait(delay):
                return
            self._socket.close()
            try:
                self._socket = self._open()
                self._stream.interruption = None
            except TransportError as again:
                self._stream.interruption = again
            except SandboxError as final:
                self._stream.failure = final
                return
        if self._stopped.is_set():
            # By another thread, which could not know of the socket that was being opened.
            self._socket.close()

    def _open(self) -> Socket:
        socket = open_socket(self._connection, self._url)
        try:
            socket.send(self._stream.first_frame())
        except ConnectionClosed as cause:
            self._stream.lose(cause)
        except BaseException:
            socket.close()
            raise
        return socket
