"""A file's content, piece by piece."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx

from .._core.connection import Connection
from .._core.http_options import transport_error


class AsyncByteStream:
    """Iterates over the bytes of an open answer. Read it to its end, or close it."""

    def __init__(self, response: httpx.Response, connection: Connection) -> None:
        self._response = response
        self._chunks = response.aiter_bytes()
        self._connection = connection

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await self._chunks.__anext__()
        except httpx.HTTPError as cause:
            await self.close()
            raise transport_error(cause, self._connection) from cause

    def header(self, name: str) -> str | None:
        """A header of the answer."""
        value: str | None = self._response.headers.get(name)
        return value

    async def close(self) -> None:
        """Drops the rest."""
        await self._response.aclose()

    async def __aenter__(self) -> AsyncByteStream:
        return self

    async def __aexit__(self, *_exc_info: object) -> None:
        await self.close()
