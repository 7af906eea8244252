"""JSON, paths and identifiers on the wire."""

from __future__ import annotations

import json
import re
from typing import Any

from ..errors import SandboxError

_ID = re.compile(r"[A-Za-z0-9_-]{1,128}\Z")


def encode_json(value: Any) -> bytes:
    """Compact UTF-8. Raises `TypeError` for values that JSON has no form for."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError as cause:
        raise invalid_request(
            "the request holds text that is not valid Unicode (a lone surrogate)"
        ) from cause


def decode_json(body: bytes) -> Any:
    """The answer's JSON, or a `SandboxError` with the code `invalid_response`."""
    try:
        return json.loads(body)
    except ValueError as cause:
        raise SandboxError(
            "the answer is not JSON: is this the Nullspace API?", "invalid_response"
        ) from cause


def sandbox_path(sandbox_id: str, *rest: str) -> str:
    """Path of a sandbox's route."""
    return id_path("/v1/sandboxes", sandbox_id, *rest, what="sandbox")


def id_path(collection: str, item_id: str, *rest: str, what: str) -> str:
    """Path of one item's route. Ids are not escaped on the wire, so a bad one is refused here."""
    if not isinstance(item_id, str) or not _ID.match(item_id):
        raise invalid_request(
            f"{what} id {item_id!r} is not made of letters, digits, '_' and '-', such as 'sb_7f3c2a'"
        )
    return "/".join((collection, item_id, *rest))


def invalid_request(message: str) -> SandboxError:
    """An argument that cannot be sent."""
    return SandboxError(message, "invalid_request")
