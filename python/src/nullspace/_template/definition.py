"""What the builder collects."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .context_walk import BuildContext
from .ignore_rules import read_ignore_rules
from .readiness import ReadinessProbe
from .secrets import TemplateBuildSecret
from .steps import Step


class TemplateDefinition:
    """A template before it is built: exactly one of `base_image` and `dockerfile`, and what follows it."""

    def __init__(self, *, base_image: str | None = None, dockerfile: str | None = None) -> None:
        self.base_image = base_image
        self.dockerfile = dockerfile
        self.dockerfile_path: Path | None = None
        self.context_path: Path | None = None
        self.ignore_patterns: list[str] = []
        self.base_image_auth: dict[str, Any] | None = None
        self.steps: list[Step] = []
        self.build_envs: dict[str, str] = {}
        self.runtime_envs: dict[str, str] = {}
        self.start_cmd: str | None = None
        self.readiness: ReadinessProbe | None = None
        self.user: str | None = None
        self.workdir: str | None = None
        self.secrets: list[TemplateBuildSecret] = []

    def use_context(self, path: str | Path | None, ignore_patterns: Iterable[str] | None) -> None:
        """Names the folder that copies read from; the working directory otherwise."""
        if path is not None:
            self.context_path = Path(path)
        if ignore_patterns is not None:
            self.ignore_patterns = list(ignore_patterns)

    def context(self) -> BuildContext:
        """The folder that copies read from, with its ignore rules as they are now."""
        root = self.context_path or Path.cwd()
        return BuildContext(root, read_ignore_rules(root, self.ignore_patterns, self.dockerfile_path))
