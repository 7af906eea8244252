"""The call that creates a sandbox."""

from __future__ import annotations

import uuid
from typing import Any

from .._models.sandbox_info import SandboxInfo, read_sandbox_info
from .._models.state import SandboxTimeoutAction
from .call import Call, Reply, Request
from .encode import encode_json
from .retry import CREATE
from .sandbox_calls import milliseconds

DEFAULT_MEMORY_MB = 512
# The kernels of the code interpreter need more.
_MEMORY_MB = {"code-interpreter": 2048}


def create(
    template: str = "base",
    *,
    vcpus: int,
    memory_mb: int | None,
    disk_mb: int | None,
    timeout: float,
    idempotency_key: str | None,
    timeout_action: SandboxTimeoutAction | str | None,
    envs: dict[str, str] | None,
    metadata: dict[str, Any] | None,
    network: dict[str, Any] | None,
    internet_access: bool,
    cwd: str | None,
    on_timeout: str | None,
    auto_resume: bool,
) -> Call[tuple[SandboxInfo, str | None]]:
    """Creates a sandbox; the answer is its record and the proof that later commands may carry."""
    body: dict[str, Any] = {
        "template": template,
        "vcpus": vcpus,
        "memory_mb": _MEMORY_MB.get(template, DEFAULT_MEMORY_MB) if memory_mb is None else memory_mb,
        "timeout_ms": milliseconds(timeout),
        "envs": envs or {},
        "metadata": metadata or {},
        "network": network,
        "internet_access": internet_access,
        "cwd": cwd,
        "auto_resume": auto_resume,
    }
    if disk_mb is not None:
        body["disk_mb"] = disk_mb
    if timeout_action is not None:
        body["timeout_action"] = SandboxTimeoutAction(timeout_action).value
    if on_timeout is not None:
        body["lifecycle"] = {"on_timeout": on_timeout}
    # One key for all attempts: an answer lost on the way does not make a second sandbox.
    headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}

    def parse(reply: Reply) -> tuple[SandboxInfo, str | None]:
        proof = reply.headers.get("x-nullspace-dispatch-proof")
        return read_sandbox_info(reply.json(), template), proof

    return Call(Request("POST", "/v1/sandboxes", body=encode_json(body), headers=headers), parse, CREATE)
