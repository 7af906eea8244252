"""A call of the API as data: what to send, how to read the answer, when to send it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from .encode import decode_json
from .retry import RATE_LIMIT_ONLY, RetryPolicy

T = TypeVar("T")


@dataclass(frozen=True)
class Request:
    """One HTTP request, relative to the base URL.

    Attributes:
        body: encoded JSON, or `None` for a request without a body.
        timeout: seconds of silence to bear; `None` takes the connection's.
    """

    method: str
    path: str
    params: Mapping[str, str | list[str]] = field(default_factory=dict)
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float | None = None


@dataclass(frozen=True)
class Reply:
    """A successful answer, read to its end."""

    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON; `None` when it is empty."""
        return decode_json(self.body) if self.body.strip() else None


@dataclass(frozen=True)
class Call(Generic[T]):
    """A request together with the meaning of its answer."""

    request: Request
    parse: Callable[[Reply], T]
    retry: RetryPolicy = RATE_LIMIT_ONLY


def ignore_answer(_reply: Reply) -> None:
    """Reads nothing: for calls whose success is all there is to know."""
