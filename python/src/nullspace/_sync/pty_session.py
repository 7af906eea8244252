"""Terminals of a sandbox."""

from __future__ import annotations

import builtins
import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType

from websockets.exceptions import ConnectionClosed
from websockets.sync.connection import Connection as Socket

from .._core.connection import Connection
from .._core.pty_stream import PtyStream, check_size
from .._core.socket_options import OPEN_TIMEOUT
from .._models.terminal import PtyResult, PtySessionInfo
from ..errors import ConflictError, SandboxError, TransportError
from .open_socket import open_socket

DataCallback = Callable[[bytes], object]

pause = time.sleep

_TIMED_OUT = 124


class PtySession:
    """A terminal. A broken connection is made again, and goes on at the byte that was read last.

    Iterate it or call `wait` to read. As a context manager it is disconnected at the end of the block; the
    session runs on until `kill`.
    """

    def __init__(self, connection: Connection, url: str, stream: PtyStream) -> None:
        self._connection = connection
        self._url = url
        self._stream = stream
        self._lock = threading.RLock()
        self._left = False
        self._socket = self._open()
        try:
            while stream.info is None and not stream.ended:
                self._receive(time.monotonic() + OPEN_TIMEOUT)
            self._info = stream.started()
        except BaseException as cause:
            self._socket.close()
            if isinstance(cause, builtins.TimeoutError):
                raise TransportError(f"the terminal said nothing for {OPEN_TIMEOUT:g} s") from cause
            raise

    def __repr__(self) -> str:
        return f"PtySession(id={self.id!r})"

    @property
    def id(self) -> str:
        """Name of the session, for `pty.connect(session_id=…)`."""
        return self._info.session_id

    @property
    def session_id(self) -> str:
        """The same as `id`."""
        return self._info.session_id

    @property
    def pid(self) -> int:
        """Process id of the program in it."""
        return self._info.pid

    @property
    def info(self) -> PtySessionInfo:
        """Name, process id and size."""
        return self._info

    @property
    def is_connected(self) -> bool:
        """Whether more can come: it has neither ended nor been disconnected."""
        return not self._left and not self._stream.ended

    @property
    def exit_code(self) -> int | None:
        """Exit code of its program, once it has ended."""
        return self._stream.exit_code

    @property
    def error(self) -> str | None:
        """What broke the connection for good."""
        return str(self._stream.failure) if self._stream.failure else None

    def send_input(self, data: str | bytes) -> None:
        """Types text, or bytes as they are."""
        self._send(self._stream.input_frame(data))

    def resize(self, cols: int, rows: int) -> PtySessionInfo:
        """Changes the size."""
        check_size(cols, rows)
        self._send(self._stream.frame("pty_resize", cols=cols, rows=rows))
        self._info.cols, self._info.rows = cols, rows
        return self._info

    def kill(self) -> None:
        """Ends the session and all that runs in it."""
        self._send(self._stream.frame("pty_kill"))

    def disconnect(self) -> None:
        """Lets go of the session, which runs on."""
        self._left = True
        self._socket.close()

    def wait(self, on_data: DataCallback | None = None, timeout: float | None = None) -> PtyResult:
        """Reads to the end.

        Args:
            on_data: called with each piece of output.
            timeout: seconds to wait at most. The session is disconnected then and runs on; the result has the
                exit code 124.
        """
        deadline = None if timeout is None else time.monotonic() + max(0.0, timeout)
        try:
            for data in self._read(deadline):
                if on_data:
                    on_data(data)
        except builtins.TimeoutError:
            self.disconnect()
            return PtyResult(_TIMED_OUT, "the terminal still runs", timed_out=True)
        code = self._stream.exit_code
        return PtyResult((1 if self.error else 0) if code is None else code, self.error)

    def __iter__(self) -> Iterator[bytes]:
        yield from self._read(None)
        if self._stream.failure and not self._left:
            raise self._stream.failure

    def __enter__(self) -> PtySession:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.disconnect()

    def _read(self, deadline: float | None) -> Iterator[bytes]:
        while self.is_connected:
            data = self._receive(deadline)
            if data:
                yield data
        if self._stream.ended:
            self._socket.close()

    def _receive(self, deadline: float | None) -> bytes | None:
        socket = self._socket
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        try:
            data = self._stream.receive(socket.recv(left))
        except ConnectionClosed as cause:
            self._renew(socket, cause)
            return None
        if self._stream.interruption:
            self._renew(socket, self._stream.interruption)
        return data

    def _send(self, frame: str) -> None:
        while self.is_connected:
            socket = self._socket
            try:
                socket.send(frame)
            except ConnectionClosed as cause:
                self._renew(socket, cause)
            else:
                return
        raise self._stream.failure or ConflictError(f"the terminal {self.id} is over")

    def _renew(self, lost: Socket, cause: BaseException) -> None:
        """Connects again, unless another thread has done so."""
        with self._lock:
            if self._socket is not lost or not self.is_connected:
                return
            self._stream.lose(cause)
            while self._stream.interruption and self.is_connected:
                delay = self._stream.next_attempt()
                if delay is None:
                    return
                pause(delay)
                self._socket.close()
                try:
                    self._socket = self._open()
                    self._stream.interruption = None
                except TransportError as again:
                    self._stream.interruption = again
                except SandboxError as final:
                    self._stream.failure = final
            if self._left:
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
