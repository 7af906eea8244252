"""Where the bytes of an upload come from."""

from __future__ import annotations

import io
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from .._models.upload import (
    UploadKind,
    UploadProgress,
    UploadProgressPhase,
    UploadResult,
    UploadSessionInfo,
    UploadSessionStatus,
    UploadTransport,
)
from ..errors import SandboxError, UploadExpiredError, UploadStateError
from .content import pieces
from .encode import invalid_request
from .upload_calls import Published

# Above this size an upload goes in parts unless the caller says otherwise.
LARGEST_DIRECT = 8 << 20


@dataclass
class Source:
    """Bytes at hand: a file, from `start` on, of which any part can be read again.

    Attributes:
        name: last part of the path, for a destination that is left out.
        owned: whether the file is closed after the upload.
    """

    file: IO[bytes]
    start: int
    size: int
    name: str | None = None
    owned: bool = True
    spooled: bool = False

    def read(self, offset: int, length: int) -> bytes:
        """A part. Raises when the source became shorter meanwhile."""
        self.file.seek(self.start + offset)
        data = self.file.read(length)
        if len(data) < length:
            raise invalid_request(
                f"the source had {self.size} bytes and now ends after {offset + len(data)}: it was changed"
            )
        return data

    def chunks(self) -> Iterator[bytes]:
        """All of it, piece by piece."""
        step = 256 << 10
        for offset in range(0, self.size, step):
            yield self.read(offset, min(step, self.size - offset))

    def close(self) -> None:
        """Closes the file if the SDK has opened it."""
        if self.owned:
            self.file.close()


def is_path(source: Any) -> bool:
    """Whether a source is the path of something local."""
    return isinstance(source, (str, os.PathLike))


def find_source(source: Any) -> Source | None:
    """Opens a source; `None` for one that can be read only once."""
    if is_path(source):
        path = Path(source)
        if not path.is_file():
            raise invalid_request(f"{path} is not a file")
        return Source(path.open("rb"), 0, path.stat().st_size, path.resolve().name)
    if isinstance(source, (bytes, bytearray, memoryview)):
        data = bytes(source)
        return Source(io.BytesIO(data), 0, len(data))
    try:
        start = source.tell()
        end = source.seek(0, os.SEEK_END)
        source.seek(start)
        binary = isinstance(source.read(0), bytes)
    except (AttributeError, OSError):
        return None
    if not binary:
        return None
    name = getattr(source, "name", None)
    return Source(source, start, end - start, Path(name).name if isinstance(name, str) else None, owned=False)


def spooled() -> IO[bytes]:
    """A temporary file that goes away with its closing."""
    return tempfile.TemporaryFile(prefix="nullspace-upload-")


def spool(content: Iterable[Any]) -> Source:
    """Content that can be read once, in a temporary file."""
    file = spooled()
    try:
        for piece in pieces(content):
            file.write(piece)
    except BaseException:
        file.close()
        raise
    return Source(file, 0, file.tell(), spooled=True)


def target_path(name: str | None, destination: str | os.PathLike[str] | None) -> str:
    """Where something goes: to its own name, or into a directory that ends with a slash."""
    path = None if destination is None else os.fspath(destination)
    if path is not None and not path.endswith("/"):
        return path
    if name is None:
        raise invalid_request("a source without a name needs the path of a file to go to")
    return f"{path or ''}{name}"


def in_parts(size: int | None, resumable: bool | str, checksum: str) -> bool:
    """Whether an upload goes in parts."""
    if resumable not in (True, False, "auto"):
        raise invalid_request(f"resumable {resumable!r} is not True, False or 'auto'")
    if checksum not in ("auto", "sha256"):
        raise invalid_request(f"checksum {checksum!r} is not 'auto' or 'sha256'")
    if checksum == "sha256":
        if resumable is False:
            raise invalid_request("checksum='sha256' sends in parts: leave resumable=False out")
        return True
    return resumable is True or (resumable == "auto" and (size or 0) > LARGEST_DIRECT)


