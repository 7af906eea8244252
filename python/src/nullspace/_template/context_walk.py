"""Finds the files that steps of a template copy."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from .._core.encode import invalid_request
from .context_entry import ContextEntry, directory_entry, file_entry
from .ignore_rules import IGNORE_FILES, IgnoreRules, own_ignore_file


class BuildContext:
    """A folder whose files may be copied, and what of it is left out."""

    def __init__(self, root: Path, rules: IgnoreRules) -> None:
        self.root = Path(os.path.realpath(root))
        self._rules = rules

    def expand(self, source: str) -> list[Path]:
        """What a source of a copy means: the path that it names, or all that a glob matches, in order."""
        named = self._inside(source)
        if os.path.lexists(named):
            if self._rules.prunes(self._relative(named)):
                raise invalid_request(f"copy source {source!r} is left out by the context's ignore rules")
            return [named]
        kept = sorted(self._matches(self._relative(named))) if any(mark in source for mark in "*?[") else []
        if not kept:
            raise invalid_request(
                f"copy source {source!r} names nothing in {self.root}: see the path, the ignore rules and "
                "file_context_path"
            )
        return kept

    def entries(self, source: Path, ref: str, *, force_upload: bool = False) -> Iterator[ContextEntry]:
        """A file, or a folder with all below it, under names that begin with `ref`."""
        if not self._checked(source).is_dir():
            yield file_entry(ref, source, force_upload=force_upload)
            return
        yield directory_entry(ref, source)
        for path, is_dir in self._below(source):
            name = f"{ref}/{path.relative_to(source).as_posix()}"
            if is_dir:
                yield directory_entry(name, path)
            else:
                yield file_entry(name, self._followed(path), force_upload=force_upload)

    def everything(self, *, without: Path | None = None) -> Iterator[ContextEntry]:
        """All of the context but its ignore files, as a Dockerfile takes it."""
        left_out = {self.root / name for name in IGNORE_FILES}
        if without is not None:
            left_out |= {without, own_ignore_file(without)}
        for path, is_dir in self._below(self.root):
            if path not in left_out:
                name = self._relative(path)
                yield directory_entry(name, path) if is_dir else file_entry(name, self._followed(path))

    def _matches(self, pattern: str) -> Iterator[Path]:
        """What a glob matches; of a folder that it matches not also what is inside."""
        matches = IgnoreRules([pattern]).excludes
        for path, _ in self._below(self.root, matches):
            relative = self._relative(path)
            if matches(relative) and not self._rules.prunes(relative):
                yield path

    def _below(
        self, folder: Path, is_leaf: Callable[[str], bool] = lambda _: False
    ) -> Iterator[tuple[Path, bool]]:
        # A stack, since a deep tree must not exhaust Python's.
        waiting = [folder]
        while waiting:
            for item in sorted(os.scandir(waiting.pop()), key=lambda entry: entry.name):
                path = Path(item.path)
                relative = self._relative(path)
                excluded = self._rules.excludes(relative)
                if item.is_dir(follow_symlinks=False):
                    if not self._rules.prunes(relative) and not is_leaf(relative):
                        waiting.append(path)
                    if not excluded:
                        yield path, True
                elif not excluded:
                    yield path, False

    def _followed(self, path: Path) -> Path:
        """A path of a walk. The walk enters no link, so that only links themselves can lead out."""
        return self._checked(path) if path.is_symlink() else path

    def _checked(self, path: Path) -> Path:
        """The path; a link is taken as the file that it points to, which must lie in the context."""
        real = Path(os.path.realpath(path))
        if not real.is_relative_to(self.root):
            raise invalid_request(f"{path} leads out of the build context {self.root}: copy its target")
        if path.is_symlink() and not real.is_file():
            raise invalid_request(f"{path} is a link to {real}, which is no file: copy its target")
        return path

    def _inside(self, source: str) -> Path:
        path = Path(os.path.normpath(self.root / source))
        if not source or not path.is_relative_to(self.root):
            raise invalid_request(f"copy source {source!r} lies outside of the build context {self.root}")
        return path

    def _relative(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()


def ref_name(source: Path) -> str:
    """The name of a copied file or folder in the request."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", source.name) or "_"
