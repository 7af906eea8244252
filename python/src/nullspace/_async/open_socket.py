"""Opens a WebSocket."""

from __future__ import annotations

import asyncio

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from .._core.connection import Connection
from .._core.socket_options import OPEN_PAUSES, socket_options
from .._core.upgrade_error import may_pass, upgrade_error

pause = asyncio.sleep


async def open_socket(connection: Connection, url: str) -> ClientConnection:
    """A connection to an address, after a few attempts where the failure may pass. The caller closes it."""
    for delay in (*OPEN_PAUSES, None):
        try:
            socket: ClientConnection = await connect(url, **socket_options(connection))
        except (OSError, EOFError, WebSocketException) as cause:
            if delay is None or not may_pass(cause):
                raise upgrade_error(cause, url) from cause
        else:
            return socket
        await pause(delay)
    raise AssertionError("unreachable")
