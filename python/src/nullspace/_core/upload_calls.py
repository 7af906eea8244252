"""Calls about uploads in parts."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from .._models.upload import UploadConflictPolicy, UploadKind, UploadSessionInfo, read_session
from .call import Call, Reply, Request, ignore_answer
from .encode import encode_json, id_path, sandbox_path
from .retry import CREATE, UPLOAD_PART


@dataclass(frozen=True)
class Published:
    """What a completed upload made."""

    session: UploadSessionInfo
    bytes: int
    files: int


def create(
    sandbox_id: str,
    *,
    kind: UploadKind,
    source_kind: str,
    target_path: str,
    content_length: int,
    conflict: UploadConflictPolicy,
    user: str | None,
) -> Call[UploadSessionInfo]:
    """Opens a session."""
    body: dict[str, Any] = {
        "kind": kind.value,
        "source_kind": source_kind,
        "target_path": target_path,
        "content_length": content_length,
        "conflict": conflict.value,
        "archive_format": "tar" if kind is UploadKind.DIRECTORY_TAR else None,
        "checksum_algorithm": "sha256",
        "whole_checksum_sha256": None,
        "metadata": {},
    }
    account = (user or "").strip()
    request = _once(sandbox_path(sandbox_id, "uploads"), body | ({"user": account} if account else {}))
    return Call(request, lambda reply: read_session(reply.json()["session"]), CREATE)


def get(sandbox_id: str, upload_id: str) -> Call[UploadSessionInfo]:
    """How far a session is."""
    return Call(Request("GET", _path(sandbox_id, upload_id)), lambda reply: read_session(reply.json()))


def send_part(sandbox_id: str, upload_id: str, number: int, content: bytes) -> Call[None]:
    """Sends one part. Repeating it is harmless."""
    headers = {
        "Content-Type": "application/octet-stream",
        "x-nullspace-part-sha256": sha256(content).hexdigest(),
    }
    path = _path(sandbox_id, upload_id, "parts", str(number))
    return Call(Request("PUT", path, body=content, headers=headers), ignore_answer, UPLOAD_PART)


def complete(sandbox_id: str, upload_id: str, checksum: str) -> Call[Published]:
    """Checks the whole and publishes it."""

    def parse(reply: Reply) -> Published:
        data = reply.json()
        return Published(read_session(data["session"]), data["published_bytes"], data["published_file_count"])

    request = _once(_path(sandbox_id, upload_id, "complete"), {"whole_checksum_sha256": checksum})
    return Call(request, parse, CREATE)


def abort(sandbox_id: str, upload_id: str) -> Call[None]:
    """Gives a session up and frees its space."""
    return Call(Request("DELETE", _path(sandbox_id, upload_id)), ignore_answer)


def _once(path: str, body: dict[str, Any]) -> Request:
    return Request("POST", path, body=encode_json(body), headers={"Idempotency-Key": str(uuid.uuid4())})


def _path(sandbox_id: str, upload_id: str, *rest: str) -> str:
    return id_path(sandbox_path(sandbox_id, "uploads"), upload_id, *rest, what="upload")
