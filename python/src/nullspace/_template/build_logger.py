"""Prints the log of a build."""

from __future__ import annotations

import sys
from collections.abc import Callable

from .._models.build_log import TemplateBuildLogEntry
from .._models.build_states import TemplateBuildLogKind, TemplateBuildLogLevel

_LEVELS = list(TemplateBuildLogLevel)
_ALWAYS = (TemplateBuildLogKind.START, TemplateBuildLogKind.END)


def default_build_logger(
    *, min_level: TemplateBuildLogLevel | str = TemplateBuildLogLevel.INFO
) -> Callable[[TemplateBuildLogEntry], None]:
    """For `on_log_entry`: prints entries from a level on to stderr, one a line."""
    least = _LEVELS.index(TemplateBuildLogLevel(min_level))

    def log(entry: TemplateBuildLogEntry) -> None:
        known = isinstance(entry.level, TemplateBuildLogLevel)
        if entry.kind in _ALWAYS or not known or _LEVELS.index(TemplateBuildLogLevel(entry.level)) >= least:
            step = "" if entry.step_index is None else f" [{entry.step_index + 1}/{entry.total_steps or '?'}]"
            text = "".join(mark if mark.isprintable() else repr(mark)[1:-1] for mark in entry.message)
            print(f"{entry.timestamp:%H:%M:%S}{step} {text}", file=sys.stderr, flush=True)

    return log
