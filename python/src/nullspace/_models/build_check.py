"""Answers of checks that build nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class TemplateBuildValidationError:
    """Why a definition would not build."""

    code: str
    message: str
    phase: str | None = None


@dataclass
class TemplateBuildValidationResponse:
    """Whether a definition would build, as far as that can be told without doing it."""

    valid: bool
    errors: list[TemplateBuildValidationError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass
class TemplateBuildContextManifestSummary:
    """The files of a build."""

    context_manifest_id: str
    context_digest: str
    file_count: int


@dataclass
class TemplateBuildPlanResponse:
    """What a build would do."""

    build_plan: dict[str, Any]
    requires_base_image_auth: bool
    build_backend: str = "native"
    source_type: str = "declarative"
    warnings: list[str] = field(default_factory=list)
    source_digest: str | None = None
    dockerfile_digest: str | None = None
    context_manifest: TemplateBuildContextManifestSummary | None = None


def read_validation(data: dict[str, Any]) -> TemplateBuildValidationResponse:
    """Reads what a validation found."""
    errors = [
        TemplateBuildValidationError(item["code"], item["message"], item.get("phase"))
        for item in data.get("errors") or []
    ]
    return TemplateBuildValidationResponse(data["valid"], errors, list(data.get("warnings") or []))


def read_plan(data: dict[str, Any]) -> TemplateBuildPlanResponse:
    """Reads a plan."""
    manifest = data.get("context_manifest")
    return TemplateBuildPlanResponse(
        build_plan=data["build_plan"],
        requires_base_image_auth=data["requires_base_image_auth"],
        build_backend=data.get("build_backend") or "native",
        source_type=data.get("source_type") or "declarative",
        warnings=list(data.get("warnings") or []),
        source_digest=data.get("source_digest"),
        dockerfile_digest=data.get("dockerfile_digest"),
        context_manifest=TemplateBuildContextManifestSummary(
            manifest["context_manifest_id"], manifest["context_digest"], manifest["file_count"]
        )
        if manifest
        else None,
    )
