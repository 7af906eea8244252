"""Uploads of files and directories."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from .._core import file_calls, upload_calls
from .._core.archive import pack_directory
from .._core.content import pieces
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
from .transport import Transport

ProgressCallback = Callable[[UploadProgress], object]


class Uploader:
    """Sends files and directories into one sandbox."""

    def __init__(
        self,
        sandbox_id: str,
        transport: Transport,
        progress: ProgressCallback | None,
        max_concurrency: int | None,
    ) -> None:
        self._sandbox_id = sandbox_id
        self._transport = transport
        self._progress = progress
        self._max_concurrency = max_concurrency

    def file(
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
                found = spool(source)
                parts = parts or in_parts(found.size, resumable, checksum)
            if not parts:
                return self._direct(found, source, path, user)
            if found is None:
                raise AssertionError("unreachable")
            session = self._transport.execute(
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
            return self._parts(session, found, resumed=False)
        finally:
            if found:
                found.close()

    def directory(
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
        found = _archive(root, ignore_patterns)
        try:
            session = self._transport.execute(
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
            return self._parts(session, found, resumed=False)
        finally:
            found.close()

    def resume(self, upload_id: str, source: Any, ignore_patterns: list[str] | None) -> UploadResult:
        """Goes on with an upload that broke off."""
        session = self._transport.execute(upload_calls.get(self._sandbox_id, upload_id))
        if session.kind is UploadKind.DIRECTORY_TAR:
            if not is_path(source):
                raise invalid_request("the upload is of a directory: the source must be its local path")
            found = _archive(Path(source), ignore_patterns)
        else:
            found = find_source(source) or spool(source)
        try:
            check_resumable(session, found)
            return self._parts(session, found, resumed=True)
        finally:
            found.close()

    def _direct(self, found: Source | None, source: Any, path: str, user: str | None) -> UploadResult:
        started_at = now()
        progress = Progress(self._progress, path, UploadTransport.DIRECT, found.size if found else None)
        sent = 0

        def counted() -> Iterator[bytes]:
            nonlocal sent
            for piece in found.chunks() if found else pieces(source):
                yield piece
                sent += len(piece)
                progress.add(len(piece))

        self._transport.upload(file_calls.raw("PUT", self._sandbox_id, path, user), counted())
        info = self._transport.execute(file_calls.info(self._sandbox_id, path, user))
        progress.tell(UploadProgressPhase.COMPLETED, target_path=info.path)
        return direct_result(info.path, sent, started_at)

    def _parts(self, session: UploadSessionInfo, source: Source, *, resumed: bool) -> UploadResult:
        started_at = now()
        transport = UploadTransport.RESUMABLE
        progress = Progress(self._progress, session.target_path, transport, source.size)
        progress.begin(session)
        try:
            checksum = self._send(session, PartReader(source, session), progress)
            progress.tell(UploadProgressPhase.COMPLETING)
            call = upload_calls.complete(self._sandbox_id, session.upload_id, checksum)
            published = self._transport.execute(call)
            path = published.session.target_path
            if not path.startswith("/"):
                # A session repeats the path that was asked for.
                info = self._transport.execute(file_calls.info(self._sandbox_id, path, session.user))
                path = info.path
        except SandboxError as failure:
            name_session(failure, session.upload_id)
            raise
        progress.tell(UploadProgressPhase.COMPLETED)
        return parts_result(published, path, resumed, started_at)

    def _send(self, session: UploadSessionInfo, reader: PartReader, progress: Progress) -> str:
        """Sends the missing parts, a few at once; the checksum of the whole."""
        at_once = max(1, min(self._max_concurrency or session.max_concurrency, session.max_concurrency))
        with ThreadPoolExecutor(at_once, thread_name_prefix="nullspace-upload") as pool:
            sending: set[Future[None]] = set()
            try:
                while part := reader.next():
                    if len(sending) >= at_once:
                        sending = _collect(sending, FIRST_COMPLETED)
                    sending.add(pool.submit(self._send_part, session, part, progress))
                while sending:
                    sending = _collect(sending, FIRST_COMPLETED)
            finally:
                for future in sending:
                    future.cancel()
        return reader.checksum

    def _send_part(self, session: UploadSessionInfo, part: tuple[int, bytes], progress: Progress) -> None:
        number, data = part
        call = upload_calls.send_part(self._sandbox_id, session.upload_id, number, data)
        self._transport.execute(call)
        progress.add(len(data), number)


def _archive(root: Path, ignore_patterns: list[str] | None) -> Source:
    archive = pack_directory(root, ignore_patterns)
    return Source(archive, 0, archive.seek(0, os.SEEK_END))


def _collect(sending: set[Future[None]], when: str) -> set[Future[None]]:
    done, left = wait(sending, return_when=when)
    for future in done:
        future.result()
    return left
