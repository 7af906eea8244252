"""Where and how live commands are reached."""

from __future__ import annotations

from typing import Any

from .connection import Connection
from .encode import sandbox_path
from .exec_stream import LARGEST_FRAME, OPEN_TIMEOUT, PING_INTERVAL

# Waits between attempts to open a connection, in seconds.
OPEN_PAUSES = (0.25, 0.5)


def exec_url(connection: Connection, sandbox_id: str) -> str:
    """Address of a sandbox's live commands."""
    return connection.socket_url + sandbox_path(sandbox_id, "ws") + "?channel=exec"


def socket_options(connection: Connection) -> dict[str, Any]:
    """Keyword arguments for `connect` of websockets, the blocking one and the asyncio one alike."""
    return {
        "additional_headers": connection.headers,
        "open_timeout": OPEN_TIMEOUT,
        "ping_interval": PING_INTERVAL,
        "ping_timeout": PING_INTERVAL,
        "max_size": LARGEST_FRAME,
    }
