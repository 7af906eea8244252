"""Addresses of ports inside a sandbox, and the grants that open them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .timestamp import read_time


@dataclass
class SandboxHostInfo:
    """Where a port answers.

    Attributes:
        host: name and port without a scheme, as `127.0.0.1:40123`.
        url: address for a browser, with a token. Keep it secret.
        websocket_url: address for a WebSocket client, with a token of its own.
        access_token_expires_at: when the tokens end.
        access_token_transport: `query`.
    """

    host: str
    url: str | None = field(default=None, repr=False)
    websocket_url: str | None = field(default=None, repr=False)
    access_token_expires_at: datetime | None = None
    access_token_transport: str | None = None


@dataclass
class PreviewGrantInfo:
    """Lets a bearer reach one port of one sandbox.

    Attributes:
        sandbox_id: id that the sandbox had when the grant was made.
        auth_mode: `direct` for tokens in the address, `preview_proxy` for those in a header.
        status: `active`, `expired` or `revoked`.
        token_kinds: `http`, `websocket` or both.
        bytes_in_count: bytes that clients sent.
        bytes_out_count: bytes that clients got.
    """

    id: str
    sandbox_id: str
    port: int
    auth_mode: str
    bootstrap_transport: str
    status: str
    token_kinds: list[str]
    principal_kind: str = ""
    principal_id: str | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    first_used_at: datetime | None = None
    last_used_at: datetime | None = None
    use_count: int = 0
    http_request_count: int = 0
    websocket_connection_count: int = 0
    bytes_in_count: int = 0
    bytes_out_count: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass
class PreviewUrl:
    """A preview with the grant of its tokens. Both addresses are secrets."""

    grant: PreviewGrantInfo
    url: str = field(repr=False)
    websocket_url: str = field(repr=False)
    access_token_expires_at: datetime | None = None
    access_token_transport: str = "query"


@dataclass
class PreviewProxyTarget:
    """What a reverse proxy of yours needs to pass requests on to a port.

    Attributes:
        token_header_name: header that every request to the upstream carries with its token.
        http_url: upstream of requests; `http_token` opens it.
        websocket_url: upstream of WebSockets; `websocket_token` opens it.
        required_forwarded_headers: what the proxy must pass on.
        traffic_access_required: whether the sandbox asks for its traffic token as well, in the header
            `traffic_access_header_name`.
    """

    grant: PreviewGrantInfo
    sandbox_id: str
    port: int
    token_header_name: str
    expires_at: datetime | None
    token_transport: str = "header"
    http_url: str | None = None
    websocket_url: str | None = None
    http_token: str | None = field(default=None, repr=False)
    websocket_token: str | None = field(default=None, repr=False)
    required_forwarded_headers: list[str] = field(default_factory=list)
    traffic_access_required: bool | None = None
    traffic_access_header_name: str | None = None
    warnings: list[str] = field(default_factory=list)


@dataclass
class PreviewReadiness:
    """Whether a port answered in time.

    Attributes:
        ready: it did.
        route_ready: the sandbox runs and can be reached.
        service_ready: the port answered.
        code: why it is not ready, as a word; `error` says it in a sentence.
    """

    ready: bool
    route_ready: bool
    service_ready: bool
    sandbox_id: str
    port: int
    kind: str
    checked_at: datetime | None
    elapsed_ms: int
    attempts: int
    path: str | None = None
    code: str | None = None
    error: str | None = None
    suggested_action: str | None = None


@dataclass
class RevokePreviewGrantResponse:
    """A grant after it was revoked."""

    success: bool
    grant: PreviewGrantInfo


def read_host_info(data: dict[str, Any]) -> SandboxHostInfo:
    """A host as the API sends it."""
    return SandboxHostInfo(**_record(SandboxHostInfo, data))


def read_grant(data: dict[str, Any]) -> PreviewGrantInfo:
    """A grant as the API sends it."""
    return PreviewGrantInfo(**_record(PreviewGrantInfo, data))


def read_preview_url(data: dict[str, Any]) -> PreviewUrl:
    """A preview as the API sends it."""
    return PreviewUrl(**_record(PreviewUrl, data))


def read_proxy_target(data: dict[str, Any]) -> PreviewProxyTarget:
    """A proxy target as the API sends it."""
    return PreviewProxyTarget(**_record(PreviewProxyTarget, data))


def read_readiness(data: dict[str, Any]) -> PreviewReadiness:
    """Readiness as the API sends it."""
    return PreviewReadiness(**_record(PreviewReadiness, data))


def read_revoked(data: dict[str, Any]) -> RevokePreviewGrantResponse:
    """The answer to a revocation."""
    return RevokePreviewGrantResponse(**_record(RevokePreviewGrantResponse, data))


def _record(kind: Any, data: dict[str, Any]) -> dict[str, Any]:
    """The fields that this version knows, with times and grants read."""
    return {name: _value(name, data[name]) for name in kind.__dataclass_fields__ if name in data}


def _value(name: str, value: Any) -> Any:
    if name == "grant":
        return read_grant(value)
    return read_time(value) if name.endswith("_at") else value
