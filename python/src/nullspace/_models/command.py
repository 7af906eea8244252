"""Commands, their output and their processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class CommandResult:
    """A finished command.

    Attributes:
        exit_code: 127 for an unknown program, 128 + n after signal n.
        killed_by: the guard that ended it, `memory` or `processes`; `None` if none did.
        truncated: it wrote more than is kept; `stdout` and `stderr` hold the start.
        stdout_bytes: its output exactly, where `stdout` replaces what is not UTF-8; only with `binary=True`.
        stderr_bytes: the same for the other stream.
    """

    exit_code: int
    stdout: str
    stderr: str
    pid: int | None = None
    killed_by: str | None = None
    truncated: bool = False
    stdout_bytes: bytes | None = field(default=None, repr=False)
    stderr_bytes: bytes | None = field(default=None, repr=False)


@dataclass
class CommandLogs:
    """Output so far.

    Attributes:
        output: both streams in order of arrival.
        exit_code: `None` while it runs.
        truncated: it wrote more than is kept; the texts hold the start.
    """

    stdout: str
    stderr: str
    output: str
    exit_code: int | None = None
    truncated: bool = False


@dataclass
class ProcessInfo:
    """A process started through the API, running or remembered."""

    pid: int
    command: str
    running: bool


@dataclass
class ProcessDetail:
    """A process, and what it and all that it started use.

    Attributes:
        exit_code: `None` while it runs.
        cpu_ms: processor time so far, in milliseconds.
        memory_bytes: resident memory now; 0 when it has ended.
        process_count: how many processes run now.
        dropped_bytes: of the bytes written, those that are no longer kept.
    """

    pid: int
    command: str
    running: bool
    started_at: datetime | None
    exit_code: int | None
    timed_out: bool
    killed_by: str | None
    cpu_ms: float
    memory_bytes: int
    process_count: int
    stdout_bytes: int
    stderr_bytes: int
    dropped_bytes: int
