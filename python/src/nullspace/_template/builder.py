"""What holds for a whole template."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, TypeVar

from .readiness import ReadinessProbe, as_probe
from .registry_auth import aws_auth, basic_auth, gcp_auth
from .secrets import (
    TemplateBuildSecret,
    TemplateBuildSecretSource,
    read_secrets,
    secret_from_env,
    secret_from_file,
)
from .step_methods import TemplateSteps
from .steps import text, variables

S = TypeVar("S", bound="TemplateBuilder")


class TemplateBuilder(TemplateSteps):
    """Steps, and what holds for the whole template."""

    def set_build_envs(self: S, envs: dict[str, str]) -> S:
        """Environment of the steps."""
        self._definition.build_envs |= variables("build_envs", envs)
        return self

    def set_runtime_envs(self: S, envs: dict[str, str]) -> S:
        """Environment of every sandbox made from the template."""
        self._definition.runtime_envs |= variables("runtime_envs", envs)
        return self

    def set_start_cmd(self: S, cmd: str, readiness: ReadinessProbe | str | None = None) -> S:
        """A shell command that is started before the template is saved with its memory.

        Args:
            cmd: the command; it runs in every sandbox of the template.
            readiness: what to wait for before saving; text is a shell command that exits with 0.
        """
        self._definition.start_cmd = text("cmd", cmd)
        return self if readiness is None else self.set_ready_cmd(readiness)

    def set_ready_cmd(self: S, readiness: ReadinessProbe | str) -> S:
        """What to wait for before the template is saved."""
        self._definition.readiness = as_probe(readiness)
        return self

    def set_file_context(self: S, path: str, ignore_patterns: list[str] | None = None) -> S:
        """The folder that copies read from."""
        self._definition.use_context(path, ignore_patterns)
        return self

    def set_base_image_auth(self: S, *, username: str | None = None, password: str | None = None) -> S:
        """Name and password for the registry."""
        self._definition.base_image_auth = basic_auth(username, password)
        return self

    def set_gcp_registry_auth(self: S, *, service_account_json: dict[str, Any] | str | os.PathLike[str]) -> S:
        """A service account for Google's registry: the object, its JSON or the path of its file."""
        self._definition.base_image_auth = gcp_auth(service_account_json)
        return self

    def set_aws_registry_auth(
        self: S,
        *,
        access_key_id: str,
        secret_access_key: str,
        region: str,
        session_token: str | None = None,
    ) -> S:
        """Keys for AWS ECR."""
        self._definition.base_image_auth = aws_auth(access_key_id, secret_access_key, region, session_token)
        return self

    def add_build_secret(
        self: S,
        id: str,
        value: str,
        *,
        source: TemplateBuildSecretSource | str = TemplateBuildSecretSource.VALUE,
    ) -> S:
        """A secret that steps may read by its id; it ends in no layer, log or cache key."""
        return self._add_secrets([TemplateBuildSecret(id, value, TemplateBuildSecretSource(source))])

    def add_build_secret_env(self: S, id: str, env_var: str | None = None) -> S:
        """The same from the environment of this process, by default the variable of that name."""
        return self._add_secrets([secret_from_env(id, env_var)])

    def add_build_secret_file(self: S, id: str, path: str | os.PathLike[str]) -> S:
        """The same from a file."""
        return self._add_secrets([secret_from_file(id, path)])

    def _add_secrets(self: S, secrets: Iterable[TemplateBuildSecret]) -> S:
        self._definition.secrets = read_secrets([*self._definition.secrets, *secrets])
        return self
