"""What became of one of several copies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from ..errors import SandboxError

S = TypeVar("S")


@dataclass
class ForkedSandbox(Generic[S]):
    """One copy of `fork(count=…)`: its running `sandbox`, or the `error` that kept it from running."""

    sandbox: S | None = None
    error: SandboxError | None = None
