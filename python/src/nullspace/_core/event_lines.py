"""Server-sent events, read as they come."""

from __future__ import annotations

from typing import Any

from .encode import decode_json

_FIELD = b"data:"


class EventLines:
    """Takes bytes and gives the objects of the `data:` lines that are complete."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[Any]:
        """The objects that the chunk completes. Comments and other fields are passed over."""
        # Only line feeds end a line: JSON text may hold what Unicode counts as line breaks.
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        return [decode_json(line[len(_FIELD) :]) for line in lines if line.startswith(_FIELD)]
