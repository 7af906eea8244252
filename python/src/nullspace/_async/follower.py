"""Follows one command over a WebSocket, and over another one when that breaks."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from .._core.connection import Connection
from .._core.exec_address import exec_url
from .._core.exec_stream import ExecStream, Output
from ..errors import SandboxError, TimeoutError, TransportError
from .open_socket import open_socket

# A plain function or a coroutine function.
OutputCallback = Callable[[Any], object]

pause = asyncio.sleep


class AsyncExecFollower:
    """Keeps an `ExecStream` supplied with frames."""

    def __init__(self, connection: Connection, sandbox_id: str, stream: ExecStream) -> None:
        self.stream = stream
        self.closed = False
        self._connection = connection
        self._url = exec_url(connection, sandbox_id)
        self._socket: ClientConnection | None = None

    async def open(self) -> AsyncExecFollower:
        """Connects and sends the first frame."""
        self._socket = await self._open()
        return self

    @property
    def stdin(self) -> str | bytes | None:
        """All of the command's standard input, if it is known."""
        return self.stream.command.stdin if self.stream.command else None

    async def await_started(self) -> int:
        """Waits until the command runs, or is found, and returns its pid. Raises what kept it from that."""
        while not self.stream.started and not self.stream.ended:
            await self._step(None)
        return self.stream.started_pid()

    async def outputs(self, deadline: float | None = None) -> AsyncIterator[Output]:
        """Output as it arrives, until the command or the following ends.

        Raises:
            TimeoutError: the deadline, on the monotonic clock, is over.
        """
        while not self.stream.ended:
            output = await self._step(deadline)
            if output and output.content:
                yield output

    async def close(self) -> None:
        """Lets go of the command, which goes on."""
        self.closed = True
        await self.release()

    async def release(self) -> None:
        """Closes the connection; what was learned stays."""
        if self._socket:
            await self._socket.close()

    async def _step(self, deadline: float | None) -> Output | None:
        try:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            output = self.stream.receive(await asyncio.wait_for(self._receive(), left))
        except ConnectionClosed as cause:
            self.stream.lose(cause)
            output = None
        except asyncio.TimeoutError as cause:
            raise TimeoutError(f"process {self.stream.pid} still runs: wait longer, or kill it") from cause
        if self.stream.interruption:
            await self._recover()
        return output

    async def _recover(self) -> None:
        while self.stream.interruption and not self.closed:
            delay = self.stream.next_attempt()
            if delay is None:
                return
            await pause(delay)
            await self.release()
            try:
                self._socket = await self._open()
                self.stream.interruption = None
            except TransportError as again:
                self.stream.interruption = again
            except SandboxError as final:
                self.stream.failure = final
                return
        if self.closed:
            # By another task, which could not know of the socket that was being opened.
            await self.release()
            self.stream.failure = self.stream.interruption or TransportError("the following was ended")

    async def _receive(self) -> str | bytes:
        if self._socket is None:
            raise TransportError("the live connection was never opened")
        return await self._socket.recv()

    async def _open(self) -> ClientConnection:
        socket = await open_socket(self._connection, self._url)
        try:
            await socket.send(self.stream.first_frame())
        except ConnectionClosed as cause:
            self.stream.lose(cause)
        except BaseException:
            await socket.close()
            raise
        return socket


async def deliver(output: Output, on_stdout: OutputCallback | None, on_stderr: OutputCallback | None) -> None:
    """Calls the callback for an output, and awaits it if it is a coroutine."""
    callback = on_stdout if output.stream == "stdout" else on_stderr
    answer = callback(output.content) if callback else None
    if inspect.isawaitable(answer):
        await answer
