"""Who closes a transport."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .._core.connection import Connection, resolve_connection
from .transport import Transport


@contextmanager
def lasting_transport(
    api_key: str | None, base_url: str | None, timeout: float | None
) -> Iterator[Transport]:
    """A transport that outlives the block, unless the block fails."""
    transport = Transport(resolve_connection(api_key=api_key, base_url=base_url, timeout=timeout))
    try:
        yield transport
    except BaseException:
        transport.close()
        raise


@contextmanager
def brief_transport(api_key: str | None, base_url: str | None) -> Iterator[Transport]:
    """A transport for the block alone."""
    with transport_over(resolve_connection(api_key=api_key, base_url=base_url)) as transport:
        yield transport


@contextmanager
def transport_over(connection: Connection) -> Iterator[Transport]:
    """The same with an address and key that are known."""
    transport = Transport(connection)
    try:
        yield transport
    finally:
        transport.close()
