"""What may be written to a file from asyncio code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from typing import Any

from .._core.content import Content, encoded
from .._core.content import pieces as pieces_of

AsyncContent = Content | AsyncIterable[str] | AsyncIterable[bytes]


async def pieces(content: Any) -> AsyncIterator[bytes]:
    """Content of any kind, piece by piece. Files and iterables are read in a thread, since they may block."""
    if hasattr(content, "__aiter__"):
        async for piece in content:
            yield encoded(piece)
        return
    source = pieces_of(content)
    while (ready := await asyncio.to_thread(next, source, None)) is not None:
        yield ready


async def collected(content: Any) -> bytes:
    """All of a content."""
    return b"".join([piece async for piece in pieces(content)])
