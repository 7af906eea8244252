"""A command that runs while the program goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from .._core.exec_stream import Chunk
from .._models.command import CommandLogs, CommandResult, ProcessDetail
from ..errors import TimeoutError
from .follower import AsyncExecFollower, OutputCallback, deliver

if TYPE_CHECKING:
    from .commands import AsyncCommands


class AsyncBackgroundCommand:
    """Handle of a command, made by `commands.run(…, background=True)` and `commands.connect`.

    With callbacks it is live: a task of its own calls them as output arrives. Iterating gives
    `(stdout, stderr, None)` for each piece of output, from the first one, until the command ends: text, or
    with `binary=True` bytes.
    """

    def __init__(
        self,
        pid: int,
        commands: AsyncCommands,
        follower: AsyncExecFollower | None = None,
        on_stdout: OutputCallback | None = None,
        on_stderr: OutputCallback | None = None,
    ) -> None:
        self.pid = pid
        self._commands = commands
        self._follower = follower
        self._binary = follower is not None and follower.stream.binary
        self._result: CommandResult | None = None
        self._callback_error: Exception | None = None
        self._delivery: asyncio.Task[None] | None = None
        if follower is not None:
            work = self._deliver(follower, on_stdout, on_stderr)
            self._delivery = asyncio.create_task(work, name=f"nullspace-command-{pid}")

    def __repr__(self) -> str:
        return f"AsyncBackgroundCommand(pid={self.pid})"

    async def kill(self) -> None:
        """Kills the command and its children."""
        await self._commands.kill(self.pid)

    async def send_stdin(self, data: str | bytes) -> None:
        """Writes to the command's standard input. No newline is added. At most 1 MiB a call."""
        await self._commands.send_stdin(self.pid, data)

    async def close_stdin(self) -> None:
        """Ends the command's standard input: it reads the end of the file after what was sent."""
        await self._commands.close_stdin(self.pid)

    async def send_signal(self, signal: str | int) -> None:
        """Sends a signal, by name or number, to the command and all that it started."""
        await self._commands.send_signal(self.pid, signal)

    async def get_info(self) -> ProcessDetail:
        """State, and what the command and all that it started use."""
        return await self._commands.get_info(self.pid)

    async def get_logs(self) -> CommandLogs:
        """Output so far."""
        return await self._commands.get_logs(self.pid)

    async def disconnect(self) -> None:
        """Stops the callbacks. The command goes on."""
        if self._follower:
            await self._follower.close()

    async def wait(self, poll_interval: float | None = None, timeout: float | None = None) -> CommandResult:
        """Waits for the command's end.

        Args:
            poll_interval: has no effect, since nothing is polled; taken for programs that pass it.
            timeout: seconds to wait at most; `None` waits for ever. The command goes on afterwards.

        Raises:
            TimeoutError: it still runs.
            NotFoundError: the sandbox has ended meanwhile.
            Exception: whatever a callback raised.
        """
        del poll_interval
        if self._result is None:
            deadline = None if timeout is None else time.monotonic() + max(0.0, timeout)
            self._result = await self._wait_live(deadline) or await self._wait_alone(deadline)
        return self._result

    async def __aiter__(self) -> AsyncIterator[Chunk]:
        follower = await self._commands.follow(self.pid, binary=self._binary)
        try:
            async for output in follower.outputs():
                yield output.as_chunk()
            follower.stream.result()
        finally:
            await follower.close()

    async def _wait_live(self, deadline: float | None) -> CommandResult | None:
        follower = self._follower
        if follower is None or follower.closed or self._delivery is None:
            return None
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        # Unlike wait_for, this leaves the delivery alone when the time is over.
        await asyncio.wait({self._delivery}, timeout=left)
        if not self._delivery.done():
            raise TimeoutError(f"process {self.pid} still runs: wait longer, or kill it")
        if self._callback_error:
            raise self._callback_error
        return follower.stream.result()

    async def _wait_alone(self, deadline: float | None) -> CommandResult:
        follower = await self._commands.follow(self.pid, binary=self._binary)
        try:
            async for _output in follower.outputs(deadline):
                pass
            return follower.stream.result()
        finally:
            await follower.close()

    async def _deliver(
        self, follower: AsyncExecFollower, on_stdout: OutputCallback | None, on_stderr: OutputCallback | None
    ) -> None:
        try:
            async for output in follower.outputs():
                await deliver(output, on_stdout, on_stderr)
        except Exception as error:
            # Raised in the task that waits: nobody would see it here.
            self._callback_error = error
        finally:
            await follower.release()
