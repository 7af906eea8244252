"""Snapshots: saved memory and disk, or a saved disk alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from .known import known
from .sandbox_info import SandboxConfig, read_config
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
        metadata: labels given when it was taken.
        kind: what it holds. This and the following are known from `Snapshot.get` and `Snapshot.list`.
        status: `ready`, or `corrupt`; `status_message` says what is damaged.
        created_via: `hibernate` for that of a pause, `snapshot` otherwise.
        template: template of its sandbox.
        config: size of its sandbox.
    """

    id: str
    sandbox_id: str
    size_bytes: int
    created_at: datetime
    metadata: dict[str, Any] = field(default_factory=dict)
    kind: SnapshotKind | str | None = None
    status: str | None = None
    status_message: str | None = None
    created_via: str | None = None
    template: str | None = None
    config: SandboxConfig | None = None


def read_snapshot_info(data: dict[str, Any]) -> SnapshotInfo:
    """Reads an answer; keys that this version does not know are ignored."""
    kind, config = data.get("kind"), data.get("config")
    return SnapshotInfo(
        id=data["id"],
        sandbox_id=data["sandbox_id"],
        size_bytes=data["size_bytes"],
        created_at=needed_time(data, "created_at"),
        metadata=data.get("metadata") or {},
        kind=known(SnapshotKind, kind) if kind else None,
        status=data.get("status"),
        status_message=data.get("status_message"),
        created_via=data.get("created_via"),
        template=data.get("template"),
        config=read_config(config) if config else None,
    )
