"""Two meanings of one name."""

from __future__ import annotations

from typing import Any


class StepOrVerb:
    """`template.rename(src, dst)` adds a step; `Template.rename(ref, new_name)` renames what was built."""

    def __get__(self, template: Any, kind: type[Any]) -> Any:
        return kind._rename_built if template is None else template._move
