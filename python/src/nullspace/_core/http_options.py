"""Settings of the HTTP clients, the blocking one and the asyncio one alike."""

from __future__ import annotations

import functools
import ssl
from typing import Any

import httpx

from ..errors import SandboxError, TransportError
from .connection import Connection

_LIMITS = httpx.Limits(max_connections=16, max_keepalive_connections=8, keepalive_expiry=5.0)


@functools.cache
def _tls() -> ssl.SSLContext:
    # Loading the certificates takes tens of milliseconds: once a process is enough.
    return httpx.create_ssl_context()


def client_options(connection: Connection) -> dict[str, Any]:
    """Keyword arguments for `httpx.Client` and `httpx.AsyncClient`."""
    return {
        "base_url": connection.base_url,
        "headers": connection.headers,
        "timeout": connection.timeout,
        "limits": _LIMITS,
        "verify": _tls(),
        "follow_redirects": False,
    }


def transport_error(cause: httpx.HTTPError | httpx.InvalidURL, connection: Connection) -> SandboxError:
    """The SDK's error for a request that got no answer."""
    if isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout):
        text = f"no server answers at {connection.base_url}: is it running (`nullspace up`)?"
    elif isinstance(cause, httpx.TimeoutException):
        text = f"{connection.base_url} was silent for too long ({type(cause).__name__})"
    else:
        text = f"the connection to {connection.base_url} broke: {cause or type(cause).__name__}"
    error = TransportError(text)
    error.__cause__ = cause
    return error
