"""What searches find and watches tell."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class SearchMatch:
    """A line that matches. `line` counts from 1."""

    file: str
    line: int
    content: str


@dataclass
class FileEvent:
    """Something that happened in a watched directory.

    Attributes:
        type: `create`, `write`, `remove`, `rename`, `chmod`, or `overflow`: more happened than could be told,
            or the connection was lost for a while. Look at the directory again then.
        name: path relative to the directory.
        path: absolute path.
        old_path: of a rename within the directory, the path that it had.
    """

    type: str
    name: str
    path: str
    old_path: str | None = None


@dataclass
class UploadUrl:
    """An address that takes one file by PUT, without the API key."""

    url: str
    token: str | None = None
