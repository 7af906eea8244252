"""Terminals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class PtySessionInfo:
    """A terminal session as the server knows it.

    Attributes:
        pid: process id of the program in it.
        cols: columns.
        rows: rows.
        exec_id: unused; kept for programs that read it.
        exit_code: that of its program; `None` while it runs.
    """

    session_id: str
    pid: int
    cols: int
    rows: int
    exec_id: str = ""
    exit_code: int | None = None

    @property
    def id(self) -> str:
        """The same as `session_id`."""
        return self.session_id


@dataclass
class PtyResult:
    """How waiting for a terminal ended.

    Attributes:
        exit_code: that of its program; 124 when the wait was too short, and the session runs on.
        error: what broke the connection for good.
        timed_out: whether the wait was too short.
    """

    exit_code: int
    error: str | None = None
    timed_out: bool = False


def read_terminal(data: dict[str, Any], cols: int = 120, rows: int = 30) -> PtySessionInfo:
    """A session out of an answer or a frame; the size is that asked for where it is left out."""
    return PtySessionInfo(
        str(data["session_id"]),
        int(data.get("pid") or 0),
        int(data.get("cols") or cols),
        int(data.get("rows") or rows),
        str(data.get("exec_id") or ""),
        data.get("exit_code"),
    )
