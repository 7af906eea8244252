"""Calls about commands and processes."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .._models.command import CommandLogs, CommandResult, ProcessDetail, ProcessInfo
from .._models.timestamp import read_time
from ..errors import TimeoutError
from .call import Call, Reply, Request, ignore_answer
from .encode import encode_json, invalid_request, sandbox_path
from .read_error import error_in

# The longest that a command may be given, which stands for no timeout at all.
_LONGEST = 86_400
# A background command with exactly this timeout has none: it is what callers get who ask for none.
DEFAULT_TIMEOUT = 30
# What the way to the sandbox and back may take on top of a command's own timeout.
_MARGIN = 30.0


@dataclass(frozen=True)
class Command:
    """What to run. Without `shell`, `cmd` is a program and `args` its arguments, or `cmd` is both."""

    cmd: str | Sequence[str]
    args: Sequence[str] | None = None
    timeout: float | None = DEFAULT_TIMEOUT
    cwd: str | None = None
    envs: dict[str, str] | None = None
    shell: bool = False
    user: str | None = None
    stdin: str | bytes | None = None
    binary: bool = False

    @property
    def seconds(self) -> float:
        """The timeout as a number."""
        if self.timeout is None:
            return _LONGEST
        if not isinstance(self.timeout, (int, float)) or not 0 < self.timeout < math.inf:
            raise invalid_request(f"timeout {self.timeout!r} is not a positive number of seconds")
        return self.timeout

    @property
    def is_limited(self) -> bool:
        """Whether the caller has asked for a timeout that a background command has too."""
        return self.timeout not in (None, DEFAULT_TIMEOUT)

    def _line(self) -> tuple[str, list[str]]:
        if isinstance(self.cmd, str):
            return self.cmd, list(self.args or [])
        words = list(self.cmd)
        if not words or self.args:
            raise invalid_request("give the program and its arguments as one list, or the arguments as args")
        return words[0], words[1:]

    def fields(self) -> dict[str, Any]:
        """The fields that HTTP and WebSocket share; those that are unset are left out."""
        program, args = self._line()
        optional = {
            "args": args,
            "cwd": self.cwd,
            "envs": self.envs,
            "shell": True if self.shell else None,
            "user": (self.user or "").strip(),
        }
        # The wire has whole seconds: round up, a command never gets less than it was promised.
        fields: dict[str, Any] = {"command": program, "timeout_secs": math.ceil(self.seconds)}
        return fields | {key: value for key, value in optional.items() if value}


def run(sandbox_id: str, command: Command, proof: str | None, patience: float) -> Call[CommandResult]:
    """Runs a command to its end. `patience` is the connection's timeout, stretched to the command's."""
    timeout = max(patience, command.seconds + _MARGIN)
    return Call(
        _exec(sandbox_id, command, proof, background=False, timeout=timeout),
        _read_binary_result if command.binary else _read_result,
    )


def start(sandbox_id: str, command: Command, proof: str | None) -> Call[int]:
    """Starts a command in the background; the answer is its pid."""
    return Call(
        _exec(sandbox_id, command, proof, background=True, timeout=None),
        lambda reply: int(reply.json()["pid"]),
    )


def list_processes(sandbox_id: str) -> Call[list[ProcessInfo]]:
    """Processes started through the API, running or remembered."""
    return Call(
        Request("GET", sandbox_path(sandbox_id, "processes")),
        lambda reply: [ProcessInfo(item["pid"], item["command"], item["running"]) for item in reply.json()],
    )


def get_logs(sandbox_id: str, pid: int) -> Call[CommandLogs]:
    """Output of a process so far."""

    def parse(reply: Reply) -> CommandLogs:
        data = reply.json()
        truncated = bool(data.get("truncated"))
        return CommandLogs(data["stdout"], data["stderr"], data["output"], data.get("exit_code"), truncated)

    return Call(Request("GET", _process_path(sandbox_id, pid, "logs")), parse)


def kill(sandbox_id: str, pid: int) -> Call[None]:
    """Kills a process and its children."""
    return Call(Request("POST", _process_path(sandbox_id, pid, "kill")), ignore_answer)


def send_stdin(sandbox_id: str, pid: int, data: str | bytes, *, close: bool = False) -> Call[None]:
    """Writes to a process's standard input, as it is, and ends it if asked."""
    body = encode_json(_content("data", data) | ({"close": True} if close else {}))
    return Call(Request("POST", _process_path(sandbox_id, pid, "stdin"), body=body), ignore_answer)


