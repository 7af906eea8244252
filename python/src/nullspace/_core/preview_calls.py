"""Calls about addresses of ports inside a sandbox."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._models.preview import (
    PreviewGrantInfo,
    PreviewProxyTarget,
    PreviewReadiness,
    PreviewUrl,
    RevokePreviewGrantResponse,
    SandboxHostInfo,
    read_grant,
    read_host_info,
    read_preview_url,
    read_proxy_target,
    read_readiness,
    read_revoked,
)
from .call import Call, Request
from .encode import encode_json, id_path, sandbox_path

# How much longer than the wait itself its answer may take.
_MARGIN = 10.0


def get_host(sandbox_id: str, port: int) -> Call[SandboxHostInfo]:
    """Where a port answers."""
    request = Request("POST", sandbox_path(sandbox_id, "host"), body=encode_json({"port": port}))
    return Call(request, lambda reply: read_host_info(reply.json()))


def get_preview_url(sandbox_id: str, port: int) -> Call[PreviewUrl]:
    """The active preview of a port, or a new one."""
    request = Request("GET", _port_path(sandbox_id, port, "preview-url"))
    return Call(request, lambda reply: read_preview_url(reply.json()))


def sign_preview_url(sandbox_id: str, port: int, expires_in_seconds: int | None) -> Call[PreviewUrl]:
    """A new preview with a lifetime."""
    body = _given(expires_in_seconds=expires_in_seconds)
    request = Request("POST", _port_path(sandbox_id, port, "signed-preview-url"), body=encode_json(body))
    return Call(request, lambda reply: read_preview_url(reply.json()))


def create_proxy_target(
    sandbox_id: str,
    port: int,
    *,
    expires_in_seconds: int | None,
    transports: Iterable[str] | None,
    include_traffic_token_hint: bool,
) -> Call[PreviewProxyTarget]:
    """A grant for a proxy that sends its token in a header."""
    body = _given(
        expires_in_seconds=expires_in_seconds,
        transports=None if transports is None else list(transports),
        include_traffic_token_hint=None if include_traffic_token_hint else False,
    )
    path = _port_path(sandbox_id, port, "preview-proxy-target")
    return Call(Request("POST", path, body=encode_json(body)), lambda reply: read_proxy_target(reply.json()))


def wait_for_port(
    sandbox_id: str, port: int, *, kind: str, path: str | None, timeout_secs: float, interval_ms: int
) -> Call[PreviewReadiness]:
    """Waits until a port answers."""
    body = _given(kind=kind, path=path, timeout_secs=timeout_secs, interval_ms=interval_ms)
    request = Request(
        "POST",
        _port_path(sandbox_id, port, "readiness"),
        body=encode_json(body),
        timeout=timeout_secs + _MARGIN,
    )
    return Call(request, lambda reply: read_readiness(reply.json()))


def list_previews(sandbox_id: str, port: int | None) -> Call[list[PreviewGrantInfo]]:
    """Grants of a sandbox, the newest first."""
    params: dict[str, str | list[str]] = {} if port is None else {"port": str(port)}
    request = Request("GET", sandbox_path(sandbox_id, "preview-urls"), params=params)
    return Call(request, lambda reply: [read_grant(item) for item in reply.json()["items"]])


def revoke_preview(sandbox_id: str, grant_id: str) -> Call[RevokePreviewGrantResponse]:
    """Revokes a grant."""
    path = id_path(sandbox_path(sandbox_id, "preview-urls"), grant_id, what="grant")
    return Call(Request("DELETE", path), lambda reply: read_revoked(reply.json()))


def _port_path(sandbox_id: str, port: int, verb: str) -> str:
    return sandbox_path(sandbox_id, "ports", str(int(port)), verb)


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