class PartReader:
    """Reads the parts of a session in order, once, and calculates the checksum of the whole on the way."""

    def __init__(self, source: Source, session: UploadSessionInfo) -> None:
        self._source = source
        self._session = session
        self._hash = sha256()
        self._number = 0

    def next(self) -> tuple[int, bytes] | None:
        """The next part that is missing; `None` at the end."""
        session = self._session
        first = session.part_count if session.next_part is None else session.next_part
        while self._number < session.part_count:
            number, offset = self._number, self._number * session.part_size
            data = self._source.read(offset, min(session.part_size, self._source.size - offset))
            self._hash.update(data)
            self._number += 1
            if number >= first:
                return number, data
        return None

    @property
    def checksum(self) -> str:
        """SHA-256 of everything, after the last part."""
        return self._hash.hexdigest()


class Progress:
    """Tells a callback how far an upload is. Parts are counted from several threads."""

    def __init__(self, callback: Any, path: str, transport: UploadTransport, total: int | None) -> None:
        self._callback = callback
        self._lock = threading.Lock()
        self._now = UploadProgress(
            None,
            UploadProgressPhase.PREPARING,
            0,
            total,
            target_path=path,
            transport=transport,
        )

    def begin(self, session: UploadSessionInfo) -> None:
        """A session was opened or found."""
        first = session.part_count if session.next_part is None else session.next_part
        done = min(first * session.part_size, session.content_length)
        self.tell(
            UploadProgressPhase.CREATED,
            upload_id=session.upload_id,
            part_count=session.part_count,
            parts_completed=first,
            bytes_completed=done,
        )

    def add(self, count: int, part: int | None = None) -> None:
        """Bytes have arrived."""
        with self._lock:
            self._now.bytes_completed += count
            if part is not None:
                self._now.parts_completed = (self._now.parts_completed or 0) + 1
            self._now.part_number = part
            self._tell(UploadProgressPhase.UPLOADING)

    def tell(self, phase: UploadProgressPhase, **changes: Any) -> None:
        """Something else happened."""
        with self._lock:
            for name, value in changes.items():
                setattr(self._now, name, value)
            self._tell(phase)

    def _tell(self, phase: UploadProgressPhase) -> None:
        self._now.phase = phase
        if self._callback:
            self._callback(UploadProgress(**vars(self._now)))


def check_resumable(session: UploadSessionInfo, source: Source) -> None:
    """Refuses a session that has ended, and a source of another size."""
    ended = (UploadSessionStatus.ABORTED, UploadSessionStatus.EXPIRED, UploadSessionStatus.FAILED)
    if session.status in ended:
        message = f"the upload {session.upload_id} is {session.status.value}: start it again"
        if session.status is UploadSessionStatus.EXPIRED:
            raise UploadExpiredError(message)
        raise UploadStateError(message)
    if source.size != session.content_length:
        raise invalid_request(
            f"the source has {source.size} bytes, the upload {session.upload_id} was begun with "
            f"{session.content_length}: resume it with the same content"
        )


def name_session(failure: SandboxError, upload_id: str) -> None:
    """Lets an error name the session in `details["upload_id"]`, so that the upload can be resumed."""
    failure.details = {**(failure.details or {}), "upload_id": upload_id}


def now() -> datetime:
    """The time, for results."""
    return datetime.now(timezone.utc)


def parts_result(published: Published, path: str, resumed: bool, started_at: datetime) -> UploadResult:
    """What an upload in parts did."""
    session = published.session
    return UploadResult(
        session.kind,
        path,
        published.bytes,
        published.files,
        UploadTransport.RESUMABLE,
        resumed,
        started_at,
        now(),
        session.upload_id,
        session,
    )


def direct_result(path: str, size: int, started_at: datetime) -> UploadResult:
    """What an upload in one request did."""
    return UploadResult(UploadKind.FILE, path, size, 1, UploadTransport.DIRECT, False, started_at, now())
