"""A file's content, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from .._core.connection import Connection
from .._core.http_options import transport_error


class ByteStream:
    """Iterates over the bytes of an open answer. Read it to its end, or close it."""

    def __init__(self, response: httpx.Response, connection: Connection) -> None:
        self._response = response
        self._chunks = response.iter_bytes()
        self._connection = connection

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._chunks)
        except httpx.HTTPError as cause:
            self.close()
            raise transport_error(cause, self._connection) from cause

    def header(self, name: str) -> str | None:
        """A header of the answer."""
        value: str | None = self._response.headers.get(name)
        return value

    def close(self) -> None:
        """Drops the rest."""
        self._response.close()

    def __enter__(self) -> ByteStream:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self.close()
