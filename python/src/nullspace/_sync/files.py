"""Files of a sandbox."""

from __future__ import annotations

import builtins
from typing import Literal, overload

from .._core import file_calls
from .._core.content import Content, pieces, whole
from .._models.file_info import FileInfo
from .byte_stream import ByteStream
from .transport import Transport


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
