"""What the log of a build says about the build."""

from __future__ import annotations

from typing import Any

from .._models.build_failure import TemplateFailureDetail
from .._models.build_log import TemplateBuildLogEntry, TemplateBuildStatusSnapshot, read_log_entry
from .._models.build_states import TemplateBuildLogKind, TemplateBuildStatus
from ..errors import BuildError, SandboxError
from .event_lines import EventLines
from .read_error import error_in


class BuildLogReader:
    """Reads a stream of entries, which all are of one build."""

    def __init__(self) -> None:
        self._lines = EventLines()
        self.last: TemplateBuildLogEntry | None = None

    def begin_again(self) -> None:
        """Another stream goes on after the last entry; what the one before had begun is dropped."""
        self._lines = EventLines()

    def feed(self, chunk: bytes) -> list[TemplateBuildLogEntry]:
        """The entries that the bytes complete."""
        return [self._read(data) for data in self._lines.feed(chunk)]

    def _read(self, data: Any) -> TemplateBuildLogEntry:
        try:
            entry = read_log_entry(data)
        except (AttributeError, KeyError, TypeError, ValueError) as cause:
            raise SandboxError(f"cannot read an entry of the log: {cause!r}", "invalid_response") from cause
        if self.last is not None and self.last.build_id != entry.build_id:
            raise SandboxError(
                f"the log of {self.last.build_id} holds an entry of {entry.build_id}", "invalid_response"
            )
        self.last = entry
        return entry

    def ended(self) -> TemplateBuildLogEntry:
        """The last entry of a build that succeeded.

        Raises:
            BuildError: it failed, was cancelled, or the log broke off.
        """
        last = self.last
        if last is None or not last.is_last:
            where = (
                ""
                if last is None
                else f" {last.build_id}; TemplateBuild.connect({last.build_id!r}) follows it"
            )
            raise BuildError(f"the log ended before the build{where}")
        if last.kind == TemplateBuildLogKind.END:
            return last
        raise failed_build(last.message, last.error_detail, last.build_id)


def failed_build(message: str, detail: TemplateFailureDetail | None, build_id: str) -> SandboxError:
    """The error that a build ended with."""
    fields: dict[str, Any] = {"message": message or "the build failed"}
    if detail is not None:
        known = {name: value for name, value in vars(detail).items() if value is not None}
        fields = {**known, "message": detail.message or message, "error_detail": known}
    error = error_in(fields, "build_error")
    error.details = {"build_id": build_id, **(error.details or {})}
    return error


def raise_for_failure(snapshot: TemplateBuildStatusSnapshot) -> None:
    """Raises what a failed build failed with; a cancelled one is no failure."""
    build = snapshot.build
    if build.status == TemplateBuildStatus.ERROR:
        raise failed_build(build.error or "", build.error_detail, build.build_id)
