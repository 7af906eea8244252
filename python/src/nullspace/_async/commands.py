"""Commands in a sandbox."""

from __future__ import annotations

import builtins
from typing import Literal, overload

from .._core import process_calls
from .._core.exec_stream import ExecStream
from .._core.process_calls import Command, check_pid
from .._models.command import CommandLogs, CommandResult, ProcessDetail, ProcessInfo
from ..errors import ConflictError, SandboxPausedError
from .background_command import AsyncBackgroundCommand
from .follower import AsyncExecFollower, OutputCallback, deliver
from .transport import AsyncTransport


class AsyncCommands:
    """Runs and manages processes. Reached as `sandbox.commands`."""

    def __init__(self, sandbox_id: str, transport: AsyncTransport, dispatch_proof: str | None = None) -> None:
        self._sandbox_id = sandbox_id
        self._transport = transport
        self._proof = dispatch_proof

    @overload
    async def run(
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
    async def run(
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
    ) -> AsyncBackgroundCommand: ...

    async def run(
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
    ) -> CommandResult | AsyncBackgroundCommand:
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
            on_stdout: function or coroutine function, called with each piece of output as it arrives.
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
                return await self._attach(await self._open(command, background=True), on_stdout, on_stderr)
            return await self._start(command)
        if live:
            return await self._run_live(command, on_stdout, on_stderr)
        patience = self._transport.connection.timeout
        return await self._transport.execute(
            process_calls.run(self._sandbox_id, command, self._proof, patience)
        )

    async def run_streaming(
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
        return await self._run_live(Command(cmd, args, timeout, cwd, envs, shell), on_stdout, on_stderr)

    async def connect(
        self,
        pid: int,
        *,
        on_stdout: OutputCallback | None = None,
        on_stderr: OutputCallback | None = None,
        stdout_offset: int = 0,
        stderr_offset: int = 0,
        binary: bool = False,
    ) -> AsyncBackgroundCommand:
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
        return await self._attach(
            await self.follow(pid, stdout_offset, stderr_offset, binary), on_stdout, on_stderr
        )

    async def list(self) -> builtins.list[ProcessInfo]:
        """Processes started through the API: those that run, and those whose output is still kept."""
        return await self._transport.execute(process_calls.list_processes(self._sandbox_id))

    async def kill(self, pid: int) -> None:
        """Kills a process and its children. One that has ended already is left as it is.

        Raises:
            NotFoundError: there is no such process.
        """
        await self._transport.execute(process_calls.kill(self._sandbox_id, pid))

    async def send_stdin(self, pid: int, data: str | bytes) -> None:
        """Writes to the standard input of a background command. No newline is added. At most 1 MiB a call."""
        await self._transport.execute(process_calls.send_stdin(self._sandbox_id, pid, data))

    async def close_stdin(self, pid: int) -> None:
        """Ends the standard input of a command: it reads the end of the file after what was sent."""
        await self._transport.execute(process_calls.send_stdin(self._sandbox_id, pid, "", close=True))

    async def send_signal(self, pid: int, signal: str | int) -> None:
        """Sends a signal, by name or number, to a process and all that it started."""
        await self._transport.execute(process_calls.send_signal(self._sandbox_id, pid, signal))

    async def get_info(self, pid: int) -> ProcessDetail:
        """State of a process, and what it and all that it started use."""
        return await self._transport.execute(process_calls.get_process(self._sandbox_id, pid))

    async def get_logs(self, pid: int) -> CommandLogs:
        """Output of a process so far, also after its end."""
        return await self._transport.execute(process_calls.get_logs(self._sandbox_id, pid))

    async def _start(self, command: Command) -> AsyncBackgroundCommand:
        pid = await self._transport.execute(process_calls.start(self._sandbox_id, command, self._proof))
        await self._feed(pid, command.stdin)
        return AsyncBackgroundCommand(pid, self)

    async def follow(
        self, pid: int, stdout_offset: int = 0, stderr_offset: int = 0, binary: bool = False
    ) -> AsyncExecFollower:
        """Output of a process, by default from its start, piece by piece; what handles are made of."""
        stream = ExecStream(pid=check_pid(pid), binary=binary).starting_at(stdout_offset, stderr_offset)
        return await AsyncExecFollower(self._transport.connection, self._sandbox_id, stream).open()

    async def _open(self, command: Command, *, background: bool) -> AsyncExecFollower:
        stream = ExecStream(command, background=background, binary=command.binary)
        return await AsyncExecFollower(self._transport.connection, self._sandbox_id, stream).open()

    async def _attach(
        self, follower: AsyncExecFollower, on_stdout: OutputCallback | None, on_stderr: OutputCallback | None
    ) -> AsyncBackgroundCommand:
        try:
            pid = await follower.await_started()
            await self._feed(pid, follower.stdin)
        except BaseException:
            await follower.close()
            raise
        return AsyncBackgroundCommand(pid, self, follower, on_stdout, on_stderr)

    async def _run_live(
        self, command: Command, on_stdout: OutputCallback | None, on_stderr: OutputCallback | None
    ) -> CommandResult:
        follower = await self._open(command, background=False)
        try:
            if command.stdin is not None:
                await self._feed(await follower.await_started(), command.stdin)
            async for output in follower.outputs():
                await deliver(output, on_stdout, on_stderr)
            return follower.stream.result()
        finally:
            await follower.close()

    async def _feed(self, pid: int, stdin: str | bytes | None) -> None:
        """The whole input of a command that reads a pipe. One that has ended or closed it did not want it."""
        if stdin is None:
            return
        try:
            await self._transport.execute(process_calls.send_stdin(self._sandbox_id, pid, stdin, close=True))
        except SandboxPausedError:
            raise
        except ConflictError:
            pass
