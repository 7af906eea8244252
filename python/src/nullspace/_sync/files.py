"""Files of a sandbox."""

from __future__ import annotations

import builtins
import os
from pathlib import Path
from typing import Any, Literal, overload

from .._core import file_calls, upload_calls
from .._core.archive import unpack_archive
from .._core.batch_write import batch_write
from .._core.content import Content, pieces, whole
from .._core.encode import invalid_request
from .._core.partial_file import partial_file
from .._core.upload_source import is_path, spooled
from .._core.watch_stream import WatchStream, watch_url
from .._models.file_info import FileInfo
from .._models.search_match import SearchMatch, UploadUrl
from .._models.upload import UploadConflictPolicy, UploadResult
from .byte_stream import ByteStream
from .transport import Transport
from .uploads import ProgressCallback, Uploader
from .watch import EventCallback, ExitCallback, WatchHandle


class Files:
    """Reads and changes files. Reached as `sandbox.files`.

    Relative paths start at the sandbox's working directory, or at the home of `user`. `user` is the account
    whose rights apply and who owns what is made; without it root's rights do. A missing path raises
    `NotFoundError`, a forbidden one `PermissionError`, a full disk `QuotaExceededError`.
    """

    def __init__(self, sandbox_id: str, transport: Transport) -> None:
        self._sandbox_id = sandbox_id
        self._transport = transport

    @overload
    def read(
        self,
        path: str,
        *,
        format: Literal["text"] | None = None,
        encoding: None = None,
        user: str | None = None,
    ) -> str: ...

    @overload
    def read(
        self, path: str, *, format: Literal["bytes", "blob"], encoding: None = None, user: str | None = None
    ) -> bytes: ...

    @overload
    def read(
        self, path: str, *, format: Literal["stream"], encoding: None = None, user: str | None = None
    ) -> ByteStream: ...

    @overload
    def read(
        self, path: str, *, format: None = None, encoding: str, user: str | None = None
    ) -> str | bytes: ...

    def read(
        self,
        path: str,
        *,
        format: str | None = None,
        encoding: str | None = None,
        user: str | None = None,
    ) -> str | bytes | ByteStream:
        """Reads a file.

        Args:
            path: the file.
            format: `text` (the default, UTF-8), `bytes`, or `stream` for an iterator over its bytes.
            encoding: older spelling: `utf8` for text, `base64` for bytes.
            user: the account whose rights apply.
        """
        resolved = file_calls.read_format(format, encoding)
        if resolved == "text":
            return self._transport.execute(file_calls.read_text(self._sandbox_id, path, user))
        if resolved == "bytes":
            return self._transport.execute(file_calls.read_bytes(self._sandbox_id, path, user))
        return self._transport.download(file_calls.raw("GET", self._sandbox_id, path, user))

    def write(self, path: str, content: Content, *, user: str | None = None) -> FileInfo:
        """Writes a whole file and the directories above it. An existing file keeps its permissions.

        Args:
            path: the file.
            content: text (stored as UTF-8), bytes, an open file, or an iterable of pieces.
            user: the account whose rights apply.
        """
        ready = whole(content)
        if ready is not None and len(ready) <= file_calls.LARGEST_JSON_CONTENT:
            return self._transport.execute(file_calls.write(self._sandbox_id, path, ready, user))
        self._transport.upload(file_calls.raw("PUT", self._sandbox_id, path, user), pieces(content))
        return self.info(path, user=user)

    def list(
        self, path: str = "/", *, depth: int | None = None, user: str | None = None
    ) -> builtins.list[FileInfo]:
        """Entries of a directory, sorted by path. `depth` is how many levels down, by default 1."""
        return self._transport.execute(file_calls.list_directory(self._sandbox_id, path, depth, user))

    def exists(self, path: str, *, user: str | None = None) -> bool:
        """Whether a path is there."""
        return self._transport.execute(file_calls.exists(self._sandbox_id, path, user))

    def info(self, path: str, *, user: str | None = None) -> FileInfo:
        """What a path is: kind, size, owner, permissions."""
        return self._transport.execute(file_calls.info(self._sandbox_id, path, user))

    def get_info(self, path: str, *, user: str | None = None) -> FileInfo:
        """The same as `info`."""
        return self.info(path, user=user)

    def remove(self, path: str, *, user: str | None = None) -> None:
        """Removes a file, or a directory with everything in it."""
        self._transport.execute(file_calls.remove(self._sandbox_id, path, user))

    def rename(self, old: str, new: str, *, user: str | None = None) -> FileInfo:
        """Moves a file or directory. A file at the new path is replaced."""
        return self._transport.execute(file_calls.rename(self._sandbox_id, old, new, user))

    def make_dir(self, path: str, *, user: str | None = None) -> bool:
        """Makes a directory and those above it; one that is there already is fine."""
        return self._transport.execute(file_calls.make_directory(self._sandbox_id, path, user))

    def set_permissions(self, path: str, permissions: str, *, user: str | None = None) -> None:
        """Sets the mode bits: three or four octal digits, such as `644`."""
        self._transport.execute(file_calls.set_permissions(self._sandbox_id, path, permissions, user))

    def write_files(
        self, files: builtins.list[tuple[str, Content]], *, user: str | None = None
    ) -> builtins.list[FileInfo]:
        """Writes many files, given as path and content, with one request.

        Raises:
            BatchWriteError: some failed; the others are written.
        """
        if not files:
            return []
        return self._transport.execute(batch_write(self._sandbox_id, files, user))

    def find_files(self, path: str, pattern: str, *, user: str | None = None) -> builtins.list[SearchMatch]:
        """Lines of text files at or below a path that match a regular expression; at most 1,000."""
        return self._transport.execute(file_calls.find_text(self._sandbox_id, path, pattern, user))

    def search_files(self, path: str, pattern: str, *, user: str | None = None) -> builtins.list[str]:
        """Searches names below a directory by a shell pattern, such as `*.py`. Returns absolute paths."""
        return self._transport.execute(file_calls.search_names(self._sandbox_id, path, pattern, user))

    def replace_in_files(
        self, files: builtins.list[str], pattern: str, replacement: str, *, user: str | None = None
    ) -> int:
        """Replaces a literal text wherever it stands in the files. Returns how many places were changed."""
        call = file_calls.replace_text(self._sandbox_id, files, pattern, replacement, user)
        return self._transport.execute(call)

    def download_url(self, path: str, *, user: str | None = None) -> str:
        """An address that serves the file by GET, without the API key, for 15 minutes."""
        return self._transport.execute(file_calls.download_url(self._sandbox_id, path, user))

    def upload_url(self, path: str, *, user: str | None = None) -> UploadUrl:
        """An address that takes the file by PUT, without the API key, for 15 minutes."""
        return self._transport.execute(file_calls.upload_url(self._sandbox_id, path, user))

    def upload(
        self,
        source: Any,
        destination: str | os.PathLike[str] | None = None,
        *,
        user: str | None = None,
        resumable: bool | str = "auto",
        checksum: str = "auto",
        max_concurrency: int | None = None,
        spool_to_disk: bool | str = "auto",
        progress: ProgressCallback | None = None,
    ) -> UploadResult:
        """Uploads a local file or directory: `upload_dir` for a directory, else `upload_file`."""
        if not is_path(source) or not Path(source).is_dir():
            return self.upload_file(
                source,
                destination,
                user=user,
                resumable=resumable,
                checksum=checksum,
                max_concurrency=max_concurrency,
                spool_to_disk=spool_to_disk,
                progress=progress,
            )
        if (resumable, checksum, max_concurrency, spool_to_disk) != ("auto", "auto", None, "auto"):
            raise invalid_request("options of a directory's upload belong to upload_dir()")
        return self.upload_dir(source, destination, user=user, progress=progress)

    def upload_dir(
        self,
        source: str | os.PathLike[str],
        destination: str | os.PathLike[str] | None = None,
        *,
        user: str | None = None,
        conflict: UploadConflictPolicy | str = UploadConflictPolicy.MERGE,
        ignore_patterns: builtins.list[str] | None = None,
        max_concurrency: int | None = None,
        progress: ProgressCallback | None = None,
    ) -> UploadResult:
        """Uploads a local directory as an archive that is unpacked in the sandbox, whole or not at all.

        Args:
            source: the directory. What `.nullspaceignore` in it names stays away.
            destination: the directory in the sandbox; one that ends with a slash gets the source in it.
            user: account that it belongs to; root without it.
            conflict: what happens when the target is there.
            ignore_patterns: further patterns to leave out, as in a `.gitignore`.
            max_concurrency: parts that are sent at once.
            progress: called as the upload goes on.
        """
        uploader = Uploader(self._sandbox_id, self._transport, progress, max_concurrency)
        return uploader.directory(source, destination, user, conflict, ignore_patterns)

    def upload_file(
        self,
        source: Any,
        destination: str | os.PathLike[str] | None = None,
        *,
        user: str | None = None,
        resumable: bool | str = "auto",
        checksum: str = "auto",
        max_concurrency: int | None = None,
        spool_to_disk: bool | str = "auto",
        progress: ProgressCallback | None = None,
    ) -> UploadResult:
        """Uploads one file; above 8 MiB in parts that survive broken connections and a restarted server.

        Args:
            source: path of a local file, bytes, an open binary file, or an iterable of pieces.
            destination: the file in the sandbox, or a directory that ends with a slash; by default the name.
            user: account that it belongs to; root without it.
            resumable: `True` or `False` to send in parts or in one request whatever the size.
            checksum: `sha256` to have the whole checked, which sends in parts.
            max_concurrency: parts that are sent at once.
            spool_to_disk: whether a stream is first written to a temporary file, without which it goes in one
                request. By default only when parts are asked for.
            progress: called as the upload goes on.

        Raises:
            SandboxError: with `details["upload_id"]` once there is a session, for `resume_upload`.
        """
        uploader = Uploader(self._sandbox_id, self._transport, progress, max_concurrency)
        return uploader.file(
            source,
            destination,
            user=user,
            resumable=resumable,
            checksum=checksum,
            spool_to_disk=spool_to_disk,
        )

    def resume_upload(
        self,
        upload_id: str,
        source: Any,
        *,
        progress: ProgressCallback | None = None,
        max_concurrency: int | None = None,
        ignore_patterns: builtins.list[str] | None = None,
    ) -> UploadResult:
        """Goes on with an upload that broke off, also of another program. The source must be the same."""
        uploader = Uploader(self._sandbox_id, self._transport, progress, max_concurrency)
        return uploader.resume(upload_id, source, ignore_patterns)

    def abort_upload(self, upload_id: str) -> None:
        """Gives up an upload that broke off, and frees its space."""
        self._transport.execute(upload_calls.abort(self._sandbox_id, upload_id))

    def download(self, path: str, destination: str | os.PathLike[str], *, user: str | None = None) -> int:
        """Writes a file to a local one, which is replaced when all of it is there. Returns its size."""
        target = Path(destination)
        with partial_file(target) as file, self.read(path, format="stream", user=user) as stream:
            for piece in stream:
                file.write(piece)
            return file.tell()

    def download_dir(
        self, path: str, destination: str | os.PathLike[str], *, user: str | None = None
    ) -> builtins.list[str]:
        """Unpacks a directory into a local one, which is made if it is missing; what else is in it stays.

        Returns:
            Names of the links that lead out of the directory, which are left out.
        """
        request = file_calls.archive(self._sandbox_id, path, user)
        with spooled() as archive:
            with self._transport.download(request) as stream:
                for piece in stream:
                    archive.write(piece)
            archive.seek(0)
            return unpack_archive(archive, Path(destination))

    def watch_dir(
        self,
        path: str,
        on_event: EventCallback,
        *,
        recursive: bool = False,
        timeout: float | None = None,
        on_exit: ExitCallback | None = None,
        user: str | None = None,
    ) -> WatchHandle:
        """Watches a directory. What happens after this returns is seen.

        Args:
            path: the directory.
            on_event: called with each event, by a thread of its own.
            recursive: also what happens in directories below.
            timeout: seconds after which the watch ends by itself.
            on_exit: called at the end, with the error that ended it or `None`.
            user: the account whose rights apply.
        """
        connection = self._transport.connection
        stream = WatchStream(path, recursive, user, timeout)
        return WatchHandle(connection, watch_url(connection, self._sandbox_id), stream, on_event, on_exit)
