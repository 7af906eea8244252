"""A definition as text, without a server."""

from __future__ import annotations

from typing import Any

from .builder import TemplateBuilder
from .context_entry import digests, inline
from .dockerfile import render_dockerfile
from .options import read_options
from .payload import build_payload

_LARGEST_FILES = 10


class RenderedTemplate(TemplateBuilder):
    """Methods that show what a build would send."""

    def to_json(self, **options: Any) -> dict[str, Any]:
        """The request of a build with the files inside; `options` are those of `build` that shape it.

        Secrets and credentials stand in it as they are.
        """
        payload = build_payload(self._definition, read_options(sized=False, **options))
        return payload.with_files(inline(payload.entries))

    def to_dockerfile(self) -> str:
        """The Dockerfile that does the same, as far as one can: probes and secrets have no place in it."""
        return render_dockerfile(self._definition)

    def inspect_build_context(self, name_or_ref: str | None = None, **options: Any) -> dict[str, Any]:
        """What a build would send, and which files go with it; no content is in it."""
        payload = build_payload(self._definition, read_options(name_or_ref, **options))
        entries = payload.entries
        files = [
            {**entry.described(), "size_bytes": entry.size_bytes, "sha256": digest}
            for entry, digest in zip(entries, digests(entries), strict=True)
            if digest is not None
        ]
        directories = [entry.described() for entry in entries if entry.source is None]
        largest = sorted(files, key=lambda file: -file["size_bytes"])[:_LARGEST_FILES]
        context = {
            "total_bytes": sum(file["size_bytes"] for file in files),
            "file_count": len(files),
            "directory_count": len(directories),
            "largest_files": [{key: file[key] for key in ("path", "size_bytes")} for file in largest],
            "files": files,
            "directories": directories,
        }
        request = payload.with_files(entry.described() for entry in entries)
        return {"dry_run": True, "request": request, "context": context}