def send_signal(sandbox_id: str, pid: int, signal: str | int) -> Call[None]:
    """Sends a signal to a process and all that it started."""
    body = encode_json({"signal": _signal(signal)})
    return Call(Request("POST", _process_path(sandbox_id, pid, "signal"), body=body), ignore_answer)


def _signal(signal: str | int) -> str | int:
    """The name as the server has it, of `INT`, `sigint` and `signal.SIGINT`; numbers as they are."""
    if not isinstance(signal, str):
        return int(signal)
    name = signal.upper()
    return name if name.startswith("SIG") else f"SIG{name}"


def get_process(sandbox_id: str, pid: int) -> Call[ProcessDetail]:
    """State of a process and what it uses."""
    return Call(Request("GET", _process_path(sandbox_id, pid)), _read_detail)


def _read_detail(reply: Reply) -> ProcessDetail:
    data = reply.json()
    return ProcessDetail(
        pid=data["pid"],
        command=data["command"],
        running=data["running"],
        started_at=read_time(data.get("started_at")),
        exit_code=data.get("exit_code"),
        timed_out=bool(data.get("timed_out")),
        killed_by=data.get("killed_by"),
        cpu_ms=float(data["cpu_ms"]),
        memory_bytes=data["memory_bytes"],
        process_count=data["process_count"],
        stdout_bytes=data["stdout_bytes"],
        stderr_bytes=data["stderr_bytes"],
        dropped_bytes=data["dropped_bytes"],
    )


def _exec(
    sandbox_id: str, command: Command, proof: str | None, *, background: bool, timeout: float | None
) -> Request:
    # A background command reads a pipe, which is written to afterwards.
    stdin = {} if background or command.stdin is None else _content("stdin", command.stdin)
    encoding = {"encoding": "base64"} if command.binary and not background else {}
    return Request(
        "POST",
        sandbox_path(sandbox_id, "exec"),
        body=encode_json(command.fields() | stdin | encoding | {"background": background}),
        headers={"X-Nullspace-Dispatch-Proof": proof} if proof else {},
        timeout=timeout,
    )


def _content(name: str, data: str | bytes) -> dict[str, Any]:
    """The field for text, or the one for bytes."""
    if isinstance(data, str):
        return {name: data}
    return {f"{name}_base64": base64.b64encode(data).decode()}


def _process_path(sandbox_id: str, pid: int, *action: str) -> str:
    return sandbox_path(sandbox_id, "processes", str(check_pid(pid)), *action)


def check_pid(pid: int) -> int:
    """The pid, if it can be one."""
    if isinstance(pid, bool) or not isinstance(pid, int) or pid < 1:
        raise invalid_request(f"pid {pid!r} is not a positive whole number")
    return pid


def _read_binary_result(reply: Reply) -> CommandResult:
    data = reply.json()
    return _result_of(
        data, base64.b64decode(data.get("stdout", "")), base64.b64decode(data.get("stderr", ""))
    )


def _read_result(reply: Reply) -> CommandResult:
    return _result_of(reply.json())


def as_text(output: bytes) -> str:
    """Output as text; what is not UTF-8 is replaced."""
    return output.decode("utf-8", "replace")


def _result_of(
    data: dict[str, Any], stdout: bytes | None = None, stderr: bytes | None = None
) -> CommandResult:
    broken = data.get("error")
    if broken:
        # The answer had begun with status 200 when the command broke off.
        raise error_in(broken, "exec_failed")
    truncated = bool(data.get("stdout_truncated") or data.get("stderr_truncated"))
    result = CommandResult(
        data["exit_code"],
        data["stdout"] if stdout is None else as_text(stdout),
        data["stderr"] if stderr is None else as_text(stderr),
        data.get("pid"),
        data.get("killed_by"),
        truncated,
        stdout,
        stderr,
    )
    if data.get("timed_out"):
        raise timed_out(result)
    return result


def timed_out(result: CommandResult) -> TimeoutError:
    """The error for a command that was killed at its timeout."""
    error = TimeoutError("the command ran longer than its timeout and was killed", "exec_timeout")
    error.result = result
    return error
