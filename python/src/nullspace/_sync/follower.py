"""Follows one command over a WebSocket, and over another one when that breaks."""

from __future__ import annotations

import builtins
import time
from collections.abc import Callable, Iterator
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.connection import Connection as Socket

from .._core.connection import Connection
from .._core.exec_address import exec_url
from .._core.exec_stream import ExecStream, Output
from ..errors import SandboxError, TimeoutError, TransportError
from .open_socket import open_socket

OutputCallback = Callable[[Any], object]

pause = time.sleep


class ExecFollower:
    """Keeps an `ExecStream` supplied with frames."""

    def __init__(self, connection: Connection, sandbox_id: str, stream: ExecStream) -> None:
        self.stream = stream
        self.closed = False
        self._connection = connection
        self._url = exec_url(connection, sandbox_id)
        self._socket = self._open()

    @property
    def stdin(self) -> str | bytes | None:
        """All of the command's standard input, if it is known."""
        return self.stream.command.stdin if self.stream.command else None

    def await_started(self) -> int:
        """Waits until the command runs, or is found, and returns its pid. Raises what kept it from that."""
        while not self.stream.started and not self.stream.ended:
            self._step(None)
        return self.stream.started_pid()

    def outputs(self, deadline: float | None = None) -> Iterator[Output]:
        """Output as it arrives, until the command or the following ends.

        Raises:
            TimeoutError: the deadline, on the monotonic clock, is over.
        """
        while not self.stream.ended:
            output = self._step(deadline)
            if output and output.content:
                yield output

    def close(self) -> None:
        """Lets go of the command, which goes on."""
        self.closed = True
        self.release()

    def release(self) -> None:
        """Closes the connection; what was learned stays."""
        self._socket.close()

    def _step(self, deadline: float | None) -> Output | None:
        try:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            output = self.stream.receive(self._socket.recv(left))
        except ConnectionClosed as cause:
            self.stream.lose(cause)
            output = None
        except builtins.TimeoutError as cause:
            raise TimeoutError(f"process {self.stream.pid} still runs: wait longer, or kill it") from cause
        if self.stream.interruption:
            self._recover()
        return output

    def _recover(self) -> None:
        while self.stream.interruption and not self.closed:
            delay = self.stream.next_attempt()
            if delay is None:
                return
            pause(delay)
            self._socket.close()
            try:
                self._socket = self._open()
                self.stream.interruption = None
            except TransportError as again:
                self.stream.interruption = again
            except SandboxError as final:
                self.stream.failure = final
                return
        if self.closed:
            # By another thread, which could not know of the socket that was being opened.
            self._socket.close()
            self.stream.failure = self.stream.interruption or TransportError("the following was ended")

    def _open(self) -> Socket:
        socket = open_socket(self._connection, self._url)
        try:
            socket.send(self.stream.first_frame())
        except ConnectionClosed as cause:
            self.stream.lose(cause)
        except BaseException:
            socket.close()
            raise
        return socket
