"""Logs of builds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .build_failure import TemplateFailureDetail, read_failure
from .build_record import TemplateBuildSummary, read_build
from .build_states import TemplateBuildLogKind, TemplateBuildLogLevel
from .known import known
from .template_info import TemplateInfo, read_template_info
from .timestamp import needed_time

_ENDS = (TemplateBuildLogKind.END, TemplateBuildLogKind.ERROR, TemplateBuildLogKind.CANCELLED)


@dataclass
class TemplateBuildLogEntry:
    """One entry of a build's log.

    Attributes:
        offset: its number, from 0 and without gaps.
        step_index: the step that it belongs to, of `total_steps`.
        cache_kind: with `cache_status`, `cache_reason` and `cache_subject`: what became of a cached part.
        result: the template, in the last entry of a build that succeeded.
    """

    build_id: str
    template_id: str
    offset: int
    timestamp: datetime
    kind: TemplateBuildLogKind | str
    level: TemplateBuildLogLevel | str
    message: str
    phase: str | None = None
    step_index: int | None = None
    total_steps: int | None = None
    attempt: int | None = None
    max_attempts: int | None = None
    cache_kind: str | None = None
    cache_status: str | None = None
    cache_reason: str | None = None
    cache_subject: str | None = None
    error_detail: TemplateFailureDetail | None = None
    result: TemplateInfo | None = None
    result_metadata: dict[str, Any] | None = None

    @property
    def is_last(self) -> bool:
        """Whether the build is over with it."""
        return self.kind in _ENDS


@dataclass
class TemplateBuildStatusSnapshot:
    """A build, the entries of its log from the asked offset on, and the offset to go on from."""

    build: TemplateBuildSummary
    entries: list[TemplateBuildLogEntry]
    next_offset: int


_AS_THEY_ARE = (
    "phase",
    "step_index",
    "total_steps",
    "attempt",
    "max_attempts",
    "cache_kind",
    "cache_status",
    "cache_reason",
    "cache_subject",
    "result_metadata",
)


def read_log_entry(data: dict[str, Any]) -> TemplateBuildLogEntry:
    """Reads an entry; keys that this version does not know are ignored."""
    result = data.get("result")
    return TemplateBuildLogEntry(
        build_id=data["build_id"],
        template_id=data["template_id"],
        offset=data["offset"],
        timestamp=needed_time(data, "timestamp"),
        kind=known(TemplateBuildLogKind, data["kind"]),
        level=known(TemplateBuildLogLevel, data["level"]),
        message=data["message"],
        error_detail=read_failure(data.get("error_detail")),
        result=read_template_info(result) if result else None,
        **{name: data.get(name) for name in _AS_THEY_ARE},
    )


def read_snapshot_of_build(data: dict[str, Any]) -> TemplateBuildStatusSnapshot:
    """Reads a build with its log."""
    entries = [read_log_entry(item) for item in data["entries"]]
    return TemplateBuildStatusSnapshot(read_build(data["build"]), entries, data["next_offset"])
