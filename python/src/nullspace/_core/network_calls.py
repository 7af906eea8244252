"""Calls about what a sandbox may reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._models.denied import DeniedConnections, read_denied
from .._models.sandbox_info import SandboxInfo, read_sandbox_info
from .call import Call, Request
from .encode import encode_json, invalid_request, sandbox_path


def update(
    sandbox_id: str,
    internet_access: bool | None,
    allow_out: Iterable[str] | None,
    deny_out: Iterable[str] | None,
    allow_public_traffic: bool | None = None,
    *,
    bandwidth: Mapping[str, int | None] | None = None,
) -> Call[SandboxInfo]:
    """Changes what a sandbox may reach, and how fast; what is `None` stays."""
    body: dict[str, Any] = {}
    if internet_access is not None:
        body["internet_access"] = internet_access
    if allow_public_traffic is not None:
        body["allow_public_traffic"] = allow_public_traffic
    for name, entries in (("allow_out", allow_out), ("deny_out", deny_out)):
        if isinstance(entries, str):
            raise invalid_request(f"{name} {entries!r} is a text; give a list of entries")
        if entries is not None:
            body[name] = list(entries)
    if bandwidth is not None:
        body["bandwidth"] = dict(bandwidth)
    request = Request("PATCH", sandbox_path(sandbox_id, "network"), body=encode_json(body))
    return Call(request, lambda reply: read_sandbox_info(reply.json()))


def denied(sandbox_id: str) -> Call[DeniedConnections]:
    """Reads what was not let through."""
    request = Request("GET", sandbox_path(sandbox_id, "network", "denied"))
    return Call(request, lambda reply: read_denied(reply.json()))
