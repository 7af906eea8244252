"""What a sandbox may reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .._core import network_calls
from .._models.denied import DeniedConnections
from .._models.sandbox_info import SandboxInfo
from .transport import Transport


class SandboxNetwork:
    """What a sandbox may reach, how fast, and what it was not let. Reached as `sandbox.network`."""

    def __init__(self, sandbox_id: str, transport: Transport) -> None:
        self._id = sandbox_id
        self._transport = transport

    def update(
        self,
        *,
        internet_access: bool | None = None,
        allow_out: Iterable[str] | None = None,
        deny_out: Iterable[str] | None = None,
        allow_public_traffic: bool | None = None,
        bandwidth: Mapping[str, int | None] | None = None,
    ) -> SandboxInfo:
        """Changes the policy while the sandbox runs. What is left out stays.

        In force as a whole when it returns; connections that the new rules do not allow are cut.

        Args:
            internet_access: `False`: nothing beyond `allow_out`.
            allow_out: IPv4 addresses, networks and host names to allow; `*.example.com` stands for every name
                below. Without `deny_out` nothing else may be reached.
            deny_out: IPv4 addresses and networks to refuse. An entry in `allow_out` wins.
            allow_public_traffic: `False`: previews ask for the `traffic_access_token` of the answer, and
                connections without it are cut. `True`: the token counts no more.
            bandwidth: limits in Mbit/s of what passes between the sandbox and the outside, `upload_mbps` and
                `download_mbps`, whole numbers from 1 to 100,000; a `None` in it takes the limit away, and
                what is left out of it stays.

        Raises:
            SandboxError: an entry cannot be kept (`invalid_request`, naming it), and nothing is changed.
            ConflictError: the sandbox does not run.
        """
        call = network_calls.update(
            self._id, internet_access, allow_out, deny_out, allow_public_traffic, bandwidth=bandwidth
        )
        return self._transport.execute(call)

    def denied(self) -> DeniedConnections:
        """What it wanted to reach and was not let since it was created, resumed or forked, newest first."""
        return self._transport.execute(network_calls.denied(self._id))
