"""A command that runs while the program goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .._core.exec_stream import Chunk
from .._models.command import CommandLogs, CommandResult, ProcessDetail
from ..errors import TimeoutError
from .follower import ExecFollower, OutputCallback

if TYPE_CHECKING:
    from .commands import Commands


class BackgroundCommand:
    """Handle of a command, made by `commands.run(…, background=True)` and `commands.connect`.

    With callbacks it is live: a thread of its own calls them as output arrives. Iterating gives
    `(stdout, stderr, None)` for each piece of output, from the first one, until the command ends: text, or
    with `binary=True` bytes.
    """

    def __init__(
        self,
        pid: int,
        commands: Commands,
        follower: ExecFollower | None = None,
        on_stdout: OutputCallback | None = None,
        on_stderr: OutputCallback | None = None,
    ) -> None:
        self.pid = pid
        self._commands = commands
        self._follower = follower
        self._binary = follower is not None and follower.stream.binary
        self._result: CommandResult | None = None
        self._callback_error: Exception | None = None
        self._quiet = threading.Event()
        if follower is not None:
            name = f"nullspace-command-{pid}"
            work = (follower, on_stdout, on_stderr)
            threading.Thread(target=self._deliver, args=work, name=name, daemon=True).start()

    def __repr__(self) -> str:
        return f"BackgroundCommand(pid={self.pid})"

    def kill(self) -> None:
        """Kills the command and its children."""
        self._commands.kill(self.pid)

    def send_stdin(self, data: str | bytes) -> None:
        """Writes to the command's standard input. No newline is added. At most 1 MiB a call."""
        self._commands.send_stdin(self.pid, data)

    def close_stdin(self) -> None:
        """Ends the command's standard input: it reads the end of the file after what was sent."""
        self._commands.close_stdin(self.pid)

    def send_signal(self, signal: str | int) -> None:
        """Sends a signal, by name or number, to the command and all that it started."""
        self._commands.send_signal(self.pid, signal)

    def get_info(self) -> ProcessDetail:
        """State, and what the command and all that it started use."""
        return self._commands.get_info(self.pid)

    def get_logs(self) -> CommandLogs:
        """Output so far."""
        return self._commands.get_logs(self.pid)

    def disconnect(self) -> None:
        """Stops the callbacks. The command goes on."""
        if self._follower:
            self._follower.close()

    def wait(self, poll_interval: float | None = None, timeout: float | None = None) -> CommandResult:
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
            self._result = self._wait_live(deadline) or self._wait_alone(deadline)
        return self._result

    def __iter__(self) -> Iterator[Chunk]:
        follower = self._commands.follow(self.pid, binary=self._binary)
        try:
            for output in follower.outputs():
                yield output.as_chunk()
            follower.stream.result()
        finally:
            follower.close()

    def _wait_live(self, deadline: float | None) -> CommandResult | None:
        follower = self._follower
        if follower is None or follower.closed:
            return None
        if not self._quiet.wait(None if deadline is None else max(0.0, deadline - time.monotonic())):
            raise TimeoutError(f"process {self.pid} still runs: wait longer, or kill it")
        if self._callback_error:
            raise self._callback_error
        return follower.stream.result()

    def _wait_alone(self, deadline: float | None) -> CommandResult:
        follower = self._commands.follow(self.pid, binary=self._binary)
        try:
            for _output in follower.outputs(deadline):
                pass
            return follower.stream.result()
        finally:
            follower.close()

    def _deliver(
        self, follower: ExecFollower, on_stdout: OutputCallback | None, on_stderr: OutputCallback | None
    ) -> None:
        try:
            for output in follower.outputs():
                callback = on_stdout if output.stream == "stdout" else on_stderr
                if callback:
                    callback(output.content)
        except Exception as error:
            # Raised in the thread that waits: nobody would see it here.
            self._callback_error = error
        finally:
            self._quiet.set()
            follower.release()
