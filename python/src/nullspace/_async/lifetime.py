"""Who closes a transport."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from .._core.connection import Connection, resolve_connection
from .transport import AsyncTransport


@asynccontextmanager
async def lasting_transport(
    api_key: str | None, base_url: str | None, timeout: float | None
) -> AsyncIterator[AsyncTransport]:
    """A transport that outlives the block, unless the block fails."""
    transport = AsyncTransport(resolve_connection(api_key=api_key, base_url=base_url, timeout=timeout))
    try:
        yield transport
    except BaseException:
        await transport.close()
        raise


@asynccontextmanager
async def brief_transport(api_key: str | None, base_url: str | None) -> AsyncIterator[AsyncTransport]:
    """A transport for the block alone."""
    async with transport_over(resolve_connection(api_key=api_key, base_url=base_url)) as transport:
        yield transport


@asynccontextmanager
async def transport_over(connection: Connection) -> AsyncIterator[AsyncTransport]:
    """The same with an address and key that are known."""
    transport = AsyncTransport(connection)
    try:
        yield transport
    finally:
        await transport.close()
