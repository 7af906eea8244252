"""Terminals of a sandbox."""

from __future__ import annotations

import asyncio

from .._core import pty_calls
from .._core.pty_stream import PtyStream, connect_frame, pty_url, start_frame
from .._models.terminal import PtyResult, PtySessionInfo
from .pty_session import AsyncPtySession, DataCallback
from .transport import AsyncTransport


class AsyncPty:
    """Terminals, for programs that want one: shells, editors, `top`, prompts. Reached as `sandbox.pty`."""

    def __init__(self, sandbox_id: str, transport: AsyncTransport) -> None:
        self._sandbox_id = sandbox_id
        self._transport = transport
        # The loop itself keeps tasks only weakly.
        self._followers: set[asyncio.Task[PtyResult]] = set()

    async def create_session(
        self,
        id: str | None = None,
        cols: int = 120,
        rows: int = 30,
        cwd: str | None = None,
        envs: dict[str, str] | None = None,
        *,
        command: str | list[str] | None = None,
        user: str | None = None,
    ) -> AsyncPtySession:
        """Starts a terminal.

        Args:
            id: has no effect; taken for programs that pass it.
            cols: columns.
            rows: rows.
            cwd: working directory; by default the sandbox's.
            envs: environment on top of the sandbox's.
            command: a program, or a list of it and its arguments; by default the login shell.
            user: account inside the sandbox; root without it.
        """
        del id
        first = start_frame(cols=cols, rows=rows, cwd=cwd, envs=envs, command=command, user=user)
        return await self._open(PtyStream(first))

    async def connect(
        self,
        pid: int | None = None,
        *,
        session_id: str | None = None,
        id: str | None = None,
        on_data: DataCallback | None = None,
    ) -> AsyncPtySession:
        """Attaches to a session, also of another program. Output begins with what it showed last.

        Args:
            pid: process id of the program in it; or
            session_id: its name.
            id: has no effect; taken for programs that pass it.
            on_data: called with each piece of output, by a task of its own.

        Raises:
            NotFoundError: there is no such session.
        """
        del id
        session = await self._open(PtyStream(connect_frame(pid, session_id)))
        if on_data:
            self._followers.add(task := asyncio.create_task(session.wait(on_data)))
            task.add_done_callback(self._followers.discard)
        return session

    async def list_sessions(self) -> list[PtySessionInfo]:
        """Terminals that run."""
        return await self._transport.execute(pty_calls.list_sessions(self._sandbox_id))

    async def get_session_info(self, session_id: str) -> PtySessionInfo:
        """One terminal. Raises `NotFoundError` when there is none of this name."""
        return await self._transport.execute(pty_calls.get_session(self._sandbox_id, session_id))

    async def kill_session(self, session_id: str) -> None:
        """Ends a terminal and all that runs in it."""
        await self._transport.execute(pty_calls.kill_session(self._sandbox_id, session_id))

    async def resize_session(self, session_id: str, cols: int, rows: int) -> None:
        """Changes the size of a terminal without attaching to it."""
        await self._transport.execute(pty_calls.resize_session(self._sandbox_id, session_id, cols, rows))

    async def _open(self, stream: PtyStream) -> AsyncPtySession:
        connection = self._transport.connection
        return await AsyncPtySession(connection, pty_url(connection, self._sandbox_id), stream)._begin()
