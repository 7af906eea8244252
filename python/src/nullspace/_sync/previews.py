"""Addresses of ports inside one sandbox."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .._core import preview_calls
from .._models.preview import (
    PreviewGrantInfo,
    PreviewProxyTarget,
    PreviewReadiness,
    PreviewUrl,
    RevokePreviewGrantResponse,
    SandboxHostInfo,
)

if TYPE_CHECKING:
    from .transport import Transport


class SandboxPreviews:
    """Methods of `Sandbox` about its ports."""

    _transport: Transport

    @property
    def id(self) -> str:
        """Id of the sandbox."""
        raise NotImplementedError

    def get_host(self, port: int) -> str:
        """Where a port answers: name and port without a scheme, as `127.0.0.1:40123`.

        The same port keeps its address until the sandbox ends, also over a pause.

        Raises:
            SandboxError: the port is none, or belongs to the platform (`invalid_request`).
        """
        return self.get_host_info(port).host

    def get_host_info(self, port: int) -> SandboxHostInfo:
        """Where a port answers, with addresses that hold tokens."""
        return self._transport.execute(preview_calls.get_host(self.id, port))

    def get_url(self, port: int) -> str:
        """Address of a port for a browser, with a token in it. Keep it secret."""
        info = self.get_host_info(port)
        return info.url or f"http://{info.host}"

    def get_websocket_url(self, port: int) -> str:
        """Address of a port for a WebSocket client, with a token in it. Keep it secret."""
        info = self.get_host_info(port)
        return info.websocket_url or f"ws://{info.host}"

    def get_preview_url(self, port: int) -> PreviewUrl:
        """The preview of a port: the grant that is active, or a new one."""
        return self._transport.execute(preview_calls.get_preview_url(self.id, port))

    def create_signed_preview_url(self, port: int, *, expires_in_seconds: int | None = None) -> PreviewUrl:
        """A new preview of a port.

        Args:
            port: port inside the sandbox.
            expires_in_seconds: how long its tokens are valid, at most a day; 3600 by default. They
                never outlive the sandbox.
        """
        call = preview_calls.sign_preview_url(self.id, port, expires_in_seconds)
        return self._transport.execute(call)

    def create_preview_proxy_target(
        self,
        port: int,
        *,
        expires_in_seconds: int | None = None,
        transports: Iterable[str] | None = None,
        include_traffic_token_hint: bool = True,
    ) -> PreviewProxyTarget:
        """A grant for a reverse proxy of yours, which sends its token in a header.

        Args:
            port: port inside the sandbox.
            expires_in_seconds: how long its tokens are valid; 3600 by default.
            transports: `http`, `websocket` or both, which is the default.
            include_traffic_token_hint: whether the answer says if a traffic token is needed too.
        """
        call = preview_calls.create_proxy_target(
            self.id,
            port,
            expires_in_seconds=expires_in_seconds,
            transports=transports,
            include_traffic_token_hint=include_traffic_token_hint,
        )
        return self._transport.execute(call)

    def wait_for_preview(
        self,
        port: int,
        *,
        kind: str = "tcp",
        path: str | None = None,
        timeout_secs: float = 30,
        interval_ms: int = 500,
    ) -> PreviewReadiness:
        """Waits until a port answers, or until the time is over: see `ready`.

        Args:
            port: port inside the sandbox.
            kind: `tcp`: something listens. `http`: it answers with a status below 500.
            path: what `http` asks for; `/` by default.
            timeout_secs: how long to wait.
            interval_ms: pause between two tries.
        """
        call = preview_calls.wait_for_port(
            self.id, port, kind=kind, path=path, timeout_secs=timeout_secs, interval_ms=interval_ms
        )
        return self._transport.execute(call)

    def list_preview_urls(self, *, port: int | None = None) -> list[PreviewGrantInfo]:
        """Grants of this sandbox, the newest first; of one port or of all."""
        return self._transport.execute(preview_calls.list_previews(self.id, port))

    def revoke_preview_url(self, grant_id: str) -> RevokePreviewGrantResponse:
        """Revokes a grant and cuts what it let in, open WebSockets too.

        Raises:
            NotFoundError: the sandbox has no such grant.
        """
        return self._transport.execute(preview_calls.revoke_preview(self.id, grant_id))
