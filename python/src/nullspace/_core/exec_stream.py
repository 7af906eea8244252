"""The live protocol of one command, without the socket: frames in, output and the end out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal

from .._models.command import CommandResult
from ..errors import SandboxError, TransportError
from .encode import invalid_request
from .kept_text import Kept
from .process_calls import DEFAULT_TIMEOUT, Command, as_text, timed_out
from .read_error import error_in
from .reconnecting import Reconnecting

_STREAMS: dict[bytes, Literal["stdout", "stderr"]] = {b"\1": "stdout", b"\2": "stderr"}
# Standard output, standard error, and a place that terminals will need: text, or bytes on demand.
Chunk = tuple[Any, Any, None]


@dataclass(frozen=True)
class Output:
    """What a command wrote: as text, or as bytes."""

    stream: Literal["stdout", "stderr"]
    content: str | bytes

    def as_chunk(self) -> Chunk:
        """The form in which iterating a handle gives it."""
        return (self.content, None, None) if self.stream == "stdout" else (None, self.content, None)


@dataclass
class ExecStream(Reconnecting):
    """What is known of a command that is followed live.

    Attributes:
        command: what to start; `None` when a running command is followed.
        pid: known once the command runs.
        started: the server has confirmed that there is such a command.
        exit_code: known once it has ended.
        binary: output comes as bytes.
    """

    command: Command | None = None
    background: bool = False
    pid: int | None = None
    started: bool = False
    exit_code: int | None = None
    killed_by: str | None = None
    timed_out: bool = False
    binary: bool = False
    _text: dict[str, Kept[str]] = field(default_factory=lambda: {"stdout": Kept(""), "stderr": Kept("")})
    _data: dict[str, Kept[bytes]] = field(default_factory=lambda: {"stdout": Kept(b""), "stderr": Kept(b"")})
    _offset: dict[str, int] = field(default_factory=lambda: {"stdout": 0, "stderr": 0})

    @property
    def _can_be_found(self) -> bool:
        # Without a pid nobody knows whether the command runs: starting it again could run it twice.
        return self.pid is not None

    @property
    def ended(self) -> bool:
        """Whether nothing more is to come."""
        return self.exit_code is not None or self.failure is not None

    def starting_at(self, stdout: int, stderr: int) -> ExecStream:
        """The same, without that many bytes at the beginning of each stream."""
        if stdout < 0 or stderr < 0:
            raise invalid_request("offsets are numbers of bytes from 0 on")
        self._offset = {"stdout": stdout, "stderr": stderr}
        return self

    def first_frame(self) -> str:
        """What to send on a fresh connection: start the command, or go on after the last byte seen."""
        binary = {"binary": True} if self.binary else {}
        if self.pid is not None:
            offsets = {"stdout_offset": self._offset["stdout"], "stderr_offset": self._offset["stderr"]}
            return json.dumps({"type": "exec_connect", "id": "exec", "pid": self.pid, **offsets, **binary})
        if self.command is None:
            raise ValueError("neither a command nor a pid")
        fields = self.command.fields()
        if self.background and not self.command.is_limited:
            del fields["timeout_secs"]
        elif fields["timeout_secs"] == DEFAULT_TIMEOUT:
            fields["timeout_secs"] += 1
        return json.dumps({"type": "exec_start", "id": "exec", **fields, **binary})

    def receive(self, frame: str | bytes) -> Output | None:
        """Takes a frame; unknown ones are skipped."""
        try:
            if self.binary and isinstance(frame, bytes):
                return self._read_bytes(frame)
            return self._read(_message(frame))
        except (KeyError, TypeError, ValueError) as cause:
            self.failure = SandboxError(
                f"cannot read a frame of the command's stream: {cause!r}", "invalid_response"
            )
            return None

    def _read(self, message: dict[str, Any]) -> Output | None:
        kind = message.get("type")
        if kind == "exec_started":
            self.pid = int(message["pid"])
            self.started = True
        elif kind == "exec_stdout":
            return self._output("stdout", message)
        elif kind == "exec_stderr":
            return self._output("stderr", message)
        elif kind == "exec_exit":
            self.exit_code = int(message["exit_code"])
            self.killed_by = message.get("killed_by")
            self.timed_out = bool(message.get("timed_out"))
        elif kind == "error":
            self._fail(error_in(message, "exec_failed"), can_be_found=self._can_be_found)
        return None

    def _read_bytes(self, frame: bytes) -> Output | None:
        """One byte for the stream, eight for the offset of the first byte, then the data."""
        stream = _STREAMS.get(frame[:1])
        if stream is None:
            return None
        data = frame[9:]
        self._offset[stream] = int.from_bytes(frame[1:9], "big") + len(data)
        self._data[stream].add(data)
        self._attempts = 0
        return Output(stream, data)

    def _output(self, stream: Literal["stdout", "stderr"], message: dict[str, Any]) -> Output:
        text = str(message["data"])
        end = message.get("end_offset")
        self._offset[stream] = self._offset[stream] + len(text.encode()) if end is None else int(end)
        self._text[stream].add(text)
        self._attempts = 0
        return Output(stream, text)

    def lose(self, cause: BaseException) -> None:
        """The connection is gone."""
        if not self.ended:
            where = (
                "before the command started" if self.pid is None else f"while process {self.pid} was running"
            )
            error = TransportError(f"the live connection broke {where}")
            error.__cause__ = cause
            self._fail(error, can_be_found=self._can_be_found)

    def started_pid(self) -> int:
        """The pid of a command that was started or found; raises why there is none."""
        if self.pid is None or not self.started:
            raise self.failure or SandboxError(
                "the stream ended before the command started", "invalid_response"
            )
        return self.pid

    def result(self) -> CommandResult:
        """What the command did.

        Raises:
            SandboxError: it cannot be known.
            TimeoutError: it was killed at its timeout.
        """
        if self.exit_code is None:
            raise self.failure or SandboxError("the command still runs", "conflict")
        if self.binary:
            data = (self._data["stdout"].all, self._data["stderr"].all)
            result = CommandResult(self.exit_code, as_text(data[0]), as_text(data[1]))
            result.stdout_bytes, result.stderr_bytes = data
        else:
            result = CommandResult(self.exit_code, self._text["stdout"].all, self._text["stderr"].all)
        result.pid, result.killed_by = self.pid, self.killed_by
        result.truncated = any(kept.truncated for kept in self._text.values()) or any(
            kept.truncated for kept in self._data.values()
        )
        if self.timed_out:
            raise timed_out(result)
        return result


def _message(frame: str | bytes) -> dict[str, Any]:
    try:
        value = json.loads(frame)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
