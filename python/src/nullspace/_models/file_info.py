"""Files and directories of a sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .timestamp import read_time


@dataclass
class FileInfo:
    """A file, directory or link.

    Attributes:
        path: absolute path.
        size: bytes; 0 for directories.
        type: `file`, `dir` or `symlink`.
        mode: as `ls` shows it, such as `-rw-r--r--`.
        permissions: the same in octal digits, such as `0644`.
    """

    name: str
    path: str
    is_dir: bool
    size: int
    type: str | None = None
    mode: str | None = None
    permissions: str | None = None
    owner: str | None = None
    group: str | None = None
    modified_time: datetime | None = None
    symlink_target: str | None = None


def read_file_info(data: dict[str, Any]) -> FileInfo:
    """Reads an answer; keys that this version does not know are ignored."""
    kind = data.get("type")
    return FileInfo(
        name=data["name"],
        path=data["path"],
        is_dir=kind == "dir" if kind else bool(data["is_dir"]),
        size=data["size"],
        type=kind,
        mode=data.get("mode"),
        permissions=data.get("permissions"),
        owner=data.get("owner"),
        group=data.get("group"),
        modified_time=read_time(data.get("modified_time")),
        symlink_target=data.get("symlink_target"),
    )
