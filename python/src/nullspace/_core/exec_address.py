"""Where live commands are reached."""

from __future__ import annotations

from .connection import Connection
from .encode import sandbox_path


def exec_url(connection: Connection, sandbox_id: str) -> str:
    """Address of a sandbox's live commands."""
    return connection.socket_url + sandbox_path(sandbox_id, "ws") + "?channel=exec"
