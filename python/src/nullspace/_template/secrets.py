"""Secrets that build steps may read; they end in no layer, log or cache key."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from .._core.encode import invalid_request

_ID = re.compile(r"[A-Za-z0-9._-]+\Z")


class TemplateBuildSecretSource(str, Enum):
    """Where the caller took a secret from."""

    VALUE = "value"
    ENV = "env"
    FILE = "file"


@dataclass(frozen=True)
class TemplateBuildSecret:
    """A secret by its id; steps that name the id get the value. The value is not shown."""

    id: str
    value: str = field(repr=False)
    source: TemplateBuildSecretSource = TemplateBuildSecretSource.VALUE

    def to_payload(self) -> dict[str, Any]:
        """The secret on the wire."""
        return {"id": self.id, "value": self.value, "source": TemplateBuildSecretSource(self.source).value}


BuildSecrets = Iterable[TemplateBuildSecret | dict[str, Any]] | None


def read_secrets(secrets: BuildSecrets) -> list[TemplateBuildSecret]:
    """Secrets as objects or dictionaries, each id once."""
    found = [_read(item) for item in secrets or ()]
    ids = [secret.id for secret in found]
    for secret_id in ids:
        if not isinstance(secret_id, str) or not _ID.match(secret_id):
            raise invalid_request(f"secret id {secret_id!r} is not made of letters, digits, '.', '_' and '-'")
        if ids.count(secret_id) > 1:
            raise invalid_request(f"secret {secret_id!r} is given twice")
    return found


def secret_from_env(secret_id: str, variable: str | None) -> TemplateBuildSecret:
    """A secret that the environment holds."""
    value = os.environ.get(variable or secret_id)
    if value is None:
        raise invalid_request(f"secret {secret_id!r}: the environment has no {variable or secret_id}")
    return TemplateBuildSecret(secret_id, value, TemplateBuildSecretSource.ENV)


def secret_from_file(secret_id: str, path: str | os.PathLike[str]) -> TemplateBuildSecret:
    """A secret that a file holds."""
    return TemplateBuildSecret(
        secret_id, Path(path).read_text(encoding="utf-8"), TemplateBuildSecretSource.FILE
    )


def _read(item: TemplateBuildSecret | dict[str, Any]) -> TemplateBuildSecret:
    if isinstance(item, TemplateBuildSecret):
        return item
    if not isinstance(item, Mapping) or not {"id", "value"} <= set(item) <= {"id", "value", "source"}:
        raise invalid_request("a build secret has id, value, and source if wanted")
    source = TemplateBuildSecretSource(item.get("source", "value"))
    return TemplateBuildSecret(item["id"], item["value"], source)
