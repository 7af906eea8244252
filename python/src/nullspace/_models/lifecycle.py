"""Lifecycle events: what happened to sandboxes and snapshots."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from .known import known
from .timestamp import needed_time


class LifecycleOperation(str, Enum):
    """What was done."""

    CREATE = "create"
    DESTROY = "destroy"
    TIMEOUT_UPDATED = "timeout_updated"
    TIMEOUT_EXPIRED = "timeout_expired"
    NETWORK_UPDATED = "network_updated"
    HIBERNATE = "hibernate"
    SNAPSHOT_CREATED = "snapshot_created"
    RESUME_FROM_SNAPSHOT = "resume_from_snapshot"
    FORK = "fork"
    RECONCILE = "reconcile"


class LifecycleStatus(str, Enum):
    """How far it came."""

    REQUESTED = "requested"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class LifecycleActorKind(str, Enum):
    """Who did it: a caller, the server itself, or the server putting things right after a crash."""

    USER = "user"
    SYSTEM = "system"
    RECONCILE = "reconcile"


class LifecycleAudience(str, Enum):
    """Who may read an event; the API shows those for customers."""

    CUSTOMER = "customer"
    INTERNAL = "internal"


@dataclass
class LifecycleEvent:
    """One event. Values that this version does not know are plain strings.

    Attributes:
        id: also the cursor after which a stream goes on.
        source_sandbox_id: the paused sandbox of a resume, the source of a fork.
        target_sandbox_id: the sandbox that a resume or a fork made.
        reason: why, such as `api`, `manual`, `timeout` or `out_of_memory`.
        metadata: labels of the sandbox or snapshot.
        details: facts about the operation, such as the new `timeout_at` or a snapshot's `size_bytes`.
    """

    id: str
    occurred_at: datetime
    audience: LifecycleAudience | str
    operation: LifecycleOperation | str
    status: LifecycleStatus | str
    actor_kind: LifecycleActorKind | str
    sandbox_id: str | None = None
    snapshot_id: str | None = None
    source_sandbox_id: str | None = None
    target_sandbox_id: str | None = None
    user_id: str | None = None
    reason: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)


@dataclass
class LifecycleEventListResponse:
    """A part of the events that match; `has_more` says whether others follow after `offset + limit`."""

    events: list[LifecycleEvent]
    offset: int
    limit: int
    has_more: bool


def read_lifecycle_event(data: dict[str, Any]) -> LifecycleEvent:
    """Reads an event; keys that this version does not know are ignored."""
    return LifecycleEvent(
        id=str(data["id"]),
        occurred_at=needed_time(data, "occurred_at"),
        audience=known(LifecycleAudience, data["audience"]),
        operation=known(LifecycleOperation, data["operation"]),
        status=known(LifecycleStatus, data["status"]),
        actor_kind=known(LifecycleActorKind, data["actor_kind"]),
        sandbox_id=data.get("sandbox_id"),
        snapshot_id=data.get("snapshot_id"),
        source_sandbox_id=data.get("source_sandbox_id"),
        target_sandbox_id=data.get("target_sandbox_id"),
        user_id=data.get("user_id"),
        reason=data.get("reason"),
        error_code=data.get("error_code"),
        error_message=data.get("error_message"),
        metadata=data.get("metadata") or {},
        details=data.get("details") or {},
    )
