"""A watch on a directory of a sandbox."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from types import TracebackType

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK

from .._core.connection import Connection
from .._core.socket_options import OPEN_TIMEOUT
from .._core.watch_stream import WatchStream
from .._models.search_match import FileEvent
from ..errors import SandboxError, TransportError
from .open_socket import open_socket

# Plain functions or coroutine functions.
EventCallback = Callable[[FileEvent], object]
ExitCallback = Callable[["Exception | None"], object]

pause = asyncio.sleep


class AsyncWatchHandle:
    """A watch that stands. `stop`, the end of an `async with` block or its timeout ends it."""

    _socket: ClientConnection
    _task: asyncio.Task[None]

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
        self._ended = False

    async def _begin(self) -> AsyncWatchHandle:
        """Connects, and waits until the watch stands."""
        self._socket = await self._open()
        try:
            while not self._stream.started:
                self._stream.raise_failure()
                await asyncio.wait_for(self._step(), OPEN_TIMEOUT)
        except BaseException as cause:
            await self._socket.close()
            if isinstance(cause, asyncio.TimeoutError):
                raise TransportError(f"the watch said nothing for {OPEN_TIMEOUT:g} s") from cause
            raise
        self._task = asyncio.create_task(self._listen(), name="nullspace-watch")
        return self

    async def stop(self) -> None:
        """Ends the watch."""
        self._ended = True
        await self._socket.close()

    async def __aenter__(self) -> AsyncWatchHandle:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()
        if asyncio.current_task() is not self._task:
            await asyncio.wait({self._task})

    async def _listen(self) -> None:
        failure: Exception | None = None
        try:
            await asyncio.wait_for(self._follow(), self._stream.timeout)
        except asyncio.TimeoutError:
            pass
        except Exception as cause:
            failure = None if self._ended else cause
        finally:
            self._ended = True
            await self._socket.close()
            if self._on_exit:
                answer = self._on_exit(failure)
                if inspect.isawaitable(answer):
                    await answer

    async def _follow(self) -> None:
        while not self._ended:
            await self._step()
            self._stream.raise_failure()

    async def _step(self) -> None:
        try:
            event = self._stream.receive(await self._socket.recv())
        except ConnectionClosedOK:
            # The server ends a watch at its timeout.
            self._ended = True
            return
        except ConnectionClosed as cause:
            self._stream.lose(cause)
            event = None
        if event:
            answer = self._on_event(event)
            if inspect.isawaitable(answer):
                await answer
        if self._stream.interruption:
            await self._recover()

    async def _recover(self) -> None:
        while self._stream.interruption and not self._ended:
            delay = self._stream.next_attempt()
            if delay is None:
                return
            await pause(delay)
            await self._socket.close()
            try:
                self._socket = await self._open()
                self._stream.interruption = None
            except TransportError as again:
                self._stream.interruption = again
            except SandboxError as final:
                self._stream.failure = final
                return
        if self._ended:
            # By another task, which could not know of the socket that was being opened.
            await self._socket.close()

    async def _open(self) -> ClientConnection:
        socket = await open_socket(self._connection, self._url)
        try:
            await socket.send(self._stream.first_frame())
        except ConnectionClosed as cause:
            self._stream.lose(cause)
        except BaseException:
            await socket.close()
            raise
        return socket
