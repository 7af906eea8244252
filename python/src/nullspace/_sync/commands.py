"""Commands in a sandbox."""

from __future__ import annotations

import builtins
from typing import Literal, overload

from .._core import process_calls
from .._core.exec_stream import ExecStream
from .._core.process_calls import Command, check_pid
from .._models.command import CommandLogs, CommandResult, ProcessDetail, ProcessInfo
from ..errors import ConflictError, SandboxPausedError
from .background_command import BackgroundCommand
from .follower import ExecFollower, OutputCallback
from .transport import Transport


class Commands:
    """Runs and manages processes. Reached as `sandbox.commands`."""

    def __init__(self, sandbox_id: str, transport: Transport, dispatch_proof: str | None = None) -> None:
        self._sandbox_id = sandbox_id
        self._transport = transport
        self._proof = dispatch_proof

    @overload
    def run(
        self,
        cmd: str | builtins.list[str],
        args: builtins.list[str] | None = None,
        *,
        timeout: float | None = 30,
        cwd: str | None = None,
        envs: dict[str, str] | None = None,
        shell: bool = False,
        background: Literal[False] = False,
        on_stdout: OutputCallback | None = None,
        on_stderr: OutputCallback | None = None,
        user: str | None = None,
        stdin: str | bytes | None = None,
        binary: bool = False,
    ) -> CommandResult: ...

    @overload
    def run(
        self,
        cmd: str | builtins.list[str],
        args: builtins.list[str] | None = None,
        *,
        timeout: float | None = 30,
        cwd: str | None = None,
        envs: dict[str, str] | None = None,
        shell: bool = False,
        background: Literal[True],
        on_stdout: OutputCallback | None = None,
        on_stderr: OutputCallback | None = None,
        user: str | None = None,
        stdin: str | bytes | None = None,
        binary: bool = False,
    ) -> BackgroundCommand: ...

    def run(
        self,
        cmd: str | builtins.list[str],
        args: builtins.list[str] | None = None,
        *,
        timeout: float | None = 30,
        cwd: str | None = None,
        envs: dict[str, str] | None = None,
        shell: bool = False,
        background: bool = False,
        on_stdout: OutputCallback | None = None,
        on_stderr: OutputCallback | None = None,
        user: str | None = None,
        stdin: str | bytes | None = None,
        binary: bool = False,
    ) -> CommandResult | BackgroundCommand:
        """Runs a command.

        Args:
            cmd: a program, looked up on `PATH`, or a list of it and its arguments; with `shell=True` a script
                for the sandbox's shell.
            args: arguments of the program, as they are. Not together with `shell`.
            timeout: seconds after which it is killed with all its children; `None` for none. In the
                background there is none unless another one than 30 is given.
            cwd: working directory; by default the sandbox's.
            envs: environment on top of the sandbox's.
            shell: whether `cmd` is a script.
            background: return at once with a handle.
            on_stdout: called with each piece of output as it arrives.
            on_stderr: the same for the other stream.
            user: account inside the sandbox that it runs as; root without it.
            stdin: all of its standard input, text or bytes. By default nothing, or in the background a pipe.
            binary: callbacks and iteration give bytes, and the result has `stdout_bytes` and
                `stderr_bytes`: output exactly, where text replaces what is not UTF-8.

        Returns:
            The result, also of a command that failed: look at `exit_code`. A handle with `background`.

        Raises:
            TimeoutError: the command ran past its timeout.
            NotFoundError: there is no such sandbox.
            ConflictError: the sandbox does not run.
        """
        command = Command(cmd, args, timeout, cwd, envs, shell, user, stdin, binary)
        live = on_stdout is not None or on_stderr is not None
        if background:
            if live or binary or command.is_limited:
                return self._attach(self._open(command, background=True), on_stdout, on_stderr)
            return self._start(command)
        if live:
            return self._run_live(command, on_stdout, on_stderr)
        patience = self._transport.connection.timeout
        return self._transport.execute(process_calls.run(self._sandbox_id, command, self._proof, patience))

    def run_streaming(
        self,
        cmd: str | builtins.list[str],
        args: builtins.list[str] | None = None,
        *,
        on_stdout: OutputCallback | None = None,
        on_stderr: OutputCallback | None = None,
        timeout: float | None = 30,
        cwd: str | None = None,
        envs: dict[str, str] | None = None,
        shell: bool = False,
    ) -> CommandResult:
        """Runs a command over a live connection, also without callbacks. Otherwise like `run`."""
        return self._run_live(Command(cmd, args, timeout, cwd, envs, shell), on_stdout, on_stderr)

    def connect(
        self,
        pid: int,
        *,
        on_stdout: OutputCallback | None = None,
        on_stderr: OutputCallback | None = None,
        stdout_offset: int = 0,
        stderr_offset: int = 0,
        binary: bool = False,
    ) -> BackgroundCommand:
        """Follows a process started before, by this program or another one.

        Args:
            pid: its process id.
            on_stdout: called with its output, from the offset on.
            on_stderr: the same for the other stream.
            stdout_offset: bytes of the stream to leave out, because they were read before.
            stderr_offset: the same for the other stream.
            binary: callbacks and iteration give bytes, and the result has them.

        Raises:
            NotFoundError: there is no such process.
        """
        return self._attach(self.follow(pid, stdout_offset, stderr_offset, binary), on_stdout, on_stderr)

    def list(self) -> builtins.list[ProcessInfo]:
        """Processes started through the API: those that run, and those whose output is still kept."""
        return self._transport.execute(process_calls.list_processes(self._sandbox_id))

    def kill(self, pid: int) -> None:
        """Kills a process and its children. One that has ended already is left as it is.

        Raises:
            NotFoundError: there is no such process.
        """
        self._transport.execute(process_calls.kill(self._sandbox_id, pid))

    def send_stdin(self, pid: int, data: str | bytes) -> None:
        """Writes to the standard input of a background command. No newline is added. At most 1 MiB a call."""
        self._transport.execute(process_calls.send_stdin(self._sandbox_id, pid, data))

    def close_stdin(self, pid: int) -> None:
        """Ends the standard input of a command: it reads the end of the file after what was sent."""
        self._transport.execute(process_calls.send_stdin(self._sandbox_id, pid, "", close=True))

    def send_signal(self, pid: int, signal: str | int) -> None:
        """Sends a signal, by name or number, to a process and all that it started."""
        self._transport.execute(process_calls.send_signal(self._sandbox_id, pid, signal))

    def get_info(self, pid: int) -> ProcessDetail:
        """State of a process, and what it and all that it started use."""
        return self._transport.execute(process_calls.get_process(self._sandbox_id, pid))

    def get_logs(self, pid: int) -> CommandLogs:
        """Output of a process so far, also after its end."""
        return self._transport.execute(process_calls.get_logs(self._sandbox_id, pid))

    def _start(self, command: Command) -> BackgroundCommand:
        pid = self._transport.execute(process_calls.start(self._sandbox_id, command, self._proof))
        self._feed(pid, command.stdin)
        return BackgroundCommand(pid, self)

    def follow(
        self, pid: int, stdout_offset: int = 0, stderr_offset: int = 0, binary: bool = False
    ) -> ExecFollower:
        """Output of a process, by default from its start, piece by piece; what handles are made of."""
        stream = ExecStream(pid=check_pid(pid), binary=binary).starting_at(stdout_offset, stderr_offset)
        return ExecFollower(self._transport.connection, self._sandbox_id, stream)

    def _open(self, command: Command, *, background: bool) -> ExecFollower:
        stream = ExecStream(command, background=background, binary=command.binary)
        return ExecFollower(self._transport.connection, self._sandbox_id, stream)

    def _attach(
        self, follower: ExecFollower, on_stdout: OutputCallback | None, on_stderr: OutputCallback | None
    ) -> BackgroundCommand:
        try:
            pid = follower.await_started()
            self._feed(pid, follower.stdin)
        except BaseException:
            follower.close()
            raise
        return BackgroundCommand(pid, self, follower, on_stdout, on_stderr)

    def _run_live(
        self, command: Command, on_stdout: OutputCallback | None, on_stderr: OutputCallback | None
    ) -> CommandResult:
        follower = self._open(command, background=False)
        try:
            if command.stdin is not None:
                self._feed(follower.await_started(), command.stdin)
            for output in follower.outputs():
                callback = on_stdout if output.stream == "stdout" else on_stderr
                if callback:
                    callback(output.content)
            return follower.stream.result()
        finally:
            follower.close()

    def _feed(self, pid: int, stdin: str | bytes | None) -> None:
        """The whole input of a command that reads a pipe. One that has ended or closed it did not want it."""
        if stdin is None:
            return
        try:
            self._transport.execute(process_calls.send_stdin(self._sandbox_id, pid, stdin, close=True))
        except SandboxPausedError:
            raise
        except ConflictError:
            pass
