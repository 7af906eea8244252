"""Steps of a template: what each one is on the wire, and which files it copies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .._core.encode import invalid_request

_OCTAL = re.compile(r"[0-7]{3,4}\Z")
_LARGEST_MODE = 0o7777
_PAIR = 2


@dataclass(frozen=True)
class CopyItem:
    """Sources from the build context for one destination."""

    sources: tuple[str, ...]
    dst: str
    user: str | None = None
    mode: str | None = None
    force_upload: bool = False

    def described(self, refs: list[str]) -> dict[str, Any]:
        """The item on the wire; `refs` name its files in the request."""
        return dropping_empty(
            {
                "sources": refs,
                "dst": self.dst,
                "user": self.user,
                "mode": self.mode,
                "force_upload": self.force_upload,
            }
        )


@dataclass(frozen=True)
class CopyStep:
    """A step that needs files; `several` is what `copy_items` makes."""

    items: tuple[CopyItem, ...]
    several: bool = False


Step = dict[str, Any] | CopyStep


def copy_item(
    src: Any, dst: Any, *, user: Any = None, mode: Any = None, force_upload: bool = False
) -> CopyItem:
    """Checks what a copy is asked to do."""
    sources = tuple(names("src", src))
    return CopyItem(sources, text("dst", dst), user, octal(mode), bool(force_upload))


def copy_items(items: Iterable[Any], **common: Any) -> tuple[CopyItem, ...]:
    """Items as pairs or dictionaries; `common` holds what those leave out."""
    read = tuple(_read_item(item, common) for item in items)
    if not read:
        raise invalid_request("copy_items got no items")
    return read


def _read_item(item: Any, common: dict[str, Any]) -> CopyItem:
    if isinstance(item, CopyItem):
        return replace(item, sources=tuple(item.sources))
    if isinstance(item, Mapping):
        unknown = set(item) - {"src", "dst", "user", "mode", "force_upload"}
        if unknown or not {"src", "dst"} <= set(item):
            raise invalid_request(
                f"copy item {dict(item)!r}: it takes src, dst, and user, mode, force_upload if wanted"
            )
        return copy_item(**{**common, **item})
    if isinstance(item, (tuple, list)) and len(item) == _PAIR:
        return copy_item(*item, **common)
    raise invalid_request(f"copy item {item!r} is neither a pair (src, dst) nor a dictionary")


def install(action: str, packages: Iterable[str], **how: Any) -> dict[str, Any]:
    """A step that installs packages."""
    return {"action": action, "packages": names("packages", packages), **how}


def names(what: str, value: Iterable[str] | str) -> list[str]:
    """One text or several, at least one."""
    found = [value] if isinstance(value, str) else list(value)
    if not found:
        raise invalid_request(f"{what} is empty")
    return [text(what, item) for item in found]


def text(what: str, value: Any) -> str:
    """Text that says something."""
    if not isinstance(value, str) or not value.strip():
        raise invalid_request(f"{what} {value!r} is not a text with something in it")
    return value


def octal(mode: int | str | None) -> str | None:
    """Permissions as the API writes them: 0o644 and "644" are both "0644"."""
    if mode is None:
        return None
    if isinstance(mode, int) and not isinstance(mode, bool) and 0 <= mode <= _LARGEST_MODE:
        return f"{mode:04o}"
    if isinstance(mode, str) and _OCTAL.match(mode):
        return mode.rjust(4, "0")
    raise invalid_request(f"mode {mode!r} is not octal, such as 0o644 or '0644'")


def variables(what: str, envs: Mapping[str, str]) -> dict[str, str]:
    """Environment variables."""
    for name, value in envs.items():
        if not isinstance(name, str) or not name or "=" in name or not isinstance(value, str):
            raise invalid_request(f"{what}: {name!r} = {value!r} is not a variable with a text as its value")
    return dict(envs)


def dropping_empty(values: dict[str, Any]) -> dict[str, Any]:
    """Without what is `None` or `False`."""
    return {name: value for name, value in values.items() if value is not None and value is not False}
