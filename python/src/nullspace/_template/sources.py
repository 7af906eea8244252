"""What a template starts from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, TypeVar

from .._core.encode import invalid_request
from .definition import TemplateDefinition
from .registry_auth import aws_auth, basic_auth, gcp_auth
from .steps import text

B = TypeVar("B", bound="TemplateSources")

_UBUNTU = "ubuntu:22.04"


class TemplateSources:
    """The ways to begin a template. Each takes the folder that `copy` reads from, the working directory by
    default, and patterns of files that are left out beside those in its `.dockerignore`.
    """

    def __init__(self, definition: TemplateDefinition) -> None:
        self._definition = definition

    @classmethod
    def from_template(
        cls: type[B],
        template_name: str,
        *,
        file_context_path: str | None = None,
        file_ignore_patterns: list[str] | None = None,
    ) -> B:
        """Starts from another template: `base`, `name:tag`, `namespace/name`, `tmpl_…`."""
        ref = _template_ref(text("template_name", template_name))
        return cls._begin(TemplateDefinition(base_image=ref), file_context_path, file_ignore_patterns)

    @classmethod
    def from_image(
        cls: type[B],
        image: str,
        *,
        username: str | None = None,
        password: str | None = None,
        file_context_path: str | None = None,
        file_ignore_patterns: list[str] | None = None,
    ) -> B:
        """Starts from an OCI image of any registry."""
        definition = TemplateDefinition(base_image=text("image", image))
        definition.base_image_auth = basic_auth(username, password)
        return cls._begin(definition, file_context_path, file_ignore_patterns)

    @classmethod
    def from_base_image(cls: type[B], image: str | None = None, **options: Any) -> B:
        """Starts from Ubuntu 22.04, or from the image. Takes what `from_image` takes."""
        return cls.from_image(_UBUNTU if image is None else image, **options)

    @classmethod
    def from_ubuntu_image(cls: type[B], version: str = "22.04", **options: Any) -> B:
        """Starts from Ubuntu. Takes what `from_image` takes."""
        return cls.from_image(f"ubuntu:{version}", **options)

    @classmethod
    def from_debian_image(cls: type[B], tag: str = "stable-slim", **options: Any) -> B:
        """Starts from Debian. Takes what `from_image` takes."""
        return cls.from_image(f"debian:{tag}", **options)

    @classmethod
    def from_python_image(cls: type[B], version: str, *, variant: str | None = None, **options: Any) -> B:
        """Starts from Python, with `variant` such as `slim`. Takes what `from_image` takes."""
        return cls.from_image(_variant("python", version, variant), **options)

    @classmethod
    def from_node_image(cls: type[B], version: str, *, variant: str | None = None, **options: Any) -> B:
        """Starts from Node.js, with `variant` such as `alpine`. Takes what `from_image` takes."""
        return cls.from_image(_variant("node", version, variant), **options)

    @classmethod
    def from_bun_image(cls: type[B], version: str, **options: Any) -> B:
        """Starts from Bun. Takes what `from_image` takes."""
        return cls.from_image(f"oven/bun:{version}", **options)

    @classmethod
    def from_gcp_registry(
        cls: type[B], image: str, *, service_account_json: dict[str, Any] | str | os.PathLike[str]
    ) -> B:
        """Starts from an image of Google's Artifact Registry."""
        made = cls.from_image(image)
        made._definition.base_image_auth = gcp_auth(service_account_json)
        return made

    @classmethod
    def from_aws_registry(
        cls: type[B],
        image: str,
        *,
        access_key_id: str,
        secret_access_key: str,
        region: str,
        session_token: str | None = None,
    ) -> B:
        """Starts from an image of AWS ECR."""
        made = cls.from_image(image)
        made._definition.base_image_auth = aws_auth(access_key_id, secret_access_key, region, session_token)
        return made

    @classmethod
    def from_dockerfile(
        cls: type[B],
        path: str,
        *,
        file_context_path: str | None = None,
        file_ignore_patterns: list[str] | None = None,
    ) -> B:
        """Takes all steps from a Dockerfile; its folder is the context unless another is named."""
        file = Path(path)
        definition = TemplateDefinition(dockerfile=file.read_text(encoding="utf-8"))
        definition.dockerfile_path = Path(os.path.realpath(file))
        return cls._begin(definition, file_context_path or str(file.parent), file_ignore_patterns)

    @classmethod
    def from_dockerfile_content(
        cls: type[B],
        content: str,
        *,
        path_hint: str | None = None,
        file_context_path: str | None = None,
        file_ignore_patterns: list[str] | None = None,
    ) -> B:
        """The same with the Dockerfile's text; `path_hint` is where it would lie, its folder the context."""
        definition = TemplateDefinition(dockerfile=text("content", content))
        context = file_context_path or (str(Path(path_hint).parent) if path_hint else None)
        return cls._begin(definition, context, file_ignore_patterns)

    @classmethod
    def _begin(
        cls: type[B], definition: TemplateDefinition, context: str | None, ignore: list[str] | None
    ) -> B:
        definition.use_context(context, ignore)
        return cls(definition)


def _template_ref(name: str) -> str:
    """A bare name is the template that comes with the server, else the caller's own of that name."""
    if "/" in name or name.startswith("tmpl_"):
        return name
    bare, _, tag = name.partition(":")
    return name if tag.startswith("tb_") else f"nullspace/{bare}:{tag or 'latest'}"


def _variant(image: str, version: str, variant: str | None) -> str:
    if not version:
        raise invalid_request(f"{image} needs a version, such as from_{image}_image('3')")
    return f"{image}:{version}-{variant}" if variant else f"{image}:{version}"
