"""Calls about sandboxes as a whole, except create and list."""

from __future__ import annotations

import math
from typing import Any

from .._models.metrics import SandboxMetrics, read_metrics
from .._models.sandbox_info import SandboxInfo, read_sandbox_info
from .._models.state import SandboxStatus, SandboxTimeoutAction
from ..errors import ConflictError, NotFoundError, SandboxError
from .call import Call, Request, ignore_answer
from .encode import encode_json, invalid_request, sandbox_path
from .fields import Fields, fields_param


def get_info(sandbox_id: str) -> Call[SandboxInfo]:
    """Reads a sandbox; never wakes it."""
    return Call(Request("GET", sandbox_path(sandbox_id)), lambda reply: read_sandbox_info(reply.json()))


def get_fields(sandbox_id: str, fields: Fields) -> Call[dict[str, Any]]:
    """Reads some fields of a sandbox."""
    request = Request("GET", sandbox_path(sandbox_id), params=fields_param(fields))
    return Call(request, lambda reply: dict(reply.json()))


def get_metrics(sandbox_id: str) -> Call[list[SandboxMetrics]]:
    """Reads samples, the oldest first."""
    return Call(
        Request("GET", sandbox_path(sandbox_id, "metrics")),
        lambda reply: [read_metrics(item) for item in reply.json()],
    )


def kill(sandbox_id: str) -> Call[None]:
    """Destroys a sandbox."""
    return Call(Request("DELETE", sandbox_path(sandbox_id)), ignore_answer)


def set_timeout(
    sandbox_id: str, timeout_secs: float, timeout_action: SandboxTimeoutAction | str | None = None
) -> Call[None]:
    """Moves the deadline to so many seconds from now."""
    body: dict[str, Any] = {"timeout_ms": milliseconds(timeout_secs)}
    if timeout_action is not None:
        body["timeout_action"] = SandboxTimeoutAction(timeout_action).value
    return Call(Request("POST", sandbox_path(sandbox_id, "timeout"), body=encode_json(body)), ignore_answer)


def milliseconds(timeout_secs: float) -> int:
    """A timeout on the wire; refuses what is no positive number."""
    if isinstance(timeout_secs, bool) or not isinstance(timeout_secs, (int, float)):
        raise invalid_request(f"timeout {timeout_secs!r} is not a number of seconds")
    if not math.isfinite(timeout_secs) or timeout_secs <= 0:
        raise invalid_request(f"timeout {timeout_secs!r} is not a positive number of seconds")
    return max(1, round(timeout_secs * 1000))


def snapshot_to_resume(info: SandboxInfo) -> str | None:
    """Which snapshot a connect has to resume first; `None` when the sandbox runs.

    Raises:
        NotFoundError: the sandbox is destroyed.
        ConflictError: it has failed.
        SandboxError: it is paused and the server does not say from what to resume (`missing_snapshot_id`).
    """
    if info.status is SandboxStatus.DESTROYED:
        raise NotFoundError(f"sandbox {info.id} is destroyed; create another one", "sandbox_not_found")
    if info.status is SandboxStatus.ERROR:
        why = f": {info.status_message}" if info.status_message else ""
        raise ConflictError(f"sandbox {info.id} has failed{why}; create another one", "sandbox_not_ready")
    if info.status is not SandboxStatus.PAUSED:
        return None
    if not info.snapshot_id:
        raise SandboxError(f"sandbox {info.id} is paused, but names no snapshot", "missing_snapshot_id")
    return info.snapshot_id
