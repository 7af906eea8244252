"""The log of a build over several connections, without the connections."""

from __future__ import annotations

from .._models.build_log import TemplateBuildLogEntry, TemplateBuildStatusSnapshot
from ..errors import BuildError, SandboxError
from . import build_calls
from .build_progress import BuildLogReader
from .call import Request
from .reconnecting import Reconnecting

# Names the build in the answer to its request, before there is any entry: one that waits has none.
BUILD_ID_HEADER = "x-build-id"


class BuildLogFollower(Reconnecting):
    """Takes what each connection brings, and knows what to ask the next one for.

    Attributes:
        request: what to send.
        reader: reads what comes.
        build_id: known once the answer has named it.
        next_offset: the first entry that has not come.
    """

    def __init__(self, request: Request, build_id: str | None = None, offset: int = 0) -> None:
        self.request = request
        self.reader = BuildLogReader()
        self.build_id = build_id
        self.next_offset = offset
        self._opened = False

    @property
    def over(self) -> bool:
        """Whether the last entry of the build has come."""
        return self.reader.last is not None and self.reader.last.is_last

    def open(self, build_id: str | None) -> None:
        """An answer begins, and may name its build."""
        self._opened = True
        self.build_id = self.build_id or build_id
        self.reader.begin_again()

    def feed(self, chunk: bytes) -> list[TemplateBuildLogEntry]:
        """The entries that the bytes complete."""
        entries = self.reader.feed(chunk)
        if entries:
            self._attempts = 0
            self.build_id = entries[-1].build_id
            self.next_offset = entries[-1].offset + 1
        return entries

    def is_complete(self, snapshot: TemplateBuildStatusSnapshot) -> bool:
        """Whether nothing is to come after what has come."""
        return snapshot.build.is_final and not snapshot.entries

    def lose(self, error: SandboxError) -> None:
        """A connection failed. Raises the error when another one is of no use."""
        self._fail(error, can_be_found=self._opened and self.build_id is not None)
        self.raise_failure()

    def resume(self) -> float:
        """Seconds to wait before the next request.

        Raises:
            BuildError: it was tried often enough; the build goes on.
        """
        delay = self.next_attempt()
        if delay is None:
            error = BuildError(
                f"the log of build {self.build_id} broke off;"
                f" TemplateBuild.connect({self.build_id!r}) follows it further"
            )
            error.details = {"build_id": self.build_id}
            raise error from self.interruption
        self.request = build_calls.log_stream(self.build_id or "", self.next_offset, follow=True)
        return delay
