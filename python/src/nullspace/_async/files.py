"""Files of a sandbox."""

from __future__ import annotations

import builtins
from typing import Literal, overload

from .._core import file_calls
from .._core.content import whole
from .._models.file_info import FileInfo
from .byte_stream import AsyncByteStream
from .content import AsyncContent, pieces
from .transport import AsyncTransport


class AsyncFiles:
    """Reads and changes files. Reached as `sandbox.files`.

    Relative paths start at the sandbox's working directory, or at the home of `user`. `user` is the account
    whose rights apply and who owns what is made; without it root's rights do. A missing path raises
    `NotFoundError`, a forbidden one `PermissionError`, a full disk `QuotaExceededError`.
    """

    def __init__(self, sandbox_id: str, transport: AsyncTransport) -> None:
        self._sandbox_id = sandbox_id
        self._transport = transport

    @overload
    async def read(
        self,
        path: str,
        *,
        format: Literal["text"] | None = None,
        encoding: None = None,
        user: str | None = None,
    ) -> str: ...

    @overload
    async def read(
        self, path: str, *, format: Literal["bytes", "blob"], encoding: None = None, user: str | None = None
    ) -> bytes: ...

    @overload
    async def read(
        self, path: str, *, format: Literal["stream"], encoding: None = None, user: str | None = None
    ) -> AsyncByteStream: ...

    @overload
    async def read(
        self, path: str, *, format: None = None, encoding: str, user: str | None = None
    ) -> str | bytes: ...

    async def read(
        self,
        path: str,
        *,
        format: str | None = None,
        encoding: str | None = None,
        user: str | None = None,
    ) -> str | bytes | AsyncByteStream:
        """Reads a file.

        Args:
            path: the file.
            format: `text` (the default, UTF-8), `bytes`, or `stream` for an async iterator over its bytes.
            encoding: older spelling: `utf8` for text, `base64` for bytes.
            user: the account whose rights apply.
        """
        resolved = file_calls.read_format(format, encoding)
        if resolved == "text":
            return await self._transport.execute(file_calls.read_text(self._sandbox_id, path, user))
        if resolved == "bytes":
            return await self._transport.execute(file_calls.read_bytes(self._sandbox_id, path, user))
        return await self._transport.download(file_calls.raw("GET", self._sandbox_id, path, user))

    async def write(self, path: str, content: AsyncContent, *, user: str | None = None) -> FileInfo:
        """Writes a whole file and the directories above it. An existing file keeps its permissions.

        Args:
            path: the file.
            content: text (stored as UTF-8), bytes, an open file, or an iterable or async iterable of pieces.
            user: the account whose rights apply.
        """
        ready = whole(content)
        if ready is not None and len(ready) <= file_calls.LARGEST_JSON_CONTENT:
            return await self._transport.execute(file_calls.write(self._sandbox_id, path, ready, user))
        await self._transport.upload(file_calls.raw("PUT", self._sandbox_id, path, user), pieces(content))
        return await self.info(path, user=user)

    async def list(
        self, path: str = "/", *, depth: int | None = None, user: str | None = None
    ) -> builtins.list[FileInfo]:
        """Entries of a directory, sorted by path. `depth` is how many levels down, by default 1."""
        return await self._transport.execute(file_calls.list_directory(self._sandbox_id, path, depth, user))

    async def exists(self, path: str, *, user: str | None = None) -> bool:
        """Whether a path is there."""
        return await self._transport.execute(file_calls.exists(self._sandbox_id, path, user))

    async def info(self, path: str, *, user: str | None = None) -> FileInfo:
        """What a path is: kind, size, owner, permissions."""
        return await self._transport.execute(file_calls.info(self._sandbox_id, path, user))

    async def get_info(self, path: str, *, user: str | None = None) -> FileInfo:
        """The same as `info`."""
        return await self.info(path, user=user)

    async def remove(self, path: str, *, user: str | None = None) -> None:
        """Removes a file, or a directory with everything in it."""
        await self._transport.execute(file_calls.remove(self._sandbox_id, path, user))

    async def rename(self, old: str, new: str, *, user: str | None = None) -> FileInfo:
        """Moves a file or directory. A file at the new path is replaced."""
        return await self._transport.execute(file_calls.rename(self._sandbox_id, old, new, user))

    async def make_dir(self, path: str, *, user: str | None = None) -> bool:
        """Makes a directory and those above it; one that is there already is fine."""
        return await self._transport.execute(file_calls.make_directory(self._sandbox_id, path, user))
