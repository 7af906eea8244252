"""Many files in one request."""

from __future__ import annotations

import json
from collections.abc import Sequence

import httpx

from .._models.file_info import FileInfo, read_file_info
from ..errors import BatchWriteError
from .call import Call, Reply, Request
from .content import encoded, pieces
from .encode import sandbox_path


def batch_write(
    sandbox_id: str, files: Sequence[tuple[str, object]], user: str | None
) -> Call[list[FileInfo]]:
    """Writes files, each whole or not at all."""
    named = [(f"file{index}", path, content) for index, (path, content) in enumerate(files)]
    manifest = {
        "files": [{"path": path, "field": field} for field, path, _content in named],
        "user": (user or "").strip() or None,
    }
    parts = [("manifest", ("manifest.json", json.dumps(manifest).encode(), "application/json"))]
    parts += [
        (field, (f"{field}.bin", b"".join(map(encoded, pieces(content))), "application/octet-stream"))
        for field, _path, content in named
    ]
    # The library makes the boundary and escapes names.
    form = httpx.Request("POST", "http://localhost", files=parts)
    path = sandbox_path(sandbox_id, "files", "batch-write")
    content_type = form.headers["Content-Type"]
    return Call(Request("POST", path, body=form.read(), headers={"Content-Type": content_type}), _parse)


def _parse(reply: Reply) -> list[FileInfo]:
    successes: list[FileInfo] = []
    failures: list[tuple[str, str]] = []
    for result in reply.json()["results"]:
        if result["status"] == "success":
            successes.append(read_file_info(result["info"]))
        else:
            failures.append((str(result["path"]), str(result.get("error") or result["status"])))
    if failures:
        raise BatchWriteError(successes, failures)
    return successes
