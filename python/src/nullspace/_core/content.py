"""What may be written to a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Any

_PIECE = 256 << 10
_ALLOWED = "pass str, bytes, an open file, or an iterable of those"

Content = str | bytes | bytearray | memoryview | IO[str] | IO[bytes] | Iterable[str] | Iterable[bytes]


def whole(content: Any) -> str | bytes | None:
    """Content that is in memory already; `None` for what must be read first."""
    if isinstance(content, str):
        return content
    if isinstance(content, (bytes, bytearray, memoryview)):
        return bytes(content)
    return None


def encoded(piece: Any) -> bytes:
    """A piece of content as bytes."""
    if isinstance(piece, str):
        return piece.encode()
    if isinstance(piece, (bytes, bytearray, memoryview)):
        return bytes(piece)
    raise TypeError(f"content holds {type(piece).__name__}; {_ALLOWED}")


def pieces(content: Any) -> Iterator[bytes]:
    """Content of any kind, piece by piece."""
    ready = whole(content)
    if ready is not None:
        data = encoded(ready)
        for start in range(0, len(data), _PIECE):
            yield data[start : start + _PIECE]
    elif hasattr(content, "read"):
        while piece := content.read(_PIECE):
            yield encoded(piece)
    elif isinstance(content, Iterable):
        for piece in content:
            yield encoded(piece)
    else:
        raise TypeError(f"content is {type(content).__name__}; {_ALLOWED}")
