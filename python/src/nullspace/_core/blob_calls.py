"""Calls that bring the files of a build to the server, each content once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._template.context_entry import ContextEntry
from ..errors import SandboxError
from .call import Call, Request
from .encode import encode_json, id_path

_TIMEOUT = 300.0
# So many files travel at the same time.
PARALLEL_UPLOADS = 8


@dataclass(frozen=True)
class Upload:
    """A file that the server misses."""

    blob_id: str
    file: Path
    size_bytes: int

    @property
    def request(self) -> Request:
        """The request whose body is the file."""
        path = id_path("/v1/templates/blobs", self.blob_id, what="blob")
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(self.size_bytes)}
        return Request("PUT", path, headers=headers, timeout=_TIMEOUT)


@dataclass(frozen=True)
class Preflight:
    """What the request says of its files, and which of them are to be sent first."""

    files: list[dict[str, Any]]
    uploads: list[Upload]


@dataclass(frozen=True)
class BuildUploadProgress:
    """How far the files of a build are: how many, and how many bytes."""

    uploaded_files: int
    total_files: int
    uploaded_bytes: int
    total_bytes: int


def progress(done: Iterable[Upload], uploads: list[Upload]) -> BuildUploadProgress:
    """Sums up what is done."""
    sizes = [upload.size_bytes for upload in done]
    total = sum(upload.size_bytes for upload in uploads)
    return BuildUploadProgress(len(sizes), len(uploads), sum(sizes), total)


def preflight(entries: list[ContextEntry], digests: list[str | None]) -> Call[Preflight]:
    """Asks which files the server misses."""
    described = [_described(entry, digest) for entry, digest in zip(entries, digests, strict=True)]
    body = encode_json({"files": described})
    request = Request("POST", "/v1/templates/blobs/preflight", body=body, timeout=_TIMEOUT)
    return Call(request, lambda reply: _read(reply.json()["files"], entries))


def _described(entry: ContextEntry, digest: str | None) -> dict[str, Any]:
    described = entry.described()
    if digest is not None:
        described |= {"sha256": digest, "size_bytes": entry.size_bytes}
        if entry.force_upload:
            described["force_upload"] = True
    return described


def _read(items: list[dict[str, Any]], entries: list[ContextEntry]) -> Preflight:
    if len(items) != len(entries):
        raise SandboxError("the preflight answered for another number of files", "invalid_response")
    files: list[dict[str, Any]] = []
    uploads: dict[str, Upload] = {}
    for item, entry in zip(items, entries, strict=True):
        file = entry.described()
        if entry.source is not None:
            blob_id = item["blob_id"]
            file["blob_id"] = blob_id
            if item.get("missing"):
                uploads[blob_id] = Upload(blob_id, entry.source, entry.size_bytes)
        files.append(file)
    return Preflight(files, list(uploads.values()))
