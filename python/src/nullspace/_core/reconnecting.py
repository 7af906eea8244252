"""How what a broken connection was about is found again."""

from __future__ import annotations

from ..errors import SandboxError

# Waits before each attempt, in seconds.
PAUSES = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0)
# Failures of the way to the sandbox that may be over when it is tried again.
_PASSING = frozenset(
    {"host_unavailable", "guest_unavailable", "internal_error", "transport_error", "timeout"}
)


class Reconnecting:
    """What a stream over several connections has in common.

    Attributes:
        failure: why nothing more can be learned.
        interruption: why the connection in use is of no use any more.
    """

    failure: SandboxError | None = None
    interruption: SandboxError | None = None
    _attempts: int = 0

    def _fail(self, error: SandboxError, *, can_be_found: bool) -> None:
        if can_be_found and error.code in _PASSING:
            self.interruption = error
        else:
            self.failure = error

    def next_attempt(self) -> float | None:
        """Seconds to wait before it is looked for again; `None` when that was tried often enough."""
        if self._attempts >= len(PAUSES):
            self.failure = self.interruption
            return None
        self._attempts += 1
        return PAUSES[self._attempts - 1]

    def raise_failure(self) -> None:
        """Raises why nothing more can be learned, if that is so."""
        if self.failure:
            raise self.failure
