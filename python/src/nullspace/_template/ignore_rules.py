"""Which files of a build context are left out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pathspec

IGNORE_FILES = (".dockerignore", ".nullspaceignore")


class IgnoreRules:
    """Rules as in `.dockerignore`: from the context's root, `!` takes one back, the last match decides."""

    def __init__(self, lines: Iterable[str]) -> None:
        patterns = [_anchored(line) for line in lines if line.strip() and not line.startswith("#")]
        self._spec = pathspec.PathSpec.from_lines("gitignore", patterns)
        self._takes_back = any(pattern.startswith("!") for pattern in patterns)

    def excludes(self, path: str) -> bool:
        """Whether a file or folder is left out; `path` is relative with `/` between its parts."""
        return self._spec.match_file(path)

    def prunes(self, path: str) -> bool:
        """Whether nothing below a folder can be wanted."""
        return not self._takes_back and self.excludes(path)


def own_ignore_file(dockerfile: Path) -> Path:
    """The ignore file of one Dockerfile, which Docker reads in the place of `.dockerignore`."""
    return dockerfile.with_name(f"{dockerfile.name}.dockerignore")


def read_ignore_rules(context: Path, patterns: Iterable[str], dockerfile: Path | None = None) -> IgnoreRules:
    """The ignore files in the root of a context, then the caller's patterns."""
    general, ours = (context / name for name in IGNORE_FILES)
    if dockerfile is not None and own_ignore_file(dockerfile).is_file():
        general = own_ignore_file(dockerfile)
    lines: list[str] = []
    for file in (general, ours):
        if file.is_file():
            lines += file.read_text(encoding="utf-8").splitlines()
    return IgnoreRules([*lines, *patterns])


def _anchored(line: str) -> str:
    # Docker reads every pattern from the root; the library would match one without a slash anywhere.
    text = line.strip()
    sign, text = ("!", text[1:].strip()) if text.startswith("!") else ("", text)
    return f"{sign}/{text.strip('/').removeprefix('./')}"
