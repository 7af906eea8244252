"""Why a build of a template failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .build_states import TemplateFailurePhase
from .known import known


@dataclass
class TemplateFailureDetail:
    """Where and why a build failed.

    Attributes:
        phase: the part of the build.
        suggested_action: what to do next, in words.
        step_index: the failed step, counted from 0.
        details: facts, such as `reason`, `exit_code`, the last lines of output, the line of a Dockerfile.
    """

    code: str
    message: str
    phase: TemplateFailurePhase | str
    retryable: bool
    suggested_action: str
    step_index: int | None = None
    attempt: int | None = None
    max_attempts: int | None = None
    cache_subject: str | None = None
    build_id: str | None = None
    request_id: str | None = None
    details: dict[str, Any] | None = None


def read_failure(data: dict[str, Any] | None) -> TemplateFailureDetail | None:
    """Reads the detail of a failure; `None` for what is none."""
    if not data or "phase" not in data:
        return None
    return TemplateFailureDetail(
        code=str(data.get("code") or "build_error"),
        message=str(data.get("message") or ""),
        phase=known(TemplateFailurePhase, data["phase"]),
        retryable=bool(data.get("retryable")),
        suggested_action=str(data.get("suggested_action") or ""),
        step_index=data.get("step_index"),
        attempt=data.get("attempt"),
        max_attempts=data.get("max_attempts"),
        cache_subject=data.get("cache_subject"),
        build_id=data.get("build_id"),
        request_id=data.get("request_id"),
        details=data.get("details"),
    )
