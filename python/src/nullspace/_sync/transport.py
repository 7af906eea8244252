"""Sends calls over HTTP and waits for their answers."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TypeVar

import httpx

from .._core.call import Call, Reply, Request
from .._core.connection import Connection
from .._core.http_options import client_options, transport_error
from .._core.parse_reply import parse_reply
from .._core.read_error import read_error
from .._core.retry import RetryState
from ..errors import SandboxError
from .byte_stream import ByteStream

T = TypeVar("T")

pause = time.sleep

_REFUSED = 400


class Transport:
    """One pool of connections to the API."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._client = httpx.Client(**client_options(connection))

    def execute(self, call: Call[T]) -> T:
        """Sends a call, again where its policy says so, and reads the answer."""
        state = RetryState(call.retry)
        while True:
            try:
                return parse_reply(call, self._send(call.request))
            except SandboxError as failure:
                delay = state.delay_after(failure)
                if delay is None:
                    raise
            pause(delay)

    def download(self, request: Request) -> ByteStream:
        """Opens an answer whose body is read piece by piece."""
        return ByteStream(self._open(request), self.connection)

    def upload(self, request: Request, chunks: Iterable[bytes]) -> None:
        """Sends a body piece by piece, once."""
        self._open(request, chunks).close()

    def close(self) -> None:
        """Closes all connections. Calls after this fail."""
        self._client.close()

    def _send(self, request: Request) -> Reply:
        response = self._open(request)
        try:
            return Reply(response.headers, response.read())
        except httpx.HTTPError as cause:
            raise transport_error(cause, self.connection) from cause
        finally:
            response.close()

    def _open(self, request: Request, chunks: Iterable[bytes] | None = None) -> httpx.Response:
        headers = dict(request.headers)
        if request.body is not None:
            headers.setdefault("Content-Type", "application/json")
        try:
            built = self._client.build_request(
                request.method,
                request.path,
                params=dict(request.params) or None,
                content=chunks if chunks is not None else request.body,
                headers=headers,
                timeout=request.timeout or self.connection.timeout,
            )
            response = self._client.send(built, stream=True)
            if response.status_code < _REFUSED:
                return response
            try:
                body = response.read()
            finally:
                response.close()
        except (httpx.HTTPError, httpx.InvalidURL) as cause:
            raise transport_error(cause, self.connection) from cause
        raise read_error(response.status_code, response.headers, body)
