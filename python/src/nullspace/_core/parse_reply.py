"""Reads answers, and says so when one is not of the expected shape."""

from __future__ import annotations

from typing import TypeVar

from ..errors import SandboxError
from .call import Call, Reply

T = TypeVar("T")


def parse_reply(call: Call[T], reply: Reply) -> T:
    """The meaning of an answer.

    Raises:
        SandboxError: `invalid_response`, the server is no Nullspace API or a much later one.
    """
    try:
        return call.parse(reply)
    except (AttributeError, KeyError, TypeError, ValueError) as cause:
        where = f"{call.request.method} {call.request.path}"
        raise SandboxError(f"cannot read the answer to {where}: {cause!r}", "invalid_response") from cause
