"""Uploads of files and directories."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterable, AsyncIterator, Callable
from pathlib import Path
from typing import Any

from .._core import file_calls, upload_calls
from .._core.archive import pack_directory
from .._core.encode import invalid_request
from .._core.upload_source import (
    PartReader,
    Progress,
    Source,
    check_resumable,
    direct_result,
    find_source,
    in_parts,
    is_path,
    name_session,
    now,
    parts_result,
    spool,
    spooled,
    target_path,
)
from .._models.upload import (
    UploadConflictPolicy,
    UploadKind,
    UploadProgress,
    UploadProgressPhase,
    UploadResult,
    UploadSessionInfo,
    UploadTransport,
)
from ..errors import SandboxError
from .content import pieces
from .transport import AsyncTransport

ProgressCallback = Callable[[UploadProgress], object]


class AsyncUploader:
    """Sends files and directories into one sandbox."""

    def __init__(
        self,
        sandbox_id: str,
        transport: AsyncTransport,
        progress: ProgressCallback | None,
        max_concurrency: int | None,
    ) -> None:
        self._sandbox_id = sandbox_id
        self._transport = transport
        self._progress = progress
        self._max_concurrency = max_concurrency

    async def file(
        self,
        source: Any,
        destination: str | os.PathLike[str] | None,
        *,
        user: str | None,
        resumable: bool | str,
        checksum: str,
        spool_to_disk: bool | str,
    ) -> UploadResult:
        """Uploads one file, in one request or in parts."""
        found = find_source(source)
        try:
            path = target_path(found.name if found else None, destination)
            parts = in_parts(found.size if found else None, resumable, checksum)
            if found is None and (parts or spool_to_disk is True):
                if spool_to_disk is False:
                    raise invalid_request("parts of a stream need a temporary file: spool_to_disk=False")
                found = await _spool(source)
                parts = parts or in_parts(found.size, resumable, checksum)
            if not parts:
                return await self._direct(found, source, path, user)
            if found is None:
                raise AssertionError("unreachable")
            session = await self._transport.execute(
                upload_calls.create(
                    self._sandbox_id,
                    kind=UploadKind.FILE,
                    source_kind="spooled_stream" if found.spooled else "restartable_file",
                    target_path=path,
                    content_length=found.size,
                    conflict=UploadConflictPolicy.MERGE,
                    user=user,
                )
            )
            return await self._parts(session, found, resumed=False)
        finally:
            if found:
                found.close()

    async def directory(
        self,
        source: str | os.PathLike[str],
        destination: str | os.PathLike[str] | None,
        user: str | None,
        conflict: UploadConflictPolicy | str,
        ignore_patterns: list[str] | None,
    ) -> UploadResult:
        """Uploads a local directory as an archive that is unpacked in the sandbox."""
        root = Path(source)
        policy = UploadConflictPolicy(conflict)
        path = target_path(root.resolve().name, destination)
        found = await asyncio.to_thread(_archive, root, ignore_patterns)
        try:
            session = await self._transport.execute(
                upload_calls.create(
                    self._sandbox_id,
                    kind=UploadKind.DIRECTORY_TAR,
                    source_kind="directory_archive",
                    target_path=path,
                    content_length=found.size,
                    conflict=policy,
                    user=user,
                )
            )
            return await self._parts(session, found, resumed=False)
        finally:
            found.close()

    async def resume(self, upload_id: str, source: Any, ignore_patterns: list[str] | None) -> UploadResult:
        """Goes on with an upload that broke off."""
        session = await self._transport.execute(upload_calls.get(self._sandbox_id, upload_id))
        if session.kind is UploadKind.DIRECTORY_TAR:
            if not is_path(source):
                raise invalid_request("the upload is of a directory: the source must be its local path")
            found = await asyncio.to_thread(_archive, Path(source), ignore_patterns)
        else:
            found = find_source(source) or await _spool(source)
        try:
            check_resumable(session, found)
            return await self._parts(session, found, resumed=True)
        finally:
            found.close()

    async def _direct(self, found: Source | None, source: Any, path: str, user: str | None) -> UploadResult:
        started_at = now()
        progress = Progress(self._progress, path, UploadTransport.DIRECT, found.size if found else None)
        sent = 0

        async def counted() -> AsyncIterator[bytes]:
            nonlocal sent
            async for piece in pieces(found.chunks() if found else source):
                yield piece
                sent += len(piece)
                progress.add(len(piece))

        await self._transport.upload(file_calls.raw("PUT", self._sandbox_id, path, user), counted())
        info = await self._transport.execute(file_calls.info(self._sandbox_id, path, user))
        progress.tell(UploadProgressPhase.COMPLETED, target_path=info.path)
        return direct_result(info.path, sent, started_at)

    async def _parts(self, session: UploadSessionInfo, source: Source, *, resumed: bool) -> UploadResult:
        started_at = now()
        transport = UploadTransport.RESUMABLE
        progress = Progress(self._progress, session.target_path, transport, source.size)
        progress.begin(session)
        try:
            checksum = await self._send(session, PartReader(source, session), progress)
            progress.tell(UploadProgressPhase.COMPLETING)
            call = upload_calls.complete(self._sandbox_id, session.upload_id, checksum)
            published = await self._transport.execute(call)
            path = published.session.target_path
            if not path.startswith("/"):
                # A session repeats the path that was asked for.
                info = await self._transport.execute(file_calls.info(self._sandbox_id, path, session.user))
                path = info.path
        except SandboxError as failure:
            name_session(failure, session.upload_id)
            raise
        progress.tell(UploadProgressPhase.COMPLETED)
        return parts_result(published, path, resumed, started_at)

    async def _send(self, session: UploadSessionInfo, reader: PartReader, progress: Progress) -> str:
        """Sends the missing parts, a few at once; the checksum of the whole."""
        at_once = max(1, min(self._max_concurrency or session.max_concurrency, session.max_concurrency))
        sending: set[asyncio.Task[None]] = set()
        try:
            while part := await asyncio.to_thread(reader.next):
                if len(sending) >= at_once:
                    sending = await _collect(sending)
                sending.add(asyncio.create_task(self._send_part(session, part, progress)))
            while sending:
                sending = await _collect(sending)
        finally:
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)
        return reader.checksum

    async def _send_part(
        self, session: UploadSessionInfo, part: tuple[int, bytes], progress: Progress
    ) -> None:
        number, data = part
        call = await asyncio.to_thread(
            upload_calls.send_part, self._sandbox_id, session.upload_id, number, data
        )
        await self._transport.execute(call)
        progress.add(len(data), number)


def _archive(root: Path, ignore_patterns: list[str] | None) -> Source:
    archive = pack_directory(root, ignore_patterns)
    return Source(archive, 0, archive.seek(0, os.SEEK_END))


async def _spool(source: Any) -> Source:
    if not isinstance(source, AsyncIterable):
        return await asyncio.to_thread(spool, source)
    file = spooled()
    try:
        async for piece in pieces(source):
            await asyncio.to_thread(file.write, piece)
    except BaseException:
        file.close()
        raise
    return Source(file, 0, file.tell(), spooled=True)


async def _collect(sending: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
    done, left = await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
    return left
