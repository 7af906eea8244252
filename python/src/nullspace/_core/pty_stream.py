"""The protocol of a terminal, without the socket: frames in, output and the end out."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from .._models.terminal import PtySessionInfo, read_terminal
from ..errors import SandboxError, TransportError
from .connection import Connection
from .encode import invalid_request, sandbox_path
from .read_error import error_in
from .reconnecting import Reconnecting


def pty_url(connection: Connection, sandbox_id: str) -> str:
    """Address of a sandbox's terminals."""
    return connection.socket_url + sandbox_path(sandbox_id, "ws") + "?channel=pty"


_LONGEST_SIDE = 1000


def check_size(cols: int, rows: int) -> None:
    """Refuses what no terminal can have."""
    if not (1 <= cols <= _LONGEST_SIDE and 1 <= rows <= _LONGEST_SIDE):
        raise invalid_request(
            f"a terminal of {cols} columns and {rows} rows: both must be at least 1, at most {_LONGEST_SIDE}"
        )


@dataclass
class PtyStream(Reconnecting):
    """What is known of a terminal that is followed.

    Attributes:
        first: the frame that starts or finds it.
        info: known once it was started or found.
        offset: where to read on; `None` when the server has not said.
        exit_code: known once it has ended.
    """

    first: dict[str, Any]
    info: PtySessionInfo | None = None
    offset: int | None = None
    exit_code: int | None = None

    @property
    def _can_be_found(self) -> bool:
        # Without a session nobody knows whether one was started: starting it again could make two.
        return self.info is not None

    @property
    def ended(self) -> bool:
        """Whether nothing more is to come."""
        return self.exit_code is not None or self.failure is not None

    def first_frame(self) -> str:
        """What to send on a fresh connection: start it, or go on after the last byte seen."""
        if self.info is None:
            return json.dumps({"id": "pty", **self.first})
        frame = {"type": "pty_connect", "id": "pty", "session_id": self.info.session_id}
        return json.dumps(frame if self.offset is None else {**frame, "offset": self.offset})

    def frame(self, kind: str, **fields: Any) -> str:
        """A later frame to send."""
        session_id = self.info.session_id if self.info else None
        return json.dumps({"type": kind, "id": "pty", "session_id": session_id, **fields})

    def input_frame(self, data: str | bytes) -> str:
        """A frame that types text, or bytes as they are."""
        if isinstance(data, str):
            return self.frame("pty_input", data=data)
        return self.frame("pty_input", data_base64=base64.b64encode(data).decode())

    def receive(self, frame: str | bytes) -> bytes | None:
        """Takes a frame; unknown ones are skipped. Returns output."""
        try:
            message = json.loads(frame)
            return self._read(message) if isinstance(message, dict) else None
        except (KeyError, TypeError, ValueError) as cause:
            self.failure = SandboxError(f"cannot read a frame of the terminal: {cause!r}", "invalid_response")
            return None

    def _read(self, message: dict[str, Any]) -> bytes | None:
        kind = message.get("type")
        if kind == "pty_started":
            info = read_terminal(message)
            # The size that was set last counts, not that of a server which answers before it knows it.
            self.info = self.info or info
            self._attempts = 0
        elif kind == "pty_output":
            encoded = message.get("data_base64")
            data = (
                base64.b64decode(encoded, validate=True) if encoded is not None else message["data"].encode()
            )
            if isinstance(message.get("offset"), int):
                self.offset = message["offset"] + len(data)
            return bytes(data)
        elif kind in ("pty_exited", "exec_exit"):
            self.exit_code = int(message.get("exit_code") or 0)
        elif kind == "error":
            self._fail(error_in(message, "pty_protocol_error"), can_be_found=self._can_be_found)
        return None

    def lose(self, cause: BaseException) -> None:
        """The connection is gone."""
        if not self.ended:
            error = TransportError("the connection to the terminal broke")
            error.__cause__ = cause
            self._fail(error, can_be_found=self._can_be_found)

    def started(self) -> PtySessionInfo:
        """The session that was started or found; raises why there is none."""
        if self.info is None:
            raise self.failure or SandboxError("the terminal ended before it began", "invalid_response")
        return self.info


def start_frame(
    *,
    cols: int,
    rows: int,
    cwd: str | None,
    envs: dict[str, str] | None,
    command: str | list[str] | None,
    user: str | None,
) -> dict[str, Any]:
    """The frame that starts a terminal."""
    check_size(cols, rows)
    words = [command] if isinstance(command, str) else list(command or [])
    optional = {
        "cwd": cwd,
        "envs": envs,
        "command": words[0] if words else None,
        "args": words[1:],
        "user": (user or "").strip(),
    }
    frame = {"type": "pty_start", "cols": cols, "rows": rows}
    return frame | {key: value for key, value in optional.items() if value}


def connect_frame(pid: int | None, session_id: str | None) -> dict[str, Any]:
    """The frame that finds a terminal, by one of both."""
    if (pid is None) == (session_id is None):
        raise invalid_request("pass pid or session_id, one of them")
    which: dict[str, Any] = {"session_id": session_id} if pid is None else {"pid": pid}
    return {"type": "pty_connect", **which}
