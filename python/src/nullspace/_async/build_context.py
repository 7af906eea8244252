"""Brings the files of a build to the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from .._core.blob_calls import PARALLEL_UPLOADS, BuildUploadProgress, Upload, preflight, progress
from .._template.context_entry import ContextEntry, digests, read_chunks
from .content import pieces
from .transport import AsyncTransport

OnProgress = Callable[[BuildUploadProgress], None] | None


async def upload_context(
    transport: AsyncTransport, entries: list[ContextEntry], on_progress: OnProgress
) -> list[dict[str, Any]]:
    """Sends what the server misses, and returns the files as the request names them."""
    if not entries:
        return []
    known = await asyncio.to_thread(digests, entries)
    found = await transport.execute(preflight(entries, known))
    waiting = list(reversed(found.uploads))
    done: list[Upload] = []

    async def send_some() -> None:
        while waiting:
            upload = waiting.pop()
            await transport.upload(upload.request, pieces(read_chunks(upload.file)))
            done.append(upload)
            if on_progress is not None:
                on_progress(progress(done, found.uploads))

    senders = [asyncio.ensure_future(send_some()) for _ in range(min(PARALLEL_UPLOADS, len(waiting)))]
    try:
        await asyncio.gather(*senders)
    finally:
        for sender in senders:
            sender.cancel()
    return found.files
