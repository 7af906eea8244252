"""The protocol of a watch, without the socket."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .._models.search_match import FileEvent
from ..errors import SandboxError, TransportError
from .connection import Connection
from .encode import sandbox_path
from .read_error import error_in
from .reconnecting import Reconnecting


def watch_url(connection: Connection, sandbox_id: str) -> str:
    """Address of a sandbox's watches."""
    return connection.socket_url + sandbox_path(sandbox_id, "ws")


@dataclass
class WatchStream(Reconnecting):
    """What is known of a watch.

    Attributes:
        started: the watch stands, or stood before the connection broke.
    """

    path: str
    recursive: bool = False
    user: str | None = None
    timeout: float | None = None
    started: bool = False

    def first_frame(self) -> str:
        """What to send on a fresh connection."""
        return json.dumps(
            {
                "type": "file_watch",
                "id": "watch",
                "path": self.path,
                "user": (self.user or "").strip() or None,
                "recursive": self.recursive,
                "timeout_secs": self.timeout,
            }
        )

    def receive(self, frame: str | bytes) -> FileEvent | None:
        """Takes a frame; unknown ones are skipped."""
        try:
            message = json.loads(frame)
            return self._read(message) if isinstance(message, dict) else None
        except (KeyError, TypeError, ValueError) as cause:
            self.failure = SandboxError(f"cannot read a frame of the watch: {cause!r}", "invalid_response")
            return None

    def _read(self, message: dict[str, Any]) -> FileEvent | None:
        kind = message.get("type")
        if kind == "file_watch_started":
            again, self.started, self._attempts = self.started, True, 0
            # What happened while there was no connection is unknown.
            return FileEvent("overflow", "", self.path) if again else None
        if kind == "file_event":
            return FileEvent(message["event"], message["name"], message["path"], message.get("old_path"))
        if kind == "error":
            self._fail(error_in(message, "watch_error"), can_be_found=self.started)
        return None

    def lose(self, cause: BaseException) -> None:
        """The connection is gone."""
        error = TransportError("the connection of the watch broke")
        error.__cause__ = cause
        self._fail(error, can_be_found=self.started)
