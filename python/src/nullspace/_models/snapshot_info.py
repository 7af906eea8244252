"""Snapshots: saved memory and disk, or a saved disk alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from .timestamp import needed_time


class SnapshotKind(str, Enum):
    """What a snapshot holds.

    `MEMORY`: processes, memory and disk; what starts from it goes on where the source was.
    `FILESYSTEM`: the disk alone; what starts from it boots afresh on the saved files.
    """

    MEMORY = "memory"
    FILESYSTEM = "filesystem"


@dataclass
class SnapshotInfo:
    """A snapshot.

    Attributes:
        sandbox_id: the sandbox that it was taken of.
        size_bytes: what it occupies on the host's disk.
        metadata: labels given when it was taken; `created_via` is the server's and says by which call.
    """

    id: str
    sandbox_id: str
    size_bytes: int
    created_at: datetime
    metadata: dict[str, Any] = field(default_factory=dict)


def read_snapshot_info(data: dict[str, Any]) -> SnapshotInfo:
    """Reads an answer; keys that this version does not know are ignored."""
    return SnapshotInfo(
        id=data["id"],
        sandbox_id=data["sandbox_id"],
        size_bytes=data["size_bytes"],
        created_at=needed_time(data, "created_at"),
        metadata=data.get("metadata") or {},
    )
