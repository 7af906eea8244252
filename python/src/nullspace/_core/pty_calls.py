"""Calls about terminals."""

from __future__ import annotations

from .._models.terminal import PtySessionInfo, read_terminal
from .call import Call, Request, ignore_answer
from .encode import encode_json, id_path, sandbox_path
from .pty_stream import check_size


def list_sessions(sandbox_id: str) -> Call[list[PtySessionInfo]]:
    """Terminals that run."""
    request = Request("GET", sandbox_path(sandbox_id, "pty"))
    return Call(request, lambda reply: [read_terminal(item) for item in reply.json()])


def get_session(sandbox_id: str, session_id: str) -> Call[PtySessionInfo]:
    """One terminal."""
    return Call(Request("GET", _path(sandbox_id, session_id)), lambda reply: read_terminal(reply.json()))


def kill_session(sandbox_id: str, session_id: str) -> Call[None]:
    """Ends a terminal and all that runs in it."""
    return Call(Request("DELETE", _path(sandbox_id, session_id)), ignore_answer)


def resize_session(sandbox_id: str, session_id: str, cols: int, rows: int) -> Call[None]:
    """Changes the size of a terminal."""
    check_size(cols, rows)
    body = encode_json({"cols": cols, "rows": rows})
    return Call(Request("POST", _path(sandbox_id, session_id, "resize"), body=body), ignore_answer)


def _path(sandbox_id: str, session_id: str, *rest: str) -> str:
    return id_path(sandbox_path(sandbox_id, "pty"), session_id, *rest, what="terminal")
