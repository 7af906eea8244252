"""Brings the files of a build to the server."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

from .._core.blob_calls import PARALLEL_UPLOADS, BuildUploadProgress, Upload, preflight, progress
from .._template.context_entry import ContextEntry, digests, read_chunks
from .transport import Transport

OnProgress = Callable[[BuildUploadProgress], None] | None


def upload_context(
    transport: Transport, entries: list[ContextEntry], on_progress: OnProgress
) -> list[dict[str, Any]]:
    """Sends what the server misses, and returns the files as the request names them."""
    if not entries:
        return []
    found = transport.execute(preflight(entries, digests(entries)))
    with ThreadPoolExecutor(PARALLEL_UPLOADS) as pool:
        waiting = {pool.submit(_send, transport, upload): upload for upload in found.uploads}
        done: list[Upload] = []
        try:
            for future in as_completed(waiting):
                future.result()
                done.append(waiting[future])
                if on_progress is not None:
                    on_progress(progress(done, found.uploads))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return found.files


def _send(transport: Transport, upload: Upload) -> None:
    transport.upload(upload.request, read_chunks(upload.file))
