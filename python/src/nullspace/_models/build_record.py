"""Records of builds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .build_failure import TemplateFailureDetail, read_failure
from .build_states import (
    FINAL_STATES,
    TemplateBuildBackend,
    TemplateBuildSourceType,
    TemplateBuildStatus,
)
from .known import known
from .template_info import TemplateRuntimeDefaults, read_runtime_defaults
from .timestamp import read_time


@dataclass
class TemplateBuildSummary:
    """One build of a template.

    Attributes:
        source_digest: names the definition; two equal ones do the work once.
        failure_phase: where it failed; `error` and `error_detail` say why.
        cache_summary: how often each cache was hit, missed, passed by and filled.
        artifact_availability: whether sandboxes can be made from it.
        promotability: whether a tag may point to it.
        oci_metadata: what the base image says of itself.
        size_bytes: size of the root image that it has made, while that is kept.
    """

    build_id: str
    template_id: str
    name: str
    tags: list[str]
    status: TemplateBuildStatus | str
    build_backend: TemplateBuildBackend | str = TemplateBuildBackend.NATIVE
    source_type: TemplateBuildSourceType | str = TemplateBuildSourceType.DECLARATIVE
    source_digest: str | None = None
    context_digest: str | None = None
    dockerfile_digest: str | None = None
    triggered_by: str | None = None
    queued_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    duration_ms: int | None = None
    failure_phase: str | None = None
    error: str | None = None
    error_detail: TemplateFailureDetail | None = None
    build_config: dict[str, Any] | None = None
    cache_summary: dict[str, int] | None = None
    artifact_availability: dict[str, Any] | None = None
    promotability: dict[str, Any] | None = None
    retention_expires_at: datetime | None = None
    runtime_defaults: TemplateRuntimeDefaults | None = None
    oci_metadata: dict[str, Any] | None = None
    artifact_ids: list[str] = field(default_factory=list)
    size_bytes: int | None = None
    retry_of_build_id: str | None = None
    original_build_id: str | None = None
    cancel_requested_at: datetime | None = None
    cancel_requested_by: str | None = None
    cancellation_reason: str | None = None
    canonical_ref: str | None = None
    namespace_slug: str | None = None
    visibility: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def is_final(self) -> bool:
        """Whether it is over."""
        return self.status in FINAL_STATES


@dataclass
class TemplateBuildListResponse:
    """A page of builds, the newest first; `next_cursor` gets the page after it."""

    builds: list[TemplateBuildSummary]
    next_cursor: str | None = None


_TIMES = (
    "queued_at",
    "started_at",
    "finished_at",
    "retention_expires_at",
    "cancel_requested_at",
    "created_at",
    "updated_at",
)
_AS_THEY_ARE = (
    "source_digest",
    "context_digest",
    "dockerfile_digest",
    "triggered_by",
    "duration_ms",
    "failure_phase",
    "error",
    "build_config",
    "cache_summary",
    "artifact_availability",
    "promotability",
    "oci_metadata",
    "size_bytes",
    "retry_of_build_id",
    "original_build_id",
    "cancel_requested_by",
    "cancellation_reason",
    "canonical_ref",
    "namespace_slug",
    "visibility",
)


def read_build(data: dict[str, Any]) -> TemplateBuildSummary:
    """Reads a build; keys that this version does not know are ignored."""
    plain: dict[str, Any] = {name: data.get(name) for name in _AS_THEY_ARE}
    plain |= {name: read_time(data.get(name)) for name in _TIMES}
    return TemplateBuildSummary(
        build_id=data["build_id"],
        template_id=data["template_id"],
        name=data["name"],
        tags=list(data["tags"]),
        status=known(TemplateBuildStatus, data["status"]),
        build_backend=known(TemplateBuildBackend, data.get("build_backend") or "native"),
        source_type=known(TemplateBuildSourceType, data.get("source_type") or "declarative"),
        error_detail=read_failure(data.get("error_detail")),
        runtime_defaults=read_runtime_defaults(data.get("runtime_defaults")),
        artifact_ids=list(data.get("artifact_ids") or []),
        **plain,
    )


def read_build_page(data: dict[str, Any]) -> TemplateBuildListResponse:
    """Reads a page of builds."""
    return TemplateBuildListResponse([read_build(item) for item in data["builds"]], data.get("next_cursor"))
