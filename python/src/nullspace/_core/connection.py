"""Where the API is and who asks: arguments, environment, `.env`, configuration files."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ..errors import AuthError
from .encode import invalid_request

DEFAULT_BASE_URL = "http://localhost:3000"
DEFAULT_TIMEOUT = 30.0
# A create may have to wait for the machine; calls on its handle keep the bound.
CREATE_TIMEOUT = 120.0


@dataclass(frozen=True)
class Connection:
    """A resolved address and key.

    Attributes:
        timeout: seconds of silence after which a request fails with `transport_error`.
    """

    base_url: str
    api_key: str
    timeout: float = DEFAULT_TIMEOUT

    @property
    def socket_url(self) -> str:
        """The base URL with the scheme of WebSockets."""
        return "ws" + self.base_url[len("http") :]

    @property
    def headers(self) -> dict[str, str]:
        """Headers of every request."""
        return {"Authorization": f"Bearer {self.api_key}"}


def resolve_connection(
    *, api_key: str | None = None, base_url: str | None = None, timeout: float | None = None
) -> Connection:
    """Finds key and address.

    The first that is set wins: the argument, the environment (`NULLSPACE_API_KEY`; `NULLSPACE_API_URL`, then
    `NULLSPACE_BASE_URL`), `.env` of the working directory, `~/.config/nullspace/config.json` (below
    `$XDG_CONFIG_HOME` if set), `~/.nullspace/config.json`, and for the address `http://localhost:3000`.

    Raises:
        AuthError: no key was found (code `missing_api_key`).
        SandboxError: the address is not an http or https URL (code `invalid_request`).
    """
    key = api_key.strip() if api_key is not None else _first(_KEY_NAMES)
    if not key:
        raise AuthError(
            "no API key: pass api_key=…, set NULLSPACE_API_KEY, or run `nullspace keys create`",
            "missing_api_key",
        )
    url = (base_url.strip() if base_url is not None else _first(_URL_NAMES)) or DEFAULT_BASE_URL
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise invalid_request(f"base URL {url!r} is not of the form http://host:port")
    return Connection(url.rstrip("/"), key, DEFAULT_TIMEOUT if timeout is None else timeout)


_KEY_NAMES = (("NULLSPACE_API_KEY",), ("api_key",))
_URL_NAMES = (("NULLSPACE_API_URL", "NULLSPACE_BASE_URL"), ("base_url", "api_url"))


def _first(names: tuple[tuple[str, ...], tuple[str, ...]]) -> str:
    in_environment, in_files = names
    places: list[tuple[Mapping[str, object], tuple[str, ...]]] = [
        (os.environ, in_environment),
        (_dotenv(Path(".env")), in_environment),
        *((_json_object(path), in_files) for path in _config_files()),
    ]
    for values, keys in places:
        for key in keys:
            value = values.get(key)
            if isinstance(value, str) and value.strip():
                return value.strip()
    return ""


def _config_files() -> Iterator[Path]:
    home = Path.home()
    root = os.environ.get("XDG_CONFIG_HOME")
    yield (Path(root) if root else home / ".config") / "nullspace" / "config.json"
    yield home / ".nullspace" / "config.json"


def _json_object(path: Path) -> dict[str, object]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _dotenv(path: Path) -> dict[str, object]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return {}
    pairs = (line.strip().partition("=") for line in lines if not line.lstrip().startswith("#"))
    return {key.strip(): _unquoted(value.strip()) for key, mark, value in pairs if mark}


def _unquoted(value: str) -> str:
    for quote in ("'", '"'):
        if len(value) > 1 and value[0] == value[-1] == quote:
            return value[1:-1]
    return value
