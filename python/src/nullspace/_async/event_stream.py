"""Lifecycle events as they happen."""

from __future__ import annotations

import asyncio
from types import TracebackType

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from .._core.connection import Connection
from .._core.event_stream import EventStream, lost
from .._models.lifecycle import LifecycleEvent
from ..errors import SandboxError, TransportError
from .open_socket import open_socket


class AsyncLifecycleEventStream:
    """Iterates over lifecycle events, for ever. A broken connection is taken up after the last event seen.

    Entering it as a context manager subscribes; what happens from then on is seen. Without that the first
    step does. Leaving the block or `close`, from any task, ends it:

        async with AsyncLifecycle().stream_events(live_only=True) as events:
            async for event in events:
                print(event.operation, event.sandbox_id)
    """

    def __init__(self, connection: Connection, url: str, stream: EventStream) -> None:
        self._connection = connection
        self._url = url
        self._stream = stream
        self._socket: ClientConnection | None = None
        self._closed = False

    async def close(self) -> None:
        """Ends the stream; a step that waits in another task ends too."""
        self._closed = True
        if self._socket:
            await self._socket.close()

    def __aiter__(self) -> AsyncLifecycleEventStream:
        return self

    async def __anext__(self) -> LifecycleEvent:
        while not self._closed:
            event = await self._step()
            if event:
                return event
        raise StopAsyncIteration

    async def __aenter__(self) -> AsyncLifecycleEventStream:
        while not self._stream.subscribed and not self._closed:
            await self._step()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def _step(self) -> LifecycleEvent | None:
        try:
            if self._socket is None:
                self._socket = await self._open()
            return self._stream.receive(await self._socket.recv())
        except (ConnectionClosed, TransportError) as cause:
            await self._lose(cause)
            return None
        except SandboxError:
            await self.close()
            raise

    async def _open(self) -> ClientConnection:
        socket = await open_socket(self._connection, self._url)
        try:
            await socket.send(self._stream.first_frame())
        except BaseException:
            await socket.close()
            raise
        if self._closed:
            # By another task, which could not know of this socket.
            await socket.close()
        return socket

    async def _lose(self, cause: Exception) -> None:
        if self._socket:
            await self._socket.close()
            self._socket = None
        if self._closed:
            return
        # The first connection shows whether there is such a server; later ones wait for its return.
        if not self._stream.confirmed:
            raise lost(cause, self._url)
        await asyncio.sleep(self._stream.pause_after_break())
