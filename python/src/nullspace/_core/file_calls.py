"""Calls about files. `user` names the account whose home and rights apply; without it, root's rights do."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

from .._models.file_info import FileInfo, read_file_info
from .._models.search_match import SearchMatch, UploadUrl
from .call import Call, Reply, Request, ignore_answer
from .encode import encode_json, invalid_request, sandbox_path

# Above this size content travels as raw bytes: base64 and JSON would cost a third more and a copy of it all.
LARGEST_JSON_CONTENT = 1 << 20
_READ_FORMATS = {"text": "text", "bytes": "bytes", "blob": "bytes", "stream": "stream"}
_ENCODINGS = {"utf8": "text", "base64": "bytes"}


def read_format(format: str | None, encoding: str | None) -> str:
    """`text`, `bytes` or `stream`."""
    if format is not None and encoding is not None:
        raise ValueError("pass format or encoding, not both")
    if encoding is not None:
        if encoding not in _ENCODINGS:
            raise ValueError(f"encoding {encoding!r} is not one of {', '.join(_ENCODINGS)}")
        return _ENCODINGS[encoding]
    if format not in (None, *_READ_FORMATS):
        raise ValueError(f"format {format!r} is not one of {', '.join(_READ_FORMATS)}")
    return _READ_FORMATS[format or "text"]


def read_text(sandbox_id: str, path: str, user: str | None) -> Call[str]:
    """A file's content as UTF-8 text."""
    request = _post(sandbox_id, "read", {"path": path, "encoding": "utf8"}, user)
    return Call(request, lambda reply: str(reply.json()["content"]))


def read_bytes(sandbox_id: str, path: str, user: str | None) -> Call[bytes]:
    """A file's content as it is."""
    return Call(raw("GET", sandbox_id, path, user), lambda reply: reply.body)


def write(sandbox_id: str, path: str, content: str | bytes, user: str | None) -> Call[FileInfo]:
    """Writes a whole file; directories on the way are made."""
    text = isinstance(content, str)
    body = {
        "path": path,
        "content": content if isinstance(content, str) else base64.b64encode(content).decode(),
        "encoding": "utf8" if text else "base64",
    }
    return Call(_post(sandbox_id, "write", body, user), _info)


def list_directory(sandbox_id: str, path: str, depth: int | None, user: str | None) -> Call[list[FileInfo]]:
    """Entries of a directory, sorted by path."""
    params = {"path": path}
    if depth is not None:
        if isinstance(depth, bool) or not isinstance(depth, int) or depth < 0:
            raise invalid_request(f"depth {depth!r} is not a whole number of at least 0")
        params["depth"] = str(depth)
    request = Request("GET", sandbox_path(sandbox_id, "files"), params=params | _user_param(user))
    return Call(request, lambda reply: [read_file_info(item) for item in reply.json()])


def info(sandbox_id: str, path: str, user: str | None) -> Call[FileInfo]:
    """What a path is."""
    return Call(_post(sandbox_id, "info", {"path": path}, user), _info)


def exists(sandbox_id: str, path: str, user: str | None) -> Call[bool]:
    """Whether a path is there."""
    request = _post(sandbox_id, "exists", {"path": path}, user)
    return Call(request, lambda reply: bool(reply.json()["exists"]))


def remove(sandbox_id: str, path: str, user: str | None) -> Call[None]:
    """Removes a file, or a directory with all that is in it."""
    return Call(_post(sandbox_id, "remove", {"path": path}, user), ignore_answer)


def rename(sandbox_id: str, old: str, new: str, user: str | None) -> Call[FileInfo]:
    """Moves a file or directory; a file in its place is replaced."""
    return Call(_post(sandbox_id, "rename", {"old_path": old, "new_path": new}, user), _info)


def make_directory(sandbox_id: str, path: str, user: str | None) -> Call[bool]:
    """Makes a directory and those above it."""
    return Call(_post(sandbox_id, "mkdir", {"path": path}, user), lambda _reply: True)


def set_permissions(sandbox_id: str, path: str, permissions: str, user: str | None) -> Call[None]:
    """Sets the mode bits, given in octal digits."""
    body = {"path": path, "permissions": permissions}
    return Call(_post(sandbox_id, "permissions", body, user), ignore_answer)


def find_text(sandbox_id: str, path: str, pattern: str, user: str | None) -> Call[list[SearchMatch]]:
    """Lines of text files at or below a path that match a regular expression."""
    request = _post(sandbox_id, "find", {"path": path, "pattern": pattern}, user)
    return Call(
        request,
        lambda reply: [SearchMatch(item["file"], item["line"], item["content"]) for item in reply.json()],
    )


def search_names(sandbox_id: str, path: str, pattern: str, user: str | None) -> Call[list[str]]:
    """Paths below a folder whose last part matches a shell pattern."""
    request = _post(sandbox_id, "search", {"path": path, "pattern": pattern}, user)
    return Call(request, lambda reply: [str(item) for item in reply.json()])


def replace_text(
    sandbox_id: str, files: list[str], pattern: str, replacement: str, user: str | None
) -> Call[int]:
    """Replaces a literal text; the answer is the number of places."""
    body = {"files": list(files), "pattern": pattern, "replacement": replacement}
    return Call(_post(sandbox_id, "replace", body, user), lambda reply: int(reply.json()["replacements"]))


def download_url(sandbox_id: str, path: str, user: str | None) -> Call[str]:
    """An address that serves a file without the API key."""
    return Call(
        _post(sandbox_id, "download-url", {"path": path}, user), lambda reply: str(reply.json()["url"])
    )


def upload_url(sandbox_id: str, path: str, user: str | None) -> Call[UploadUrl]:
    """An address that takes a file without the API key."""

    def parse(reply: Reply) -> UploadUrl:
        data = reply.json()
        return UploadUrl(data["url"], data.get("token"))

    return Call(_post(sandbox_id, "upload-url", {"path": path}, user), parse)


def archive(sandbox_id: str, path: str, user: str | None) -> Request:
    """The route that carries a directory as a tar."""
    request = raw("GET", sandbox_id, path, user)
    return replace(request, params={**request.params, "archive_format": "tar"})


def raw(method: str, sandbox_id: str, path: str, user: str | None) -> Request:
    """The route that carries a file's bytes as the body."""
    return Request(method, sandbox_path(sandbox_id, "file"), params={"path": path} | _user_param(user))


def _post(sandbox_id: str, action: str, body: dict[str, Any], user: str | None) -> Request:
    return Request(
        "POST",
        sandbox_path(sandbox_id, "files", action),
        body=encode_json(body | {"user": _account(user)}),
    )


def _info(reply: Reply) -> FileInfo:
    return read_file_info(reply.json())


def _account(user: str | None) -> str | None:
    return (user or "").strip() or None


def _user_param(user: str | None) -> dict[str, str]:
    account = _account(user)
    return {"user": account} if account else {}
