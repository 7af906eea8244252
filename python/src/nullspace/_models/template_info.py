"""Templates: what sandboxes are made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class TemplateVisibility(str, Enum):
    """Who may create sandboxes from a template."""

    PRIVATE = "private"
    PUBLIC = "public"


@dataclass
class TemplateRuntimeDefaults:
    """What every sandbox of a template starts with. Values of the environment are never shown."""

    default_env_keys: list[str] = field(default_factory=list)
    start_cmd: str | None = None
    default_user: str | None = None
    default_workdir: str | None = None
    readiness: dict[str, Any] | None = None


@dataclass
class TemplateInfo:
    """A template; `canonical_ref` is the name that always means this one."""

    id: str
    name: str
    description: str
    tags: list[str] = field(default_factory=list)
    default_tag: str | None = None
    builtin: bool = False
    canonical_ref: str | None = None
    namespace_slug: str | None = None
    visibility: TemplateVisibility = TemplateVisibility.PRIVATE
    runtime_defaults: TemplateRuntimeDefaults | None = None

    @property
    def ref(self) -> str:
        """What to pass as `template` to `Sandbox.create`."""
        return self.canonical_ref or (f"{self.name}:{self.default_tag}" if self.default_tag else self.name)


def read_template_info(data: dict[str, Any]) -> TemplateInfo:
    """Reads an answer; keys that this version does not know are ignored."""
    builtin = bool(data.get("builtin"))
    return TemplateInfo(
        id=data.get("id") or "",
        name=data.get("name") or "",
        description=data.get("description") or "",
        tags=list(data.get("tags") or []),
        default_tag=data.get("default_tag"),
        builtin=builtin,
        canonical_ref=data.get("canonical_ref"),
        namespace_slug=data.get("namespace_slug") or ("nullspace" if builtin else None),
        visibility=TemplateVisibility(data.get("visibility") or ("public" if builtin else "private")),
        runtime_defaults=read_runtime_defaults(data.get("runtime_defaults")),
    )


def read_runtime_defaults(data: dict[str, Any] | None) -> TemplateRuntimeDefaults | None:
    """Reads what sandboxes of a template start with."""
    if data is None:
        return None
    return TemplateRuntimeDefaults(
        default_env_keys=list(data.get("default_env_keys") or []),
        start_cmd=data.get("start_cmd"),
        default_user=data.get("default_user"),
        default_workdir=data.get("default_workdir"),
        readiness=data.get("readiness"),
    )
