"""Probes that say when the service of a template is ready to be saved."""

from __future__ import annotations

import shlex
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from .._core.encode import invalid_request

_LAST_PORT = 65535
_LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1", "0.0.0.0")


@dataclass(frozen=True)
class PortReadinessProbe:
    """Ready when something accepts connections on a TCP port of the sandbox.

    Attributes:
        timeout_secs: the build fails when this passes without success.
        interval_ms: between two tries.
        startup_grace_secs: before the first try.
    """

    port: int
    timeout_secs: int = 30
    interval_ms: int = 500
    startup_grace_secs: int = 2

    def to_payload(self) -> dict[str, Any]:
        """The probe on the wire."""
        return {"kind": "tcp", **asdict(self)}


@dataclass(frozen=True)
class HttpReadinessProbe:
    """Ready when a GET of a path on a port of the sandbox is answered with success."""

    port: int
    path: str = "/"
    timeout_secs: int = 30
    interval_ms: int = 500
    startup_grace_secs: int = 2

    def to_payload(self) -> dict[str, Any]:
        """The probe on the wire."""
        return {"kind": "http", **asdict(self)}


@dataclass(frozen=True)
class CommandReadinessProbe:
    """Ready when a shell command exits with 0."""

    command: str
    timeout_secs: int = 30
    interval_ms: int = 500
    startup_grace_secs: int = 2

    def to_payload(self) -> dict[str, Any]:
        """The probe on the wire."""
        return {"kind": "command", **asdict(self)}


@dataclass(frozen=True)
class TimeoutReadinessProbe:
    """Ready after this many milliseconds, whatever happens."""

    timeout_ms: int

    def to_payload(self) -> dict[str, Any]:
        """The probe on the wire."""
        return {"kind": "timeout", "timeout_ms": self.timeout_ms}


ReadinessProbe = PortReadinessProbe | HttpReadinessProbe | CommandReadinessProbe | TimeoutReadinessProbe


def wait_for_port(
    port: int, timeout_secs: int = 30, interval_ms: int = 500, startup_grace_secs: int = 2
) -> PortReadinessProbe:
    """Ready when something listens on the port."""
    if isinstance(port, bool) or not isinstance(port, int) or not 1 <= port <= _LAST_PORT:
        raise invalid_request(f"port {port!r} is not a whole number from 1 to {_LAST_PORT}")
    return PortReadinessProbe(port, timeout_secs, interval_ms, startup_grace_secs)


def wait_for_url(
    url: str, timeout_secs: int = 30, interval_ms: int = 500, startup_grace_secs: int = 2
) -> HttpReadinessProbe:
    """Ready when the URL, http on the sandbox itself, is answered with success."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in _LOCAL_HOSTS:
        raise invalid_request(
            f"{url!r} is not an http URL on localhost, such as http://localhost:8080/health"
        )
    if parts.query or parts.fragment:
        raise invalid_request(f"{url!r} has a query or fragment, which a probe cannot ask for")
    port = wait_for_port(80 if parts.port is None else parts.port).port
    return HttpReadinessProbe(port, parts.path or "/", timeout_secs, interval_ms, startup_grace_secs)


def wait_for_file(
    path: str, timeout_secs: int = 30, interval_ms: int = 500, startup_grace_secs: int = 2
) -> CommandReadinessProbe:
    """Ready when the path exists."""
    return CommandReadinessProbe(
        f"test -e {shlex.quote(path)}", timeout_secs, interval_ms, startup_grace_secs
    )


def wait_for_process(
    name: str, timeout_secs: int = 30, interval_ms: int = 500, startup_grace_secs: int = 2
) -> CommandReadinessProbe:
    """Ready when a process of exactly this name runs. The image needs `ps` and `grep`."""
    command = f"ps -eo comm= | grep -Fx -- {shlex.quote(name)} >/dev/null"
    return CommandReadinessProbe(command, timeout_secs, interval_ms, startup_grace_secs)


def wait_for_timeout(timeout_ms: int) -> TimeoutReadinessProbe:
    """Ready after this many milliseconds."""
    return TimeoutReadinessProbe(timeout_ms)


def as_probe(readiness: ReadinessProbe | str) -> ReadinessProbe:
    """A probe as it is; text is a shell command."""
    return CommandReadinessProbe(readiness) if isinstance(readiness, str) else readiness
