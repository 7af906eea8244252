"""Files and folders of a build context."""

from __future__ import annotations

import base64
import hashlib
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._core.encode import invalid_request

_CHUNK = 1 << 20


@dataclass(frozen=True)
class ContextEntry:
    """One file, or one folder where `source` is `None`.

    Attributes:
        path: its name in the request.
        mode: permissions in octal, such as `0644`.
        force_upload: send it also when the server has it.
    """

    path: str
    mode: str
    source: Path | None = None
    size_bytes: int = 0
    force_upload: bool = False

    def described(self) -> dict[str, Any]:
        """Its name, kind and mode on the wire."""
        kind = "dir" if self.source is None else "file"
        return {"path": self.path, "entry_type": kind, "mode": self.mode}


def directory_entry(path: str, file: Path) -> ContextEntry:
    """A folder."""
    return ContextEntry(path, _mode(file.stat().st_mode))


def file_entry(path: str, file: Path, *, force_upload: bool = False) -> ContextEntry:
    """A file; devices, sockets and the like cannot be sent."""
    facts = file.stat()
    if not stat.S_ISREG(facts.st_mode):
        raise invalid_request(f"{file} is neither a file nor a folder: leave it out by .dockerignore")
    return ContextEntry(path, _mode(facts.st_mode), file, facts.st_size, force_upload)


def inline(entries: Iterable[ContextEntry]) -> list[dict[str, Any]]:
    """Entries with their content, as checks without a build take them."""
    return [
        {**entry.described(), "content_base64": base64.b64encode(entry.source.read_bytes()).decode()}
        if entry.source
        else entry.described()
        for entry in entries
    ]


def digests(entries: Iterable[ContextEntry]) -> list[str | None]:
    """SHA-256 of each file; one that stands there several times is read once."""
    known: dict[Path, str] = {}
    found: list[str | None] = []
    for entry in entries:
        if entry.source is not None and entry.source not in known:
            known[entry.source] = _digest(entry.source)
        found.append(None if entry.source is None else known[entry.source])
    return found


def read_chunks(file: Path) -> Iterator[bytes]:
    """A file piece by piece."""
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    for chunk in read_chunks(file):
        digest.update(chunk)
    return digest.hexdigest()


def _mode(bits: int) -> str:
    return f"{stat.S_IMODE(bits):04o}"
