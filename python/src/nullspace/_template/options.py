"""How a template is built: its name, its size and what the build may use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .._core.encode import invalid_request
from .._models.build_states import TemplateBuildBackend
from .secrets import TemplateBuildSecret, read_secrets
from .steps import dropping_empty, names

DEFAULT_CPUS = 2
DEFAULT_MEMORY_MB = 512


@dataclass(frozen=True)
class BuildOptions:
    """What accompanies a definition. `sized` sends a size even when none was asked for."""

    name: str | None = None
    alias: str | None = None
    tags: list[str] = field(default_factory=list)
    vcpus: int | None = None
    memory_mb: int | None = None
    disk_mb: int | None = None
    internet_access: bool = True
    build_backend: str | None = None
    secrets: list[TemplateBuildSecret] = field(default_factory=list)
    skip_cache: bool = False
    sized: bool = True

    def fields(self) -> dict[str, Any]:
        """The options on the wire."""
        size = {
            "vcpus": DEFAULT_CPUS if self.vcpus is None and self.sized else self.vcpus,
            "memory_mib": DEFAULT_MEMORY_MB if self.memory_mb is None and self.sized else self.memory_mb,
            "disk_mb": self.disk_mb,
        }
        config = dropping_empty(size)
        if not self.internet_access:
            config["internet_access"] = False
        return {
            "name": self.name,
            "alias": self.alias,
            "tags": self.tags or None,
            "build_config": config or None,
            "build_backend": self.build_backend,
            "skip_cache": self.skip_cache,
        }


def read_options(
    name_or_ref: str | None = None,
    *,
    name: str | None = None,
    alias: str | None = None,
    tags: Iterable[str] | None = None,
    vcpus: int | None = None,
    cpu_count: int | None = None,
    memory_mb: int | None = None,
    disk_mb: int | None = None,
    internet_access: bool = True,
    build_backend: TemplateBuildBackend | str | None = None,
    build_secrets: Iterable[TemplateBuildSecret | dict[str, Any]] | None = None,
    skip_cache: bool = False,
    named: bool = False,
    sized: bool = True,
) -> BuildOptions:
    """Checks the arguments of a build. `named` refuses a missing name; `name_or_ref` may hold a tag."""
    if name_or_ref is not None and name is not None:
        raise invalid_request("pass the name once: as the first argument or as name=…")
    if vcpus is not None and cpu_count is not None and vcpus != cpu_count:
        raise invalid_request(f"vcpus={vcpus} and cpu_count={cpu_count} mean the same: pass one")
    given = name_or_ref if name is None else name
    if named and not given:
        raise invalid_request("a build needs a name, such as Template.build(template, 'review-api')")
    bare, _, tag = (given or "").partition(":")
    if tag.startswith("tb_"):
        raise invalid_request(f"{given!r} names a build that exists: a build gets a name and tags")
    wanted = ([tag] if tag else []) + (names("tags", tags) if tags is not None else [])
    return BuildOptions(
        name=bare or None,
        alias=alias,
        tags=list(dict.fromkeys(wanted)),
        vcpus=cpu_count if vcpus is None else vcpus,
        memory_mb=memory_mb,
        disk_mb=disk_mb,
        internet_access=internet_access,
        build_backend=None if build_backend is None else TemplateBuildBackend(build_backend).value,
        secrets=read_secrets(build_secrets),
        skip_cache=skip_cache,
        sized=sized,
    )
