"""When a call is sent again, and after how long."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from ..errors import FileUploadError, RateLimitError, SandboxError, UploadChecksumError

_TRANSITIONS = frozenset({"transition_in_progress", "transition_recovery_required"})
_BROKEN = (httpx.PoolTimeout, httpx.ReadError, httpx.ReadTimeout, httpx.RemoteProtocolError)


@dataclass(frozen=True)
class RetryPolicy:
    """How often a call is repeated.

    Attributes:
        rate_limit_retries: repetitions after 429, each after the server's `Retry-After`.
        attempts: attempts in all when the server's state is in motion or the connection broke.
            More than one needs an idempotency key.
        first_delay: seconds before the second attempt; each later one waits twice as long.
        longest_delay: bound of that, in seconds.
        retry_down: also when the server is not reached, or has trouble of its own: it may be on its way back.
    """

    rate_limit_retries: int = 3
    attempts: int = 1
    first_delay: float = 0.5
    longest_delay: float = 10.0
    retry_down: bool = False


@dataclass
class RetryState:
    """Counts what happened to one call so far."""

    policy: RetryPolicy
    rate_limited: int = 0
    failed: int = 0

    def delay_after(self, failure: SandboxError) -> float | None:
        """Seconds to wait before the next attempt; `None` when the failure is final."""
        if isinstance(failure, RateLimitError) and failure.retry_after is not None:
            self.rate_limited += 1
            return failure.retry_after if self.rate_limited <= self.policy.rate_limit_retries else None
        if not (_is_passing(failure) or (self.policy.retry_down and _is_down(failure))):
            return None
        self.failed += 1
        if self.failed >= self.policy.attempts:
            return None
        return min(self.policy.first_delay * 2.0 ** (self.failed - 1), self.policy.longest_delay)


def _is_passing(failure: SandboxError) -> bool:
    return failure.code in _TRANSITIONS or isinstance(failure.__cause__, _BROKEN)


def _is_down(failure: SandboxError) -> bool:
    if isinstance(failure, UploadChecksumError):
        # Damaged on its way.
        return True
    if isinstance(failure, FileUploadError):
        return False
    return failure.code == "transport_error" or (failure.status or 0) >= _TROUBLE


_TROUBLE = 500

# Everything but 429 is final: whether the server acted is unknown.
RATE_LIMIT_ONLY = RetryPolicy()
# Bytes that were streamed once cannot be streamed again.
NEVER = RetryPolicy(rate_limit_retries=0)
# Safe to repeat, since every attempt carries the same idempotency key.
CREATE = RetryPolicy(attempts=30)
# Safe to repeat, since a part that has arrived may arrive again.
UPLOAD_PART = RetryPolicy(attempts=8, first_delay=0.25, longest_delay=4.0, retry_down=True)
