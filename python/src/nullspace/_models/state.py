"""States of a sandbox and what may end them."""

from __future__ import annotations

from enum import Enum


class SandboxStatus(str, Enum):
    """State of a sandbox. Only a `RUNNING` one takes commands."""

    CREATING = "creating"
    RUNNING = "running"
    PAUSED = "paused"
    DESTROYED = "destroyed"
    ERROR = "error"


SandboxState = SandboxStatus


class SandboxListState(str, Enum):
    """States that `Sandbox.list(state=…)` takes; `SandboxQuery` takes all of `SandboxStatus`."""

    RUNNING = "running"
    PAUSED = "paused"


class SandboxTimeoutAction(str, Enum):
    """What happens to a sandbox at its deadline."""

    DESTROY = "destroy"
    HIBERNATE = "hibernate"
