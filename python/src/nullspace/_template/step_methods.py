"""Methods that add steps to a template."""

from __future__ import annotations

from typing import Any, TypeVar

from .._core.encode import invalid_request
from .sources import TemplateSources
from .steps import (
    CopyStep,
    Step,
    copy_item,
    copy_items,
    dropping_empty,
    install,
    names,
    octal,
    text,
)

B = TypeVar("B", bound="TemplateSteps")


class TemplateSteps(TemplateSources):
    """Adds steps in the order of the calls; each returns the template itself."""

    def run_cmd(self: B, command: str | list[str], *, user: str | None = None) -> B:
        """Runs a shell command, or each of several as a step of its own."""
        for line in names("command", command):
            self._step(dropping_empty({"action": "run", "command": line, "user": user}))
        return self

    def apt_install(self: B, packages: list[str]) -> B:
        """Installs Debian packages."""
        return self._step(install("apt_install", packages))

    def pip_install(self: B, packages: list[str], *, g: bool = True) -> B:
        """Installs Python packages; with `g=False` for the current user alone."""
        return self._step(install("pip_install", packages, **({} if g else {"g": False})))

    def npm_install(self: B, packages: list[str], *, g: bool = False) -> B:
        """Installs npm packages; with `g=True` for everyone."""
        return self._step(install("npm_install", packages, **({"g": True} if g else {})))

    def bun_install(self: B, packages: list[str], *, g: bool = False) -> B:
        """Installs packages by Bun; with `g=True` for everyone."""
        return self._step(install("bun_install", packages, **({"g": True} if g else {})))

    def copy(
        self: B,
        src: str | list[str],
        dst: str,
        *,
        user: str | None = None,
        mode: int | str | None = None,
        force_upload: bool = False,
    ) -> B:
        """Copies from the build context, as `COPY` does: the contents of a folder go into `dst`.

        Args:
            src: a path or glob in the context (`src/**/*.py`), or several.
            dst: where it goes; a folder when it ends with `/`, exists as one, or there are several sources.
            user: owner, `name` or `name:group`.
            mode: permissions of what is copied.
            force_upload: send the files also when the server has them, and run the step anew.
        """
        item = copy_item(src, dst, user=user, mode=mode, force_upload=force_upload)
        return self._step(CopyStep((item,)))

    def copy_items(
        self: B,
        items: list[tuple[Any, Any] | dict[str, Any]],
        *,
        user: str | None = None,
        mode: int | str | None = None,
        force_upload: bool = False,
    ) -> B:
        """Several copies as one step: pairs `(src, dst)`, or dictionaries with the arguments of `copy`."""
        read = copy_items(items, user=user, mode=mode, force_upload=force_upload)
        return self._step(CopyStep(read, several=True))

    def git_clone(
        self: B, url: str, path: str = "/workspace", *, branch: str | None = None, depth: int | None = None
    ) -> B:
        """Clones a repository."""
        step = {"action": "git_clone", "url": text("url", url), "path": path, "branch": branch}
        return self._step(dropping_empty({**step, "depth": depth}))

    def set_workdir(self: B, path: str) -> B:
        """Working directory of the steps that follow and of the sandboxes; made if missing."""
        self._step({"action": "workdir", "path": text("path", path)})
        self._definition.workdir = path
        return self

    def set_user(self: B, user: str) -> B:
        """Account of the steps that follow and of the sandboxes."""
        self._step({"action": "user", "user": text("user", user)})
        self._definition.user = user
        return self

    def remove(self: B, path: str, recursive: bool = False, force: bool = False) -> B:
        """Removes a file, or with `recursive` a folder; with `force` a missing one is no failure."""
        step = {"action": "remove", "path": text("path", path)}
        return self._step({**step, "recursive": recursive, "force": force})

    def make_dir(self: B, path: str, *, mode: int | str | None = None) -> B:
        """Makes a folder and those above it."""
        return self._step(
            dropping_empty({"action": "make_dir", "path": text("path", path), "mode": octal(mode)})
        )

    def make_symlink(self: B, target: str, path: str) -> B:
        """Makes a link at `path` that points to `target`."""
        step = {"action": "make_symlink", "target": text("target", target), "path": text("path", path)}
        return self._step(step)

    def skip_cache(self: B) -> B:
        """Runs the steps that follow anew in every build."""
        return self._step({"action": "skip_cache"})

    def _move(self: B, src: str, dst: str, *, force: bool = False) -> B:
        step = {"action": "rename", "src": text("src", src), "dst": text("dst", dst)}
        return self._step({**step, "force": force})

    def _step(self: B, step: Step) -> B:
        if self._definition.dockerfile is not None:
            raise invalid_request("a template from a Dockerfile takes no further steps: add them to the file")
        self._definition.steps.append(step)
        return self
