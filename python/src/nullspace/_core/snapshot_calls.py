"""Calls that pause, save and copy sandboxes, and calls about snapshots."""

from __future__ import annotations

import uuid
from dataclasses import fields
from typing import Any

from .._models.sandbox_info import SandboxInfo, read_sandbox_info
from .._models.snapshot_info import SnapshotInfo, SnapshotKind, read_snapshot_info
from ..errors import SandboxError
from .call import Call, Reply, Request, ignore_answer
from .encode import encode_json, id_path, invalid_request, sandbox_path
from .fields import fields_param
from .page import ListRequest, page_size
from .read_error import error_in
from .retry import CREATE

# Memory and disk are written to the host's disk, or read from it.
_TIMEOUT = 300.0
LARGEST_COUNT = 100
# Without being asked the API leaves out what other clients would stumble over.
_DETAIL = fields_param(field.name for field in fields(SnapshotInfo))


def hibernate(sandbox_id: str, request_timeout: float | None) -> Call[SnapshotInfo]:
    """Pauses a sandbox."""
    path = sandbox_path(sandbox_id, "hibernate")
    return Call(Request("POST", path, timeout=request_timeout or _TIMEOUT), _snapshot)


def resume(snapshot_id: str, request_timeout: float | None = None) -> Call[SandboxInfo]:
    """Brings a paused sandbox back, or starts one from a snapshot."""
    path = id_path("/v1/sandboxes", snapshot_id, "resume", what="snapshot")
    return Call(
        Request("POST", path, timeout=request_timeout or _TIMEOUT),
        lambda reply: read_sandbox_info(reply.json()),
    )


def create_snapshot(
    sandbox_id: str,
    *,
    kind: SnapshotKind | str | None,
    metadata: dict[str, Any] | None,
    idempotency_key: str | None,
    request_timeout: float | None,
) -> Call[SnapshotInfo]:
    """Saves a sandbox, which goes on."""
    body: dict[str, Any] = {}
    if kind is not None:
        body["kind"] = SnapshotKind(kind).value
    if metadata is not None:
        body["metadata"] = metadata
    return Call(
        _once(sandbox_path(sandbox_id, "snapshots"), body, idempotency_key, request_timeout),
        _snapshot,
        CREATE,
    )


def fork(sandbox_id: str, idempotency_key: str | None, request_timeout: float | None) -> Call[SandboxInfo]:
    """Makes one copy."""
    request = _once(sandbox_path(sandbox_id, "fork"), {}, idempotency_key, request_timeout)
    return Call(request, lambda reply: read_sandbox_info(reply.json()), CREATE)


def fork_many(
    sandbox_id: str, count: int, idempotency_key: str | None, request_timeout: float | None
) -> Call[list[SandboxInfo | SandboxError]]:
    """Makes several copies; the answer has a record or an error for each."""
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= LARGEST_COUNT:
        raise invalid_request(f"count {count!r} is not a whole number from 1 to {LARGEST_COUNT}")
    request = _once(sandbox_path(sandbox_id, "fork"), {"count": count}, idempotency_key, request_timeout)
    return Call(request, lambda reply: [_child(item) for item in reply.json()["items"]], CREATE)


def list_request(
    sandbox_id: str | None, metadata: dict[str, Any] | None, limit: int | None
) -> ListRequest[SnapshotInfo]:
    """Lists the tenant's snapshots."""
    params = dict(_DETAIL)
    if sandbox_id is not None:
        params["sandbox_id"] = sandbox_id
    if metadata:
        params["metadata"] = encode_json(metadata).decode()
    return ListRequest("/v1/snapshots", {**params, **page_size(limit)}, read_snapshot_info)


def get_snapshot(snapshot_id: str) -> Call[SnapshotInfo]:
    """Reads a snapshot's record."""
    return Call(Request("GET", _snapshot_path(snapshot_id), params=_DETAIL), _snapshot)


def delete_snapshot(snapshot_id: str) -> Call[None]:
    """Deletes a snapshot."""
    return Call(Request("DELETE", _snapshot_path(snapshot_id)), ignore_answer)


def _snapshot_path(snapshot_id: str) -> str:
    return id_path("/v1/snapshots", snapshot_id, what="snapshot")


def _snapshot(reply: Reply) -> SnapshotInfo:
    return read_snapshot_info(reply.json())


def _once(
    path: str, body: dict[str, Any], idempotency_key: str | None, request_timeout: float | None
) -> Request:
    # One key for all attempts: an answer lost on the way makes nothing twice.
    headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
    encoded = encode_json(body) if body else None
    return Request("POST", path, body=encoded, headers=headers, timeout=request_timeout or _TIMEOUT)


def _child(item: dict[str, Any]) -> SandboxInfo | SandboxError:
    return read_sandbox_info(item["sandbox"]) if "sandbox" in item else error_in(item["error"], "fork_failed")
