"""Warm pools: sandboxes that stand ready."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import Enum
from typing import Any

from .known import known
from .timestamp import read_time


class WarmPoolCheckoutMode(str, Enum):
    """What a create does when nothing is ready: `PREFER` starts one, `REQUIRE` fails; `BYPASS` never asks."""

    PREFER = "prefer"
    REQUIRE = "require"
    BYPASS = "bypass"


class WarmPoolCheckoutSource(str, Enum):
    """Where a sandbox came from."""

    READY_INSTANCE = "ready_instance"
    COLD_CREATE = "cold_create"
    BYPASSED = "bypassed"


class TemplateWarmPoolState(str, Enum):
    """State of a pool. Only an `ENABLED` one is refilled; a `DRAINING` one gives nothing out."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    DRAINING = "draining"
    DELETED = "deleted"


class TemplateWarmPoolVersionPolicy(str, Enum):
    """Whether a pool stays with its build or follows a tag."""

    PINNED_BUILD = "pinned_build"
    TRACK_TAG = "track_tag"


@dataclass
class WarmPoolCheckoutResult:
    """How a create with a pool was served; `wait_ms` is what it waited."""

    source: WarmPoolCheckoutSource | str
    hit: bool
    id: str | None = None
    mode: WarmPoolCheckoutMode | str | None = None
    wait_ms: int | None = None


@dataclass
class TemplateWarmPoolStatusCounts:
    """Instances of a pool by what they are; `target` is how many shall be ready."""

    target: int = 0
    ready: int = 0
    warming: int = 0
    claimed: int = 0
    draining: int = 0
    failed: int = 0
    expired: int = 0
    unavailable: int = 0


@dataclass
class TemplateWarmPoolInfo:
    """A pool.

    Attributes:
        template_ref: what its sandboxes are made from, as it was asked for.
        resolved_template_build_id: the build that this means now.
        min_ready: it is refilled below this, and never beyond `max_ready`.
        degraded_reason: why it is not as full as it should be.
        rollout_status: how far instances follow a tag that moved.
    """

    id: str
    name: str = ""
    template_ref: str = ""
    state: TemplateWarmPoolState | str = TemplateWarmPoolState.DISABLED
    min_ready: int = 0
    max_ready: int = 0
    vcpus: int = 0
    memory_mb: int = 0
    disk_mb: int | None = None
    status: TemplateWarmPoolStatusCounts = field(default_factory=TemplateWarmPoolStatusCounts)
    checkout_policy: WarmPoolCheckoutMode | str = WarmPoolCheckoutMode.PREFER
    version_policy: TemplateWarmPoolVersionPolicy | str = TemplateWarmPoolVersionPolicy.PINNED_BUILD
    track_tag: str | None = None
    degraded_reason: str | None = None
    resolved_template: str | None = None
    resolved_template_build_id: str | None = None
    runtime_artifact_id: str | None = None
    previous_resolved_template: str | None = None
    previous_resolved_template_build_id: str | None = None
    previous_runtime_artifact_id: str | None = None
    rollout_generation: int | None = None
    rollout_status: dict[str, Any] | None = None
    idle_timeout_seconds: int | None = None
    stale_after_seconds: int | None = None
    labels: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None
    updated_at: datetime | None = None
    enabled_at: datetime | None = None
    disabled_at: datetime | None = None
    drain_requested_at: datetime | None = None
    last_reconciled_at: datetime | None = None
    deleted_at: datetime | None = None


_COUNTS = [field.name for field in fields(TemplateWarmPoolStatusCounts)]
_READ_APART = {"id", "state", "vcpus", "memory_mb", "disk_mb", "status", "checkout_policy", "version_policy"}
_NEVER_NONE = {"name", "template_ref", "min_ready", "max_ready", "labels", "metadata"}


def read_warm_pool(data: dict[str, Any]) -> TemplateWarmPoolInfo:
    """Reads a pool; keys that this version does not know are ignored."""
    resources = data.get("resources") or {}
    counts = {name: (data.get("status") or {}).get(name) or 0 for name in _COUNTS}
    plain: dict[str, Any] = {}
    for item in fields(TemplateWarmPoolInfo):
        if item.name.endswith("_at"):
            plain[item.name] = read_time(data.get(item.name))
        elif item.name not in _READ_APART and (
            data.get(item.name) is not None or item.name not in _NEVER_NONE
        ):
            plain[item.name] = data.get(item.name)
    return TemplateWarmPoolInfo(
        id=data["id"],
        state=known(TemplateWarmPoolState, data.get("state") or "disabled"),
        vcpus=resources.get("vcpus") or 0,
        memory_mb=resources.get("memory_mb") or 0,
        disk_mb=resources.get("disk_mb"),
        status=TemplateWarmPoolStatusCounts(**counts),
        checkout_policy=known(WarmPoolCheckoutMode, data.get("checkout_policy") or "prefer"),
        version_policy=known(TemplateWarmPoolVersionPolicy, data.get("version_policy") or "pinned_build"),
        **plain,
    )


def read_checkout(data: dict[str, Any] | None) -> WarmPoolCheckoutResult | None:
    """Reads how a create was served; `None` when no pool was asked."""
    if data is None:
        return None
    mode = data.get("mode")
    return WarmPoolCheckoutResult(
        source=known(WarmPoolCheckoutSource, data["source"]),
        hit=data["hit"],
        id=data.get("id") or data.get("pool_id"),
        mode=known(WarmPoolCheckoutMode, mode) if mode else None,
        wait_ms=data.get("wait_ms"),
    )
