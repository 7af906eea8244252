"""Why a WebSocket was not opened."""

from __future__ import annotations

from websockets.exceptions import InvalidStatus

from ..errors import AuthError, NotImplementedError, RateLimitError, SandboxError, TransportError
from .read_error import read_error

_BY_STATUS: dict[int, type[SandboxError]] = {
    401: AuthError,
    403: AuthError,
    429: RateLimitError,
    501: NotImplementedError,
}
_SERVER_ERROR = 500


def upgrade_error(cause: Exception, url: str) -> SandboxError:
    """The SDK's error for a refused or failed upgrade."""
    if not isinstance(cause, InvalidStatus):
        error: SandboxError = TransportError(f"no live connection to {url}: {cause or type(cause).__name__}")
        error.__cause__ = cause
        return error
    response = cause.response
    error = read_error(response.status_code, response.headers, bytes(response.body or b""))
    if error.code == "unknown":
        error = _by_status(response.status_code, url)
    error.status = response.status_code
    error.__cause__ = cause
    return error


def _by_status(status: int, url: str) -> SandboxError:
    message = f"the server refused a live connection to {url} with status {status}"
    if status in _BY_STATUS:
        return _BY_STATUS[status](message)
    if status >= _SERVER_ERROR:
        return TransportError(message)
    return SandboxError(message, "websocket_upgrade_error")


def may_pass(cause: Exception) -> bool:
    """Whether another attempt is worth it: after network errors and statuses of 500 and more, but not 501."""
    if isinstance(cause, InvalidStatus):
        status = cause.response.status_code
        return status >= _SERVER_ERROR and status not in _BY_STATUS
    return True
