"""Calls about warm pools."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._models.warm_pool import (
    TemplateWarmPoolInfo,
    TemplateWarmPoolState,
    TemplateWarmPoolVersionPolicy,
    WarmPoolCheckoutMode,
    read_warm_pool,
)
from ..errors import TimeoutError
from .call import Call, Reply, Request, ignore_answer
from .create_call import DEFAULT_MEMORY_MB, DEFAULT_VCPUS
from .encode import encode_json, invalid_request
from .template_calls import segment

_POOLS = "/v1/template-warm-pools"


def pool_fields(
    *,
    template: str | None,
    name: str | None,
    min_ready: int | None,
    max_ready: int | None,
    resources: dict[str, int] | None,
    idle_timeout_seconds: int | None,
    stale_after_seconds: int | None,
    checkout_policy: WarmPoolCheckoutMode | str | None,
    version_policy: TemplateWarmPoolVersionPolicy | str | None,
    track_tag: str | None,
    labels: dict[str, str] | None,
    metadata: dict[str, Any] | None,
) -> dict[str, Any]:
    """What is given, on the wire."""
    given = {
        "template_ref": template,
        "name": name,
        "min_ready": min_ready,
        "max_ready": max_ready,
        "resources": resources,
        "idle_timeout_seconds": idle_timeout_seconds,
        "stale_after_seconds": stale_after_seconds,
        "checkout_policy": None if checkout_policy is None else WarmPoolCheckoutMode(checkout_policy).value,
        "version_policy": None
        if version_policy is None
        else TemplateWarmPoolVersionPolicy(version_policy).value,
        "track_tag": track_tag,
        "labels": labels,
        "metadata": metadata,
    }
    return {key: value for key, value in given.items() if value is not None}


def resources(
    vcpus: int | None, memory_mb: int | None, disk_mb: int | None, before: TemplateWarmPoolInfo | None = None
) -> dict[str, int]:
    """A whole size; what is not given is as before, or the default."""
    disk = disk_mb if disk_mb is not None or before is None else before.disk_mb
    size = {
        "vcpus": vcpus or (before and before.vcpus) or DEFAULT_VCPUS,
        "memory_mb": memory_mb or (before and before.memory_mb) or DEFAULT_MEMORY_MB,
    }
    return size if disk is None else {**size, "disk_mb": disk}


def create_pool(body: dict[str, Any]) -> Call[TemplateWarmPoolInfo]:
    """Makes a pool."""
    return Call(Request("POST", _POOLS, body=encode_json(body)), _pool)


def list_pools(
    *,
    template: str | None,
    state: TemplateWarmPoolState | str | None,
    label: str | Iterable[str] | None,
    status: str | None,
    limit: int | None,
) -> Call[list[TemplateWarmPoolInfo]]:
    """Pools of the account."""
    labels = [label] if isinstance(label, str) else list(label or ())
    given: dict[str, Any] = {
        "template": template,
        "state": None if state is None else TemplateWarmPoolState(state).value,
        "label": labels or None,
        "status": status,
        "limit": None if limit is None else str(limit),
    }
    params = {name: value for name, value in given.items() if value is not None}

    def read(reply: Reply) -> list[TemplateWarmPoolInfo]:
        answer = reply.json()
        return [read_warm_pool(item) for item in (answer["items"] if isinstance(answer, dict) else answer)]

    return Call(Request("GET", _POOLS, params=params), read)


def get_pool(pool_id: str) -> Call[TemplateWarmPoolInfo]:
    """Reads a pool."""
    return Call(Request("GET", _path(pool_id)), _pool)


def update_pool(pool_id: str, changes: dict[str, Any]) -> Call[TemplateWarmPoolInfo]:
    """Changes what is given."""
    if not changes:
        raise invalid_request("update got nothing to change")
    return Call(Request("PATCH", _path(pool_id), body=encode_json(changes)), _pool)


def act_on_pool(pool_id: str, action: str) -> Call[TemplateWarmPoolInfo]:
    """Enables, disables, drains or reconciles a pool."""
    return Call(Request("POST", _path(pool_id, action)), _pool)


def delete_pool(pool_id: str) -> Call[None]:
    """Deletes a pool."""
    return Call(Request("DELETE", _path(pool_id)), ignore_answer)


def pool_not_ready(info: TemplateWarmPoolInfo, wanted: int, seconds: float) -> TimeoutError:
    """A pool that did not fill in time."""
    why = f" ({info.degraded_reason})" if info.degraded_reason else ""
    return TimeoutError(
        f"warm pool {info.id} has {info.status.ready} of {wanted} ready after {seconds:g} s; it is "
        f"{getattr(info.state, 'value', info.state)}{why}"
    )


def _path(pool_id: str, *rest: str) -> str:
    return "/".join((_POOLS, segment("warm pool", pool_id), *rest))


def _pool(reply: Reply) -> TemplateWarmPoolInfo:
    return read_warm_pool(reply.json())
