"""Opens a WebSocket."""

from __future__ import annotations

import time

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.sync.connection import Connection as Socket

from .._core.connection import Connection
from .._core.socket_options import OPEN_PAUSES, socket_options
from .._core.upgrade_error import may_pass, upgrade_error

pause = time.sleep


def open_socket(connection: Connection, url: str) -> Socket:
    """A connection to an address, after a few attempts where the failure may pass. The caller closes it."""
    for delay in (*OPEN_PAUSES, None):
        try:
            # Entered by hand, since the connection outlives this function.
            opening = connect(url, **socket_options(connection))
            socket: Socket = opening.__enter__()
        except (OSError, EOFError, WebSocketException) as cause:
            if delay is None or not may_pass(cause):
                raise upgrade_error(cause, url) from cause
        else:
            return socket
        pause(delay)
    raise AssertionError("unreachable")
