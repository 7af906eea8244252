"""Uploads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from .timestamp import read_time


class UploadKind(str, Enum):
    """What is uploaded."""

    FILE = "file"
    DIRECTORY_TAR = "directory_tar"


class UploadConflictPolicy(str, Enum):
    """What happens to a directory that is there: keep what else is in it, remove it first, or refuse."""

    MERGE = "merge"
    REPLACE = "replace"
    ERROR = "error"


class UploadTransport(str, Enum):
    """How bytes travel: in one request, or in parts that survive broken connections."""

    DIRECT = "direct"
    RESUMABLE = "resumable"


class UploadSessionStatus(str, Enum):
    """How far an upload session is."""

    CREATED = "created"
    UPLOADING = "uploading"
    STAGED = "staged"
    COMPLETING = "completing"
    COMPLETED = "completed"
    ABORTED = "aborted"
    EXPIRED = "expired"
    FAILED = "failed"


class UploadProgressPhase(str, Enum):
    """What an upload is doing."""

    PREPARING = "preparing"
    CREATED = "created"
    UPLOADING = "uploading"
    RETRYING = "retrying"
    COMPLETING = "completing"
    COMPLETED = "completed"


@dataclass
class UploadSessionInfo:
    """An upload in parts.

    Attributes:
        next_part: lowest part that is missing, counted from 0; `None` when none is.
        expires_at: when it is given up unless another part comes.
    """

    upload_id: str
    kind: UploadKind
    target_path: str
    content_length: int
    accepted_bytes: int
    part_size: int
    part_count: int
    max_concurrency: int
    status: UploadSessionStatus
    next_part: int | None
    whole_checksum_sha256: str | None
    user: str | None
    expires_at: datetime | None


@dataclass
class UploadResult:
    """What an upload did.

    Attributes:
        file_count: 1, or of a directory its files and symbolic links.
    """

    kind: UploadKind
    target_path: str
    bytes_uploaded: int
    file_count: int
    transport: UploadTransport
    resumed: bool
    started_at: datetime
    completed_at: datetime
    upload_id: str | None = None
    session: UploadSessionInfo | None = None


@dataclass
class UploadProgress:
    """How far an upload is.

    Attributes:
        upload_id: of an upload in parts; `files.resume_upload` goes on with it.
    """

    upload_id: str | None
    phase: UploadProgressPhase
    bytes_completed: int
    bytes_total: int | None = None
    parts_completed: int | None = None
    part_count: int | None = None
    part_number: int | None = None
    target_path: str | None = None
    transport: UploadTransport | None = None


def read_session(data: dict[str, Any]) -> UploadSessionInfo:
    """A session out of an answer."""
    return UploadSessionInfo(
        upload_id=str(data["upload_id"]),
        kind=UploadKind(data["kind"]),
        target_path=str(data["target_path"]),
        content_length=int(data["content_length"]),
        accepted_bytes=int(data.get("accepted_bytes") or 0),
        part_size=int(data["part_size"]),
        part_count=int(data["part_count"]),
        max_concurrency=int(data["max_concurrency"]),
        status=UploadSessionStatus(data["status"]),
        next_part=data.get("next_part"),
        whole_checksum_sha256=data.get("whole_checksum_sha256"),
        user=data.get("user"),
        expires_at=read_time(data.get("expires_at")),
    )
