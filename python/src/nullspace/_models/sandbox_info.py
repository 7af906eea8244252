"""Records about sandboxes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .state import SandboxStatus, SandboxTimeoutAction
from .timestamp import read_time
from .warm_pool import WarmPoolCheckoutResult, read_checkout


@dataclass
class SandboxConfig:
    """Size of a sandbox: virtual CPUs, memory and disk in MiB."""

    vcpus: int = 2
    memory_mb: int = 512
    disk_mb: int | None = None


@dataclass
class SandboxInfo:
    """What the server knows about a sandbox.

    Attributes:
        timeout_ms: time to live in milliseconds, counted from the start or from the last `set_timeout`.
        timeout_at: the deadline; `expires_at` is the same time.
        timeout_action: what happens at the deadline.
        cwd: working directory of commands and base of relative paths.
        snapshot_id: the snapshot a paused sandbox is resumed from.
        traffic_access_token: secret that previews ask for when public traffic is off.
        network: the policy that the sandbox was created with.
        internet_access: whether outbound traffic is allowed at all.
        status_reason: why it ended, such as `manual`, `timeout` or `out_of_memory`; `status_message` says it
            in a sentence.
        warm_pool_checkout: how the create was served, where it named a pool.
    """

    id: str
    status: SandboxStatus
    config: SandboxConfig
    template: str
    metadata: dict[str, Any] = field(default_factory=dict)
    started_at: datetime | None = None
    timeout_ms: int | None = None
    timeout_at: datetime | None = None
    expires_at: datetime | None = None
    timeout_action: SandboxTimeoutAction | None = None
    created_at: datetime | None = None
    cwd: str | None = None
    snapshot_id: str | None = None
    traffic_access_token: str | None = None
    network: dict[str, Any] | None = None
    internet_access: bool = True
    ended_at: datetime | None = None
    status_reason: str | None = None
    status_message: str | None = None
    warm_pool_checkout: WarmPoolCheckoutResult | None = None


@dataclass
class SandboxQuery:
    """Which sandboxes to list: all given conditions must hold.

    Attributes:
        state: any of these states; by default those that live.
        template: exactly this template.
        metadata: all of these pairs.
    """

    state: list[SandboxStatus] | list[str] | None = None
    template: str | None = None
    metadata: dict[str, Any] | None = None


def read_config(data: dict[str, Any]) -> SandboxConfig:
    """Reads the size of a sandbox."""
    return SandboxConfig(data["vcpus"], data["memory_mb"], data.get("disk_mb"))


def read_sandbox_info(data: dict[str, Any], template: str = "") -> SandboxInfo:
    """Reads an answer; keys that this version does not know are ignored."""
    action = data.get("timeout_action")
    return SandboxInfo(
        id=data["id"],
        status=SandboxStatus(data["status"]),
        config=read_config(data["config"]),
        template=data.get("template") or template,
        metadata=data.get("metadata") or {},
        started_at=read_time(data.get("started_at")),
        timeout_ms=data.get("timeout_ms"),
        timeout_at=read_time(data.get("timeout_at")),
        expires_at=read_time(data.get("expires_at")),
        timeout_action=SandboxTimeoutAction(action) if action else None,
        created_at=read_time(data.get("created_at")),
        cwd=data.get("cwd"),
        snapshot_id=data.get("snapshot_id"),
        traffic_access_token=data.get("traffic_access_token"),
        network=data.get("network"),
        internet_access=data.get("internet_access", True),
        ended_at=read_time(data.get("ended_at")),
        status_reason=data.get("status_reason"),
        status_message=data.get("status_message"),
        warm_pool_checkout=read_checkout(data.get("warm_pool_checkout")),
    )
