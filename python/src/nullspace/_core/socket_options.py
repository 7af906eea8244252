"""Settings of WebSockets, the blocking ones and the asyncio ones alike."""

from __future__ import annotations

from typing import Any

from .connection import Connection

# Output comes in frames of some 32 KiB; this leaves room for a server that sends larger ones.
LARGEST_FRAME = 16 << 20
OPEN_TIMEOUT = 15.0
PING_INTERVAL = 20.0
# Waits between attempts to open a connection, in seconds.
OPEN_PAUSES = (0.25, 0.5)


def socket_options(connection: Connection) -> dict[str, Any]:
    """Keyword arguments for `connect` of websockets."""
    return {
        "additional_headers": connection.headers,
        "open_timeout": OPEN_TIMEOUT,
        "ping_interval": PING_INTERVAL,
        "ping_timeout": PING_INTERVAL,
        "max_size": LARGEST_FRAME,
    }
