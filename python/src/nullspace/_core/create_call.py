"""The call that creates a sandbox."""

from __future__ import annotations

import uuid
from typing import Any

from .._models.sandbox_info import SandboxInfo, read_sandbox_info
from .._models.state import SandboxTimeoutAction
from .._models.warm_pool import WarmPoolCheckoutMode
from .call import Call, Reply, Request
from .encode import encode_json, invalid_request
from .retry import CREATE
from .sandbox_calls import milliseconds

DEFAULT_TEMPLATE = "base"
DEFAULT_VCPUS = 2
DEFAULT_MEMORY_MB = 512
# The kernels of the code interpreter need more.
_MEMORY_MB = {"code-interpreter": 2048}


def create(
    template: str = "base",
    *,
    snapshot_id: str | None,
    timeout: float,
    idempotency_key: str | None,
    timeout_action: SandboxTimeoutAction | str | None,
    metadata: dict[str, Any] | None,
    network: dict[str, Any] | None,
    internet_access: bool | None,
    on_timeout: str | None,
    auto_resume: bool,
    warm_pool: dict[str, Any] | None = None,
    **fixed: Any,
) -> Call[tuple[SandboxInfo, str | None]]:
    """Creates a sandbox; the answer is its record and the proof that later commands may carry.

    `fixed` holds what a snapshot decides.
    """
    body: dict[str, Any] = {
        **(_fresh(template, **fixed) if snapshot_id is None else _saved(snapshot_id, template, fixed)),
        "timeout_ms": milliseconds(timeout),
        "network": network,
        "auto_resume": auto_resume,
    }
    if metadata is not None:
        body["metadata"] = metadata
    if internet_access is not None:
        body["internet_access"] = internet_access
    if timeout_action is not None:
        body["timeout_action"] = SandboxTimeoutAction(timeout_action).value
    if warm_pool is not None:
        body["warm_pool"] = warm_pool
    if on_timeout is not None:
        body["lifecycle"] = {"on_timeout": on_timeout}
    # One key for all attempts: an answer lost on the way does not make a second sandbox.
    headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}

    def parse(reply: Reply) -> tuple[SandboxInfo, str | None]:
        proof = reply.headers.get("x-nullspace-dispatch-proof")
        return read_sandbox_info(reply.json(), template), proof

    return Call(Request("POST", "/v1/sandboxes", body=encode_json(body), headers=headers), parse, CREATE)


def checkout(
    pool_id: str | None, mode: WarmPoolCheckoutMode | str | None, wait_ms: int | None
) -> dict[str, Any] | None:
    """What a create asks of a warm pool; `None` when it asks nothing."""
    if pool_id is None and mode is None and wait_ms is None:
        return None
    chosen = None if mode is None else WarmPoolCheckoutMode(mode)
    if pool_id is None and chosen is not WarmPoolCheckoutMode.BYPASS:
        raise invalid_request("warm_pool is missing: name the pool (twp_…), or pass warm_pool_mode='bypass'")
    if wait_ms is not None and (isinstance(wait_ms, bool) or not isinstance(wait_ms, int) or wait_ms < 0):
        raise invalid_request(f"warm_pool_wait_ms {wait_ms!r} is not a whole number of at least 0")
    given = {"id": pool_id, "mode": chosen and chosen.value, "wait_ms": wait_ms}
    return {name: value for name, value in given.items() if value is not None}


def _fresh(
    template: str,
    *,
    vcpus: int | None,
    memory_mb: int | None,
    disk_mb: int | None,
    envs: dict[str, str] | None,
    cwd: str | None,
) -> dict[str, Any]:
    body = {
        "template": template,
        "vcpus": DEFAULT_VCPUS if vcpus is None else vcpus,
        "memory_mb": _MEMORY_MB.get(template, DEFAULT_MEMORY_MB) if memory_mb is None else memory_mb,
        "envs": envs or {},
        "cwd": cwd,
    }
    return body if disk_mb is None else {**body, "disk_mb": disk_mb}


def _saved(snapshot_id: str, template: str, fixed: dict[str, Any]) -> dict[str, Any]:
    changed = [name for name, value in fixed.items() if value is not None]
    if template != DEFAULT_TEMPLATE:
        changed.insert(0, "template")
    if changed:
        raise invalid_request(f"{', '.join(changed)}: with snapshot_id the snapshot decides; leave it out")
    return {"snapshot_id": snapshot_id}
